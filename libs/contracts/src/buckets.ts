/** A key-value bucket as data. */
export interface BucketSettings {
  readonly name: string
  readonly about: string
  /** Entries older than this vanish. 0: they stay. */
  readonly ttlMs: number
  /** Past values kept a key. */
  readonly history: number
  readonly maxValueBytes: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Every key-value bucket of the mesh. */
export const buckets = {
  hosts: {
    name: 'hosts',
    about: 'Host clock and breaker, by host token. Shared by all fetchers.',
    ttlMs: 0,
    history: 1,
    maxValueBytes: 16_384,
  },
  robots: {
    name: 'robots',
    about: 'robots.txt by host token, as fetched.',
    ttlMs: 24 * hourMs,
    history: 1,
    maxValueBytes: 1_000_000,
  },
  plans: {
    name: 'plans',
    about: 'Site plans by run and site.',
    ttlMs: 14 * 24 * hourMs,
    history: 1,
    maxValueBytes: 262_144,
  },
  runs: {
    name: 'runs',
    about: 'Flags of runs (cancelled, paused) by run id, watched by fetchers.',
    ttlMs: 14 * 24 * hourMs,
    history: 1,
    maxValueBytes: 4_096,
  },
  users: {
    name: 'users',
    about: 'Who may log in, with password hashes; one-time setup tokens as hashes. The gateway’s own.',
    ttlMs: 0,
    history: 1,
    maxValueBytes: 4_096,
  },
  sessions: {
    name: 'sessions',
    about: 'Sessions by the hash of their id; each use begins the time anew. The gateway’s own.',
    ttlMs: 30 * minuteMs,
    history: 1,
    maxValueBytes: 1_024,
  },
  api_keys: {
    name: 'api_keys',
    about: 'API keys by id, their secrets as hashes. The gateway’s own.',
    ttlMs: 0,
    history: 1,
    maxValueBytes: 4_096,
  },
  rate_limits: {
    name: 'rate_limits',
    about: 'How much callers have asked for, shared by all gateways.',
    ttlMs: hourMs,
    history: 1,
    maxValueBytes: 256,
  },
  services: {
    name: 'services',
    about: 'Replicas that run, by service and replica: each says every 5 s that it is there.',
    ttlMs: 20_000,
    history: 1,
    maxValueBytes: 1_024,
  },
  presence: {
    name: 'presence',
    about: 'Who looks at or edits what, a share a gateway and topic. The gateway’s own.',
    ttlMs: minuteMs,
    history: 1,
    maxValueBytes: 65_536,
  },
} as const satisfies Record<string, BucketSettings>

export type BucketName = keyof typeof buckets

/** Where the entry of a key is written (NATS ADR-8). */
export const bucketSubject = (bucket: string, key: string): string => `$KV.${bucket}.${key}`

/** The object store that holds artifacts where no S3 server is configured. */
export const artifactStore = { name: 'artifacts', about: 'Artifacts of runs.' } as const

/** Value in the `runs` bucket under the run's id. */
export type RunFlag = 'running' | 'paused' | 'cancelled'
