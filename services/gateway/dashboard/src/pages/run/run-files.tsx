import type { RunDetail } from '@seine/client'
import type { Artifact } from '@seine/contracts'
import { formatBytes } from '../../format.ts'
import { t } from '../../i18n.ts'
import { query, setQuery } from '../../router.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { TextField } from '../../ui/field.tsx'
import { Empty } from '../../ui/states.tsx'
import { reasonText } from '../../ui/status.tsx'

interface File extends Artifact {
  /** Null: the run's own. */
  readonly site: string | null
  readonly file: string
  readonly href: string
}

/** Everything the run made. */
export function RunFiles({ run }: { run: RunDetail }) {
  const search = (query.value.get('q') ?? '').trim().toLowerCase()
  const base = `/api/bulk-runs/${run.id}`
  const own: File[] =
    run.archive === null ? [] : [{ ...run.archive, site: null, file: 'reports.zip', href: `${base}/archive` }]
  const files = run.sites.flatMap(({ site, artifacts, releasedAt }) =>
    releasedAt !== undefined
      ? []
      : artifacts.map((artifact): File => {
          const file = artifact.path.split('/').at(-1)!
          return {
            ...artifact,
            site,
            file,
            href: `${base}/sites/${encodeURIComponent(site)}/artifacts/${encodeURIComponent(file)}`,
          }
        }),
  )
  const rows = [...own, ...files].filter(({ site, file }) => `${site ?? ''} ${file}`.includes(search))
  if (own.length + files.length === 0)
    return <Empty title={t('files.none')}>{t(run.finishedAt === null ? 'files.noneYet' : 'files.noneAtEnd')}</Empty>
  return (
    <>
      <div class="filters">
        <TextField
          label={t('files.search')}
          type="search"
          value={query.value.get('q') ?? ''}
          onInput={(q) => setQuery({ q })}
        />
        <span class="count muted" role="status">
          {t('files.shown', {
            n: rows.length,
            size: formatBytes(rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)),
          })}
        </span>
      </div>
      <DataTable
        label={t('run.tab.files')}
        rows={rows}
        columns={columns()}
        keyOf={({ path }) => path}
        minWidth="720px"
      />
    </>
  )
}

const columns = (): Column<File>[] => [
  {
    key: 'site',
    label: t('column.site'),
    width: '200px',
    sortBy: ({ site }) => site,
    cell: ({ site }) => site ?? <span class="muted">{t('files.wholeRun')}</span>,
  },
  {
    key: 'file',
    label: t('files.file'),
    sortBy: ({ file }) => file,
    cell: ({ file, href }) => (
      <a href={href} download={file}>
        {file}
      </a>
    ),
  },
  {
    key: 'size',
    label: t('files.size'),
    width: '110px',
    isNumber: true,
    sortBy: ({ sizeBytes }) => sizeBytes,
    cell: ({ sizeBytes }) => formatBytes(sizeBytes),
  },
  {
    key: 'reason',
    label: t('files.state'),
    width: '140px',
    sortBy: ({ reason }) => reason,
    cell: ({ reason }) => reasonText(reason),
  },
  {
    key: 'sha',
    label: 'SHA-256',
    width: '170px',
    cell: ({ sha256 }) => <code>{sha256.slice(0, 16)}…</code>,
    title: ({ sha256 }) => sha256,
  },
]
