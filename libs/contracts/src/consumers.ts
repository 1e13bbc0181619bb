import type { StreamName } from './streams.ts'

/** A durable pull consumer as data. Durations are milliseconds. */
export interface ConsumerSettings {
  readonly stream: StreamName
  readonly durable: string
  readonly about: string
  readonly filters: readonly string[]
  /** Redelivered when neither acknowledged nor marked `working()` for this long. */
  readonly ackWaitMs: number
  /** Deliveries before the message is a dead letter. -1: no limit. */
  readonly maxDeliver: number
  /** Messages delivered and not yet acknowledged, all replicas together. */
  readonly maxAckPending: number
  /** True: the body stays in the stream, only headers are delivered. */
  readonly headersOnly: boolean
}

/** Pools of fetchers: a class of fetchers with one capability. */
export const pools = ['http', 'browser'] as const
export type Pool = (typeof pools)[number]

const fetchConsumer = (pool: Pool): ConsumerSettings => ({
  stream: 'TASKS',
  durable: `fetch-${pool}`,
  about: `All fetchers of the ${pool} pool share it.`,
  filters: [`work.fetch.${pool}.>`],
  // How long a killed fetcher's tasks hold their hosts' slots. Shorter than a task may take: workers say that they work on.
  ackWaitMs: 20_000,
  maxDeliver: 5,
  maxAckPending: 20_000,
  headersOnly: false,
})

/** Every durable consumer of the mesh. There is none per host: a stream allows 1,000 by default. */
export const consumers = {
  fetchHttp: fetchConsumer('http'),
  fetchBrowser: fetchConsumer('browser'),
  outcomes: {
    stream: 'RESULTS',
    durable: 'scheduler-outcomes',
    about: 'Schedulers read how tasks ended, from headers alone.',
    filters: ['result.page.>'],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 20_000,
    headersOnly: true,
  },
  discovered: {
    stream: 'RESULTS',
    durable: 'scheduler-discovered',
    about: 'Schedulers read discovered URLs.',
    filters: ['result.discovered.>'],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  exportResults: {
    stream: 'RESULTS',
    durable: 'scheduler-exports',
    about: 'Schedulers read what exporters wrote.',
    filters: ['result.export.>'],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  changes: {
    stream: 'RESULTS',
    durable: 'scheduler-changes',
    about: 'Schedulers read what changed of pages.',
    filters: ['result.changes.>'],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  known: {
    stream: 'RESULTS',
    durable: 'scheduler-known',
    about: 'Schedulers read what is known of pages after an export.',
    filters: ['result.known.>'],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  diffs: {
    stream: 'RESULTS',
    durable: 'scheduler-diffs',
    about: 'Schedulers read what comparisons of two runs found.',
    filters: ['result.diff.>'],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  errors: {
    stream: 'ERRORS',
    durable: 'scheduler-errors',
    about: 'Schedulers enter unexpected errors in their registry.',
    filters: ['error.>'],
    ackWaitMs: 30_000,
    maxDeliver: 20,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  deliveryResults: {
    stream: 'RESULTS',
    durable: 'scheduler-deliveries',
    about: 'Schedulers read how deliveries to webhooks ended.',
    filters: ['result.delivery.>'],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  webhookEvents: {
    stream: 'EVENTS',
    durable: 'scheduler-webhooks',
    about: 'Schedulers read what webhooks are told of.',
    filters: [
      'event.*.*.run.created',
      'event.*.*.run.started',
      'event.*.*.run.paused',
      'event.*.*.run.finished',
      'event.*.*.site.started',
      'event.*.*.site.finished',
      'event.*.*.host.breaker',
      'event.*.*.retention.planned',
    ],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  deliveries: {
    stream: 'DELIVERIES',
    durable: 'deliver',
    about: 'All fetchers share it.',
    filters: ['work.deliver.>'],
    ackWaitMs: 30_000,
    maxDeliver: 5,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  exporter: {
    stream: 'EXPORTS',
    durable: 'exporter',
    about: 'All exporters share it.',
    filters: ['work.export.>'],
    // How long a killed exporter holds its run up.
    ackWaitMs: 30_000,
    maxDeliver: 5,
    maxAckPending: 1_000,
    headersOnly: false,
  },
  removals: {
    stream: 'EXPORTS',
    durable: 'exporter-removals',
    about: 'All exporters share it.',
    filters: ['work.remove.>'],
    ackWaitMs: 60_000,
    maxDeliver: 20,
    maxAckPending: 1_000,
    headersOnly: false,
  },
} as const satisfies Record<string, ConsumerSettings>

/** The consumer that the fetchers of a pool share. */
export function fetchConsumerOf(pool: Pool): ConsumerSettings {
  return pool === 'http' ? consumers.fetchHttp : consumers.fetchBrowser
}
