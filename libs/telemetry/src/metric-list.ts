/** One metric as data: what it counts, in which unit, and by which labels. Labels have few values each: never a URL, host or site. */
export interface MetricDeclaration {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly about: string
  readonly labels: readonly string[]
  /** Which service has it; `every`: all of them. */
  readonly service: 'every' | 'scheduler' | 'fetcher' | 'exporter' | 'gateway'
  /** Histograms: upper bounds, in the unit of the name. */
  readonly buckets?: readonly number[]
}

/** From a cached answer to a site that is told to take its time. */
const networkSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const apiSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const runSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600, 48 * 3_600]

/** Every metric of the mesh besides those of Node itself: `/metrics` and docs/metrics.md are made from this table. */
export const metricList = {
  bulk_jobs_total: {
    kind: 'counter',
    about: 'Runs that ended.',
    labels: ['status'],
    service: 'scheduler',
  },
  bulk_jobs_duration_seconds: {
    kind: 'histogram',
    about: 'From a run’s creation to its end.',
    labels: ['status'],
    service: 'scheduler',
    buckets: runSeconds,
  },
  bulk_jobs_active: { kind: 'gauge', about: 'Runs that have not ended.', labels: [], service: 'scheduler' },
  seine_backlog_tasks: {
    kind: 'gauge',
    about: 'URLs not yet asked for (pending) and out with fetchers (leased).',
    labels: ['pool', 'state'],
    service: 'scheduler',
  },
  seine_ledger_lag_messages: {
    kind: 'gauge',
    about: 'Results that the broker holds and the ledger does not have yet.',
    labels: [],
    service: 'scheduler',
  },
  seine_ledger_outcomes_total: {
    kind: 'counter',
    about: 'Outcomes entered into the ledger.',
    labels: ['outcome'],
    service: 'scheduler',
  },
  seine_pages_total: {
    kind: 'counter',
    about: 'Tasks that a fetcher ended, by outcome.',
    labels: ['pool', 'kind', 'outcome'],
    service: 'fetcher',
  },
  seine_page_failures_total: {
    kind: 'counter',
    about: 'Tasks that failed or were deferred, by reason.',
    labels: ['reason'],
    service: 'fetcher',
  },
  seine_fetch_phase_seconds: {
    kind: 'histogram',
    about:
      'Phases of a task: limiter (waiting for the host’s slot), fetch (request to last byte), publish (until the stream has the result).',
    labels: ['phase'],
    service: 'fetcher',
    buckets: networkSeconds,
  },
  seine_fetched_bytes_total: {
    kind: 'counter',
    about: 'Bytes of bodies, decoded.',
    labels: ['pool'],
    service: 'fetcher',
  },
  seine_fetch_in_flight: { kind: 'gauge', about: 'Tasks held just now.', labels: ['pool'], service: 'fetcher' },
  seine_host_events_total: {
    kind: 'counter',
    about: 'Hosts that were blocked, and breakers that opened, half opened or closed, as this fetcher saw it.',
    labels: ['event'],
    service: 'fetcher',
  },
  seine_exports_total: {
    kind: 'counter',
    about: 'Exports that ended.',
    labels: ['kind', 'result'],
    service: 'exporter',
  },
  seine_export_duration_seconds: {
    kind: 'histogram',
    about: 'From an export’s message to its result.',
    labels: ['kind'],
    service: 'exporter',
    buckets: runSeconds,
  },
  seine_export_rows_total: { kind: 'counter', about: 'Pages written into reports.', labels: [], service: 'exporter' },
  seine_http_requests_total: {
    kind: 'counter',
    about: 'Requests of the API.',
    labels: ['operation', 'status'],
    service: 'gateway',
  },
  seine_http_request_duration_seconds: {
    kind: 'histogram',
    about: 'From a request of the API to the head of its answer.',
    labels: ['operation'],
    service: 'gateway',
    buckets: apiSeconds,
  },
  seine_live_subscriptions: {
    kind: 'gauge',
    about: 'Open subscriptions to events: streams, and those of WebSockets.',
    labels: [],
    service: 'gateway',
  },
  seine_broker_connected: {
    kind: 'gauge',
    about: '1 while the broker can be reached.',
    labels: [],
    service: 'every',
  },
  seine_build_info: {
    kind: 'gauge',
    about: 'Always 1; the version is in its labels.',
    labels: ['service', 'version'],
    service: 'every',
  },
} as const satisfies Record<string, MetricDeclaration>

export type MetricName = keyof typeof metricList
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof metricList)[N]['labels'][number], string>>
