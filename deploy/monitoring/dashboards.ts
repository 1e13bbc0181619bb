import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One graph: what it shows, its queries by legend, and the unit as Grafana names it. */
interface Graph {
  readonly title: string
  readonly unit: 'short' | 's' | 'bytes' | 'percentunit' | 'ops'
  readonly queries: Readonly<Record<string, string>>
}

interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly graphs: readonly Graph[]
}

const quantile = (q: number, metric: string, by: string): string =>
  `histogram_quantile(${q}, sum(rate(${metric}_bucket[5m])) by (le, ${by}))`

export const dashboards: readonly Dashboard[] = [
  {
    uid: 'seine-mesh',
    title: 'Seine: mesh',
    graphs: [
      { title: 'Replicas', unit: 'short', queries: { '{{service}}': 'sum(seine_build_info) by (service)' } },
      {
        title: 'CPU, cores',
        unit: 'short',
        queries: { '{{service}}': 'sum(rate(process_cpu_seconds_total{job="seine"}[1m])) by (service)' },
      },
      {
        title: 'Memory of a replica',
        unit: 'bytes',
        queries: { '{{service}}': 'max(process_resident_memory_bytes{job="seine"}) by (service)' },
      },
      {
        title: 'Event loop delay, p99',
        unit: 's',
        queries: { '{{service}}': 'max(nodejs_eventloop_lag_p99_seconds{job="seine"}) by (service)' },
      },
      {
        title: 'API requests',
        unit: 'ops',
        queries: { '{{status}}': 'sum(rate(seine_http_requests_total[1m])) by (status)' },
      },
      {
        title: 'API, p95',
        unit: 's',
        queries: { '{{operation}}': quantile(0.95, 'seine_http_request_duration_seconds', 'operation') },
      },
    ],
  },
  {
    uid: 'seine-runs',
    title: 'Seine: runs',
    graphs: [
      { title: 'Active runs', unit: 'short', queries: { active: 'max(bulk_jobs_active)' } },
      {
        title: 'Runs that ended, an hour',
        unit: 'short',
        queries: { '{{status}}': 'sum(increase(bulk_jobs_total[1h])) by (status)' },
      },
      {
        title: 'Backlog',
        unit: 'short',
        queries: { '{{pool}} {{state}}': 'max(seine_backlog_tasks) by (pool, state)' },
      },
      {
        title: 'Pages',
        unit: 'ops',
        queries: { '{{outcome}}': 'sum(rate(seine_pages_total{kind="page"}[1m])) by (outcome)' },
      },
      {
        title: 'Results on their way to the ledger',
        unit: 'short',
        queries: { messages: 'max(seine_ledger_lag_messages)' },
      },
      {
        title: 'Exports, p95',
        unit: 's',
        queries: { '{{kind}}': quantile(0.95, 'seine_export_duration_seconds', 'kind') },
      },
      { title: 'Rows written', unit: 'ops', queries: { rows: 'sum(rate(seine_export_rows_total[1m]))' } },
    ],
  },
  {
    uid: 'seine-politeness',
    title: 'Seine: hosts and politeness',
    graphs: [
      {
        title: 'Phases of a task, p95',
        unit: 's',
        queries: { '{{phase}}': quantile(0.95, 'seine_fetch_phase_seconds', 'phase') },
      },
      {
        title: 'Waiting for hosts, share of a task',
        unit: 'percentunit',
        queries: {
          waiting:
            'sum(rate(seine_fetch_phase_seconds_sum{phase="limiter"}[5m])) / sum(rate(seine_fetch_phase_seconds_sum[5m]))',
        },
      },
      {
        title: 'Why pages fail or wait',
        unit: 'ops',
        queries: { '{{reason}}': 'topk(10, sum(rate(seine_page_failures_total[5m])) by (reason))' },
      },
      {
        title: 'Hosts blocked, breakers',
        unit: 'short',
        queries: { '{{event}}': 'sum(increase(seine_host_events_total[5m])) by (event)' },
      },
      { title: 'Bodies', unit: 'bytes', queries: { '{{pool}}': 'sum(rate(seine_fetched_bytes_total[1m])) by (pool)' } },
      { title: 'Tasks held', unit: 'short', queries: { '{{pool}}': 'sum(seine_fetch_in_flight) by (pool)' } },
    ],
  },
  {
    uid: 'seine-broker',
    title: 'Seine: broker',
    graphs: [
      {
        title: 'Messages in',
        unit: 'ops',
        queries: { in: 'sum(rate(gnatsd_varz_in_msgs[1m]))', out: 'sum(rate(gnatsd_varz_out_msgs[1m]))' },
      },
      { title: 'Store', unit: 'bytes', queries: { used: 'sum(gnatsd_varz_jetstream_stats_storage)' } },
      { title: 'Connections', unit: 'short', queries: { connections: 'sum(gnatsd_varz_connections)' } },
      {
        title: 'Slow consumers',
        unit: 'short',
        queries: { 'slow consumers': 'sum(increase(gnatsd_varz_slow_consumers[5m]))' },
      },
    ],
  },
]

const columns = 2
const width = 24 / columns
const height = 8

/** The dashboard as Grafana (11 and later) imports it. */
export function grafanaJson({ uid, title, graphs }: Dashboard): object {
  return {
    uid,
    title,
    tags: ['seine'],
    timezone: 'browser',
    schemaVersion: 39,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [{ name: 'source', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    panels: graphs.map((graph, index) => ({
      id: index + 1,
      type: 'timeseries',
      title: graph.title,
      datasource: { type: 'prometheus', uid: '$source' },
      gridPos: { x: (index % columns) * width, y: Math.floor(index / columns) * height, w: width, h: height },
      fieldConfig: {
        defaults: { unit: graph.unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } },
        overrides: [],
      },
      options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
      targets: Object.entries(graph.queries).map(([legendFormat, expr], query) => ({
        refId: String.fromCharCode(65 + query),
        expr,
        legendFormat,
      })),
    })),
  }
}

export const dashboardFile = ({ uid }: Dashboard): string => join(import.meta.dirname, 'dashboards', `${uid}.json`)
export const dashboardText = (dashboard: Dashboard): string => `${JSON.stringify(grafanaJson(dashboard), null, 2)}\n`

if (import.meta.main) {
  await mkdir(join(import.meta.dirname, 'dashboards'), { recursive: true })
  for (const dashboard of dashboards) await writeFile(dashboardFile(dashboard), dashboardText(dashboard))
}
