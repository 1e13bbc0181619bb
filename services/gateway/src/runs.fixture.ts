import { newId, type Run, type SiteRun } from '@seine/contracts'

const counts = { discovered: 10, ok: 7, unchanged: 1, failed: 1, skipped: 1, pending: 0 }

/** A valid run for tests. */
export function sampleRun(overrides: Partial<Run> = {}): Run {
  return {
    id: newId(),
    status: 'running',
    reason: null,
    options: { skip_existing: false, dry_run: false },
    siteCounts: { waiting: 0, running: 1, completed: 0, failed: 0, cancelled: 0 },
    counts,
    bytes: 1_000,
    pagesPerSecond: 2,
    eta: { state: 'estimating' },
    steps: [],
    archive: null,
    correlationId: 'c',
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    ...overrides,
  }
}

/** A valid site run for tests. */
export function sampleSiteRun(overrides: Partial<SiteRun> = {}): SiteRun {
  return {
    runId: newId(),
    site: 'shop',
    status: 'running',
    step: 'fetch',
    reason: null,
    counts,
    reasons: {},
    bytes: 1_000,
    pagesPerSecond: 2,
    eta: { state: 'estimating' },
    steps: [],
    diff: null,
    artifacts: [],
    startedAt: null,
    finishedAt: null,
    ...overrides,
  }
}
