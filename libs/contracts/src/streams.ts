/** Stream settings as data. Durations are milliseconds here; the provisioner turns them into the server's nanoseconds. */
export interface StreamSettings {
  readonly name: string
  readonly about: string
  readonly subjects: readonly string[]
  readonly retention: 'limits' | 'workqueue'
  /** `new` refuses a publish at the limit, `old` drops the oldest message. */
  readonly discard: 'new' | 'old'
  /** Absent: no limit. */
  readonly maxMessagesPerSubject?: number
  /** Absent: no limit. */
  readonly maxBytes?: number
  readonly maxAgeMs: number
  /** How long the server remembers message ids. It keeps them in memory: streams with a message a page have it short (ADR-0008). */
  readonly duplicateWindowMs: number
  readonly compression: 'none' | 's2'
  /**
   * `async`: a write is acknowledged before it is synced to disk, even when the server syncs always. Only for what
   * PostgreSQL can drive again (ADR-002), and only on one replica: the server refuses it otherwise.
   */
  readonly persist: 'synced' | 'async'
  /** Whether atomic batch publishing is allowed (many messages, one sync). */
  readonly atomicBatches: boolean
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** Every stream of the mesh. */
export const streams = {
  TASKS: {
    name: 'TASKS',
    about: 'Work for fetchers. PostgreSQL drives again what it loses.',
    subjects: ['work.fetch.>'],
    retention: 'workqueue',
    discard: 'new',
    maxMessagesPerSubject: 512,
    maxAgeMs: dayMs,
    duplicateWindowMs: 2 * minuteMs,
    compression: 'none',
    persist: 'async',
    atomicBatches: false,
  },
  EXPORTS: {
    name: 'EXPORTS',
    about: 'Work for exporters.',
    subjects: ['work.export.>', 'work.remove.>'],
    retention: 'workqueue',
    discard: 'new',
    maxAgeMs: dayMs,
    duplicateWindowMs: 10 * minuteMs,
    compression: 'none',
    persist: 'synced',
    atomicBatches: false,
  },
  DELIVERIES: {
    name: 'DELIVERIES',
    about: 'What fetchers are to deliver to webhooks. PostgreSQL drives again what it loses.',
    subjects: ['work.deliver.>'],
    retention: 'workqueue',
    discard: 'new',
    maxMessagesPerSubject: 1_000,
    maxBytes: 256 * 1024 ** 2,
    maxAgeMs: dayMs,
    duplicateWindowMs: 10 * minuteMs,
    compression: 'none',
    persist: 'synced',
    atomicBatches: false,
  },
  RESULTS: {
    name: 'RESULTS',
    about: 'What fetchers and exporters found: the log that exports are made from.',
    subjects: ['result.>'],
    retention: 'limits',
    discard: 'new',
    maxAgeMs: 14 * dayMs,
    duplicateWindowMs: 2 * minuteMs,
    compression: 's2',
    persist: 'synced',
    atomicBatches: true,
  },
  EVENTS: {
    name: 'EVENTS',
    about: 'The typed event log that tail, SSE and WebSocket read.',
    subjects: ['event.>'],
    retention: 'limits',
    discard: 'old',
    maxBytes: 2 * 1024 ** 3,
    maxAgeMs: 7 * dayMs,
    duplicateWindowMs: 2 * minuteMs,
    compression: 's2',
    persist: 'synced',
    atomicBatches: false,
  },
  ERRORS: {
    name: 'ERRORS',
    about: 'Reports of unexpected errors, until the scheduler has entered them in its registry.',
    subjects: ['error.>'],
    retention: 'limits',
    discard: 'old',
    maxBytes: 64 * 1024 ** 2,
    maxAgeMs: 7 * dayMs,
    duplicateWindowMs: 2 * minuteMs,
    compression: 's2',
    persist: 'synced',
    atomicBatches: false,
  },
  DEAD_LETTERS: {
    name: 'DEAD_LETTERS',
    about: 'Advisories of messages that ran out of deliveries or were terminated.',
    subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>', '$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>'],
    retention: 'limits',
    discard: 'old',
    maxBytes: 256 * 1024 ** 2,
    maxAgeMs: 30 * dayMs,
    duplicateWindowMs: 2 * minuteMs,
    compression: 'none',
    persist: 'synced',
    atomicBatches: false,
  },
} as const satisfies Record<string, StreamSettings>

export type StreamName = keyof typeof streams
