import type { RunDetail } from '@seine/client'
import type { DiffCounts } from '@seine/contracts'
import { formatNumber, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import type { SiteRow } from '../../live/run-view.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Facts } from '../../ui/layout.tsx'
import { Empty } from '../../ui/states.tsx'
import { numbers } from '../../ui/status.tsx'

type Compared = SiteRow & { diff: DiffCounts }
const kinds = ['changed', 'added', 'removed', 'moved', 'notChecked'] as const
const moves = ({ diff: { changed, added, removed, moved } }: Compared) => changed + added + removed + moved

/** Where most has changed since the run before. */
export function RunChanges({ run, sites }: { run: RunDetail; sites: readonly SiteRow[] }) {
  const compared = sites.filter((row): row is Compared => row.diff !== null)
  if (compared.length === 0)
    return (
      <Empty title={t('changes.noneYet')}>
        {t(run.finishedAt === null ? 'changes.afterExport' : 'changes.nothingCompared')}
      </Empty>
    )
  const total = (kind: (typeof kinds)[number]) => compared.reduce((sum, { diff }) => sum + diff[kind], 0)
  return (
    <>
      <Facts of={kinds.map((kind) => [t(`diff.${kind}`), formatNumber(total(kind))] as const)} />
      <p>
        <a href={`/changes?run=${run.id}`}>{t('changes.pageByPage')}</a>
      </p>
      <DataTable
        label={t('run.tab.changes')}
        rows={compared}
        columns={columns(run.id)}
        keyOf={({ site }) => site}
        initialSort={{ key: 'moves', down: true }}
        minWidth="720px"
      />
    </>
  )
}

const columns = (runId: string): Column<Compared>[] => [
  {
    key: 'site',
    label: t('column.site'),
    width: '200px',
    sortBy: ({ site }) => site,
    cell: ({ site }) => <a href={`/changes?run=${runId}&site=${site}`}>{site}</a>,
  },
  {
    key: 'moves',
    label: t('changes.all'),
    width: '110px',
    isNumber: true,
    sortBy: moves,
    cell: (row) => numbers(moves(row)),
  },
  {
    key: 'share',
    label: t('changes.share'),
    width: '110px',
    isNumber: true,
    sortBy: (row) => (row.counts.discovered === 0 ? null : moves(row) / row.counts.discovered),
    cell: (row) =>
      row.counts.discovered === 0 ? none : `${formatNumber((moves(row) / row.counts.discovered) * 100, 1)} %`,
  },
  ...kinds.map(
    (kind): Column<Compared> => ({
      key: kind,
      label: t(`diff.${kind}`),
      width: '110px',
      isNumber: true,
      sortBy: ({ diff }) => diff[kind],
      cell: ({ diff }) => numbers(diff[kind]),
    }),
  ),
]
