import type { SiteEntry } from '@seine/contracts'
import { client } from '../../api.ts'
import { formatDuration, formatFullTime, formatNumber, formatPrice, formatTime, none } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { Chart } from '../../ui/chart.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Facts, Section } from '../../ui/layout.tsx'
import { QualityCell } from '../../ui/quality.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { numbers, QualityMark, Status } from '../../ui/status.tsx'
import { SiteHosts } from './site-hosts.tsx'
import { readReports, type SiteReport } from './site-reports.ts'

export function SiteOverview({ entry }: { entry: SiteEntry }) {
  const { name } = entry.site
  const { lastRun } = entry
  return (
    <>
      {lastRun !== null && (
        <div class="card">
          <Facts
            of={[
              [
                t('sites.lastRun'),
                <Status key="status" of={lastRun.status} />,
                <a key="run" href={`/runs/${lastRun.runId}`}>
                  {formatTime(lastRun.createdAt)}
                </a>,
              ],
              [t('run.duration'), lastRun.durationMs === null ? none : formatDuration(lastRun.durationMs)],
              [t('column.pages'), formatNumber(lastRun.counts.discovered)],
              [
                t('count.failed'),
                <span key="failed" class={lastRun.counts.failed > 0 ? 'bad' : ''}>
                  {formatNumber(lastRun.counts.failed)}
                </span>,
              ],
              [t('count.skipped'), formatNumber(lastRun.counts.skipped)],
              [t('diff.changed'), lastRun.diff === null ? none : formatNumber(lastRun.diff.changed)],
              [t('diff.added'), lastRun.diff === null ? none : formatNumber(lastRun.diff.added)],
              [t('diff.removed'), lastRun.diff === null ? none : formatNumber(lastRun.diff.removed)],
              [t('column.quality'), <QualityMark key="quality" of={lastRun.quality} />],
            ]}
          />
          {lastRun.reason !== null && <div class="bad">{lastRun.reason}</div>}
        </div>
      )}
      <Runs site={name} />
      <SiteHosts site={name} />
    </>
  )
}

/** What a chart can show at once, and still be asked for quickly. */
const runsShown = 12

function Runs({ site }: { site: string }) {
  const runs = useResource(`runs:${site}`, async () => {
    const { data } = await client.listRuns({ site, perPage: runsShown })
    return readReports(site, data)
  })
  return (
    <Section title={t('site.runs')}>
      <Loaded of={runs}>
        {(reports) =>
          reports.length === 0 ? (
            <Empty title={t('site.noRuns')} />
          ) : (
            <>
              {reports.filter(({ report }) => report !== null).length > 1 && <Charts reports={reports} />}
              <DataTable
                label={t('site.runs')}
                rows={reports}
                columns={columns(site)}
                keyOf={({ run }) => run.id}
                minWidth="860px"
              />
            </>
          )
        }
      </Loaded>
    </Section>
  )
}

function Charts({ reports }: { reports: readonly SiteReport[] }) {
  const known = reports.filter((each) => each.report !== null).reverse()
  const times = known.map(({ run }) => Date.parse(run.createdAt) / 1000)
  const of = (value: (report: NonNullable<SiteReport['report']>) => number | null) =>
    known.map(({ report }) => value(report!))
  const last = known.at(-1)!.report!
  return (
    <div class="charts">
      <Chart
        title={t('site.chart.pages')}
        summary={t('site.chart.last', { value: formatNumber(last.stats.pages) })}
        times={times}
        series={[
          { name: t('column.pages'), color: '--accent', values: of(({ stats }) => stats.pages) },
          { name: t('site.products'), color: '--good', values: of(({ stats }) => stats.products) },
        ]}
      />
      <Chart
        title={t('site.chart.errors')}
        summary={t('site.chart.last', { value: formatNumber(last.outcomes.failed ?? 0) })}
        times={times}
        series={[
          {
            name: t('count.failed'),
            color: '--bad',
            kind: 'points',
            values: of(({ outcomes }) => outcomes.failed ?? 0),
          },
        ]}
      />
      <PriceChart reports={known} />
    </div>
  )
}

/** Median prices in the currency of the last run that has one: those of another are no point of the same line. */
function PriceChart({ reports }: { reports: readonly SiteReport[] }) {
  const last = reports.findLast(({ report }) => report?.stats.medianPrice != null)?.report?.stats.medianPrice
  if (last == null) return null
  const name = `${t('site.chart.price')}${last.currency === null ? '' : `, ${last.currency}`}`
  return (
    <Chart
      title={name}
      summary={t('site.chart.last', { value: formatPrice(last.value, last.currency) })}
      times={reports.map(({ run }) => Date.parse(run.createdAt) / 1000)}
      digits={2}
      fromZero={false}
      series={[
        {
          name,
          color: '--accent',
          kind: 'points',
          values: reports.map(({ report }) => {
            const median = report?.stats.medianPrice
            return median?.currency === last.currency ? median.value : null
          }),
        },
      ]}
    />
  )
}

const columns = (site: string): Column<SiteReport>[] => [
  {
    key: 'run',
    label: t('runs.column.started'),
    width: '180px',
    cell: ({ run }) => <a href={`/runs/${run.id}`}>{formatTime(run.createdAt)}</a>,
    title: ({ run }) => formatFullTime(run.createdAt),
  },
  { key: 'status', label: t('runs.column.status'), width: '130px', cell: ({ run }) => <Status of={run.status} /> },
  {
    key: 'pages',
    label: t('column.pages'),
    width: '100px',
    isNumber: true,
    cell: ({ report }) => (report === null ? none : numbers(report.stats.pages)),
  },
  {
    key: 'products',
    label: t('site.products'),
    width: '100px',
    isNumber: true,
    cell: ({ report }) => (report === null ? none : numbers(report.stats.products)),
  },
  {
    key: 'failed',
    label: t('count.failed'),
    width: '90px',
    isNumber: true,
    cell: ({ report }) => (report === null ? none : numbers(report.outcomes.failed ?? 0)),
  },
  {
    key: 'price',
    label: t('site.chart.price'),
    width: '120px',
    isNumber: true,
    cell: ({ report }) => {
      const median = report?.stats.medianPrice
      return median == null ? none : formatPrice(median.value, median.currency)
    },
    title: ({ report }) =>
      report?.stats.medianPrice == null ? undefined : t('site.priced', { n: report.stats.medianPrice.products }),
  },
  {
    key: 'changed',
    label: t('diff.changed'),
    width: '100px',
    isNumber: true,
    cell: ({ report }) => (report?.diff == null ? none : numbers(report.diff.changed)),
  },
  {
    key: 'issues',
    label: t('page.issues'),
    width: '100px',
    isNumber: true,
    cell: ({ report }) => (report === null ? none : numbers(report.rows.issues ?? 0)),
  },
  {
    key: 'quality',
    label: t('column.quality'),
    cell: ({ report }) => <QualityCell of={report?.quality} site={site} />,
  },
]
