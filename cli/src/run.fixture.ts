import type { RunDetail } from '@seine/client'
import { type Counts, newId, type SeineEvent, type SiteRun } from '@seine/contracts'

export const sampleCounts = (overrides: Partial<Counts> = {}): Counts => ({
  discovered: 100,
  ok: 40,
  unchanged: 5,
  failed: 3,
  skipped: 2,
  pending: 50,
  ...overrides,
})

export function sampleSite(overrides: Partial<SiteRun> = {}): SiteRun {
  return {
    runId: newId(),
    site: 'shop',
    status: 'running',
    step: 'fetch',
    reason: null,
    counts: sampleCounts(),
    reasons: {},
    bytes: 1_000,
    pagesPerSecond: 2,
    eta: { state: 'known', remainingMs: 25_000, basis: 'measured' },
    steps: [],
    diff: null,
    artifacts: [],
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    ...overrides,
  }
}

export function sampleRun(overrides: Partial<RunDetail> = {}): RunDetail {
  const sites = overrides.sites ?? [sampleSite()]
  return {
    id: newId(),
    status: 'running',
    reason: null,
    options: { skip_existing: false, dry_run: false },
    siteCounts: { waiting: 0, running: 1, completed: 0, failed: 0, cancelled: 0 },
    counts: sampleCounts(),
    bytes: 1_000,
    pagesPerSecond: 2,
    eta: { state: 'estimating' },
    steps: [],
    archive: null,
    correlationId: 'c',
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    sitesTotal: sites.length,
    ...overrides,
    sites,
  }
}

/** An event of one type for tests; nothing but its data matters. */
export function sampleEvent<T extends SeineEvent['type']>(
  type: T,
  data: Extract<SeineEvent, { type: T }>['data'],
  overrides: Partial<SeineEvent> = {},
): SeineEvent {
  const base = { ts: '2026-01-01T12:03:04.000Z', level: 'info', job_id: newId(), step: 'fetch', id: newId() }
  return { ...base, type, data, ...overrides } as SeineEvent
}
