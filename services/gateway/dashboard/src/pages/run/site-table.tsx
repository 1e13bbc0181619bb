import type { RunDetail } from '@seine/client'
import { client } from '../../api.ts'
import { formatDuration, formatNumber, formatSpeed, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import type { SiteRow } from '../../live/run-view.ts'
import { query, setQuery } from '../../router.ts'
import { may } from '../../session.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { confirm } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { More } from '../../ui/more.tsx'
import { QualityCell } from '../../ui/quality.tsx'
import { doneOf, etaBasis, etaText, numbers, Progress, reasonText, Status } from '../../ui/status.tsx'
import { attempt } from '../../ui/toasts.tsx'
import { useNow } from '../../ui/use-now.ts'

const filters = ['', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'held', 'trouble'] as const
type Filter = (typeof filters)[number]

function passes(row: SiteRow, filter: Filter): boolean {
  if (filter === '') return true
  if (filter === 'held') return row.held !== null
  if (filter === 'trouble')
    return row.counts.failed > 0 || row.status === 'failed' || (row.quality?.status ?? 'passed') !== 'passed'
  return row.status === filter
}

export function SiteTable(props: { run: RunDetail; sites: readonly SiteRow[]; reload: () => void }) {
  const { run, sites, reload } = props
  const filter = (query.value.get('state') ?? '') as Filter
  const search = query.value.get('q') ?? ''
  const wanted = search.trim().toLowerCase()
  const nowMs = useNow(sites.some(({ held }) => held !== null) ? 1_000 : null)
  const rows = sites.filter((row) => passes(row, filter) && row.site.includes(wanted))
  const isOver = run.finishedAt !== null

  const retry = async (site: string, failuresOnly: boolean) => {
    if (!failuresOnly) {
      const asked = {
        title: t('run.retrySiteTitle', { site }),
        text: t('run.retrySiteText'),
        action: t('run.retrySite'),
      }
      if (!(await confirm(asked))) return
    }
    await attempt(() => client.retryRun(run.id, { site, failuresOnly }), t('run.retrying'))
    reload()
  }

  return (
    <>
      <div class="filters">
        <TextField label={t('filter.site')} type="search" value={search} onInput={(q) => setQuery({ q })} />
        <SelectField
          label={t('filter.state')}
          value={filter}
          options={filters.map((value) => [value, t(`filter.sites.${value === '' ? 'all' : value}`)])}
          onChange={(state) => setQuery({ state })}
        />
        <span class="count muted" role="status">
          {t('filter.shown', { n: rows.length, all: formatNumber(run.sitesTotal) })}
        </span>
      </div>
      {run.sitesTotal > run.sites.length && <p class="muted">{t('run.sitesCut', { n: run.sites.length })}</p>}
      <DataTable
        label={t('run.tab.sites')}
        rows={rows}
        columns={columns(nowMs, isOver, isOver && may('run') && sites.some(canRetry) ? retry : null)}
        keyOf={({ site }) => site}
        initialSort={{ key: 'state', down: false }}
        minWidth="1120px"
      />
    </>
  )
}

const canRetry = ({ counts, status }: SiteRow) => counts.failed > 0 || status !== 'completed'

/** Who needs a look comes first. */
const stateOrder = ['running', 'waiting', 'failed', 'cancelled', 'completed']

function columns(
  nowMs: number,
  isOver: boolean,
  retry: ((site: string, failuresOnly: boolean) => Promise<void>) | null,
): Column<SiteRow>[] {
  const count = (key: 'ok' | 'unchanged' | 'failed' | 'skipped'): Column<SiteRow> => ({
    key,
    label: t(`count.${key}`),
    width: key === 'unchanged' ? '100px' : '78px',
    isNumber: true,
    sortBy: ({ counts }) => counts[key],
    cell: ({ counts, reasons, site }) =>
      (key === 'failed' || key === 'skipped') && counts[key] > 0 ? (
        <More of={{ title: t('site.reasonsOf', { site }), lines: reasonLines(reasons) }}>
          <span class={key === 'failed' ? 'bad' : ''}>{formatNumber(counts[key])}</span>
        </More>
      ) : (
        numbers(counts[key])
      ),
  })
  return [
    {
      key: 'site',
      label: t('column.site'),
      width: '160px',
      sortBy: ({ site }) => site,
      cell: ({ site }) => <a href={`/sites/${site}`}>{site}</a>,
      title: ({ site }) => site,
    },
    {
      key: 'state',
      label: t('column.state'),
      sortBy: ({ status, step, site }) => `${stateOrder.indexOf(status)} ${step ?? ''} ${site}`,
      cell: (row) => <State row={row} nowMs={nowMs} />,
      title: (row) => stateTitle(row, nowMs),
    },
    {
      key: 'pages',
      label: t('column.pages'),
      width: '164px',
      isNumber: true,
      sortBy: ({ counts }) => doneOf(counts),
      cell: ({ counts, status, site }) => (
        <div class="with-bar">
          <Progress counts={counts} isRunning={status === 'running'} label={site} />
          <span>
            {status === 'running' || status === 'waiting' ? `${formatNumber(doneOf(counts))} / ` : ''}
            {formatNumber(counts.discovered)}
          </span>
        </div>
      ),
    },
    ...(isOver ? [] : speedColumns()),
    count('ok'),
    count('unchanged'),
    count('failed'),
    count('skipped'),
    {
      key: 'quality',
      label: t('column.quality'),
      width: '100px',
      sortBy: ({ quality }) =>
        ({ failed: 0, warning: 1, passed: 2 })[quality?.status ?? 'passed'] + (quality === undefined ? 1 : 0),
      cell: ({ quality, site }) => <QualityCell of={quality} site={site} />,
    },
    ...(retry === null
      ? []
      : [
          {
            key: 'actions',
            label: t('column.actions'),
            width: '130px',
            cell: ({ site, counts, status }: SiteRow) => (
              <span class="row-actions">
                {counts.failed > 0 && status !== 'failed' && (
                  <button
                    type="button"
                    class="plain"
                    onClick={() => void retry(site, true)}
                    aria-label={t('run.retryFailuresOf', { site })}
                  >
                    {t('run.retryFailures')}
                  </button>
                )}
                {(counts.failed === 0 || status === 'failed') && status !== 'completed' && (
                  <button
                    type="button"
                    class="plain"
                    onClick={() => void retry(site, false)}
                    aria-label={t('run.retrySiteOf', { site })}
                  >
                    {t('run.retrySite')}
                  </button>
                )}
              </span>
            ),
          },
        ]),
  ]
}

/** How fast a site goes, and until when: nothing to say of one that has ended. */
const speedColumns = (): Column<SiteRow>[] => [
  {
    key: 'speed',
    label: t('run.speed'),
    width: '78px',
    isNumber: true,
    sortBy: ({ pagesPerSecond }) => pagesPerSecond,
    cell: ({ pagesPerSecond, status }) =>
      status === 'running' ? formatSpeed(pagesPerSecond) : <span class="muted">{none}</span>,
  },
  {
    key: 'eta',
    label: t('run.eta'),
    width: '96px',
    isNumber: true,
    sortBy: ({ eta, status }) => (status === 'running' && eta.state === 'known' ? eta.remainingMs : null),
    cell: ({ eta, status, counts }) =>
      status === 'running' && counts.pending > 0 ? etaText(eta) : <span class="muted">{none}</span>,
    title: ({ eta, status }) => (status === 'running' ? (etaBasis(eta) ?? undefined) : undefined),
  },
]

/** The commonest first. */
const reasonLines = (reasons: Readonly<Record<string, number>>): (readonly [string, string])[] =>
  Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => [reasonText(reason), formatNumber(n)] as const)

function State({ row, nowMs }: { row: SiteRow; nowMs: number }) {
  const held = heldText(row, nowMs)
  if (held !== null) return <span class="status held">{held}</span>
  if (row.status === 'running' && row.step !== null) return <span class="status running">{t(`step.${row.step}`)}</span>
  if (row.reason === null) return <Status of={row.status} />
  return (
    <span class="status-more">
      <Status of={row.status} />
      <More of={{ title: row.site, lines: [row.reason] }}>
        <span class="muted cut">{row.reason}</span>
      </More>
    </span>
  )
}

function heldText({ held, status }: SiteRow, nowMs: number): string | null {
  if (held === null || status !== 'running' || held.untilMs <= nowMs) return null
  const reason = reasonText(held.reason)
  return Number.isFinite(held.untilMs)
    ? t('site.waits', { time: formatDuration(held.untilMs - nowMs), reason })
    : t('site.held', { reason })
}

function stateTitle(row: SiteRow, nowMs: number): string | undefined {
  return (
    [heldText(row, nowMs), row.step === null ? null : t(`step.${row.step}`), row.reason].filter(Boolean).join('\n') ||
    undefined
  )
}
