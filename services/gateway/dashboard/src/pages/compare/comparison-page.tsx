import type { RunDiff, RunDiffSite } from '@seine/contracts'
import { client } from '../../api.ts'
import { formatBytes, formatDuration, formatFullTime, formatNumber, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { query, setQuery } from '../../router.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Facts, PageHead } from '../../ui/layout.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Loaded } from '../../ui/states.tsx'
import { numbers, Status } from '../../ui/status.tsx'

const perPage = 200
const kinds = ['changed', 'added', 'removed', 'moved', 'notChecked'] as const
/** Sites are compared within seconds. */
const whileRunningMs = 1_000

/** Two runs, compared on demand: how far that is, what was found, and each site's file. */
export function ComparisonPage({ params }: { params: Record<string, string> }) {
  const id = params.id!
  const page = Number(query.value.get('page') ?? 1)
  const diff = useResource(id, () => client.getDiff(id), {
    everyMs: ({ status }) => (status === 'running' ? whileRunningMs : undefined),
  })
  // Read anew with each site that is done.
  const done = diff.data === undefined ? 0 : doneOf(diff.data)
  const sites = useResource(`${id}:${page}`, () => client.listDiffSites(id, { page, perPage }), { renewOn: done })
  return (
    <Loaded of={diff} head={<PageHead title={t('compare.title')} />}>
      {(data) => (
        <>
          <PageHead
            title={t('compare.title')}
            above={<a href="/runs">{t('runs.title')}</a>}
            beside={<Status of={data.status} />}
          />
          <Summary diff={data} />
          <Loaded of={sites}>
            {({ data: rows, pagination }) => (
              <>
                <DataTable
                  label={t('run.tab.sites')}
                  rows={rows}
                  columns={columns(id)}
                  keyOf={({ site }) => site}
                  minWidth="1140px"
                />
                <Pager pagination={pagination} onPage={(next) => setQuery({ page: next === 1 ? '' : String(next) })} />
              </>
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  )
}

const sitesOf = ({ siteCounts }: RunDiff): number => Object.values(siteCounts).reduce((sum, n) => sum + n, 0)
const doneOf = (diff: RunDiff): number => sitesOf(diff) - (diff.siteCounts.pending ?? 0)

function Summary({ diff }: { diff: RunDiff }) {
  const { before, after, counts, createdAt, finishedAt, siteCounts } = diff
  const total = sitesOf(diff)
  const skipped = (siteCounts.skipped ?? 0) + (siteCounts.failed ?? 0)
  return (
    <div class="summary">
      <div class="total">
        <span class="big">
          {formatNumber(siteCounts.complete ?? 0)}
          <span class="of"> / {t('compare.sitesOf', { n: total })}</span>
        </span>
        {diff.status === 'running' && <progress max={total} value={doneOf(diff)} aria-label={t('compare.progress')} />}
        <span class="muted">
          {[
            skipped > 0 && t('compare.skipped', { n: skipped }),
            finishedAt !== null && formatDuration(Date.parse(finishedAt) - Date.parse(createdAt)),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <Facts
        of={[
          [t('compare.before'), <RunLink key="before" id={before} />],
          [t('compare.after'), <RunLink key="after" id={after} />],
          ...kinds.map((kind) => [t(`diff.${kind}`), formatNumber(counts[kind])] as const),
        ]}
      />
    </div>
  )
}

/** A run by its time; by its id where it is not kept any more. */
function RunLink({ id }: { id: string }) {
  const run = useResource(`run:${id}`, () => client.getRun(id))
  if (run.data === undefined) return <code>{id.slice(0, 8)}</code>
  return <a href={`/runs/${id}`}>{formatFullTime(run.data.createdAt)}</a>
}

const columns = (id: string): Column<RunDiffSite>[] => [
  {
    key: 'site',
    label: t('column.site'),
    width: '200px',
    sortBy: ({ site }) => site,
    cell: ({ site }) => <a href={`/sites/${site}`}>{site}</a>,
    title: ({ site }) => site,
  },
  {
    key: 'state',
    label: t('column.state'),
    sortBy: ({ status }) => status,
    cell: ({ status, reason }) => (
      <>
        <span class={status === 'failed' ? 'bad' : ''}>{t(`compare.site.${status}`)}</span>
        {reason !== null && <span class="muted"> · {reason}</span>}
      </>
    ),
    title: ({ reason }) => reason ?? undefined,
  },
  ...kinds.map(
    (kind): Column<RunDiffSite> => ({
      key: kind,
      label: t(`diff.${kind}`),
      width: '108px',
      isNumber: true,
      sortBy: ({ counts }) => counts?.[kind],
      cell: ({ counts }) => (counts === null ? <span class="muted">{none}</span> : numbers(counts[kind])),
    }),
  ),
  {
    key: 'file',
    label: t('files.file'),
    width: '180px',
    cell: ({ site, artifact }) =>
      artifact !== null && (
        <a href={`/api/diffs/${id}/sites/${encodeURIComponent(site)}/diff.csv`} download={`${site}-diff.csv`}>
          diff.csv · {formatBytes(artifact.sizeBytes)}
        </a>
      ),
  },
]
