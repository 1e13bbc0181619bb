import type { FetchTask } from '@seine/contracts'
import type { Metrics } from '@seine/telemetry'
import type { Ending } from './ending.ts'

/** What a fetcher counts of its tasks. */
export interface FetchMeter {
  /** Gives what to call when the task is let go of, however it ended. */
  held(task: FetchTask): () => void
  /** `publishMs`: until the stream had the result. */
  ended(task: FetchTask, ending: Ending, publishMs: number): void
  /** A request that was waited for: its place in the host's clock, and its answer. */
  asked(waitMs: number, durationMs: number | null): void
  hostEvent(event: string): void
}

export function makeFetchMeter(metrics: Metrics): FetchMeter {
  const held: Record<string, number> = {}
  const hold = (pool: string, by: number) => {
    held[pool] = (held[pool] ?? 0) + by
    metrics.set('seine_fetch_in_flight', { pool }, held[pool])
  }
  return {
    held({ pool }) {
      hold(pool, 1)
      return () => hold(pool, -1)
    },
    ended({ pool, kind }, { outcome, reason, bytes = 0 }, publishMs) {
      metrics.count('seine_pages_total', { pool, kind, outcome })
      if (outcome === 'failed' || outcome === 'deferred') metrics.count('seine_page_failures_total', { reason })
      metrics.count('seine_fetched_bytes_total', { pool }, bytes)
      metrics.observe('seine_fetch_phase_seconds', { phase: 'publish' }, publishMs / 1_000)
    },
    asked(waitMs, durationMs) {
      metrics.observe('seine_fetch_phase_seconds', { phase: 'limiter' }, waitMs / 1_000)
      if (durationMs !== null) metrics.observe('seine_fetch_phase_seconds', { phase: 'fetch' }, durationMs / 1_000)
    },
    hostEvent: (event) => metrics.count('seine_host_events_total', { event }),
  }
}
