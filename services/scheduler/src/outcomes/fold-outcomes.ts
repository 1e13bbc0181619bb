import type { Outcome } from '@seine/contracts'

/** An outcome and the site run whose URL it is about. */
export interface ReceivedOutcome {
  readonly runId: string
  readonly site: string
  readonly outcome: Outcome
}

/** How long a task waits that a fetcher refused for a cancel which was taken back since. */
const afterStaleCancelMs = 1_000

/**
 * At most one outcome a URL: the first final one, else the deferral of the latest attempt; an earlier one can't be the
 * current lease any more.
 */
export function foldOutcomes(received: readonly ReceivedOutcome[]): ReceivedOutcome[] {
  const byUrl = new Map<string, ReceivedOutcome>()
  for (const next of received) {
    const kept = byUrl.get(next.outcome.urlId)
    if (kept === undefined || beats(next.outcome, kept.outcome)) byUrl.set(next.outcome.urlId, next)
  }
  return [...byUrl.values()]
}

function beats(next: Outcome, kept: Outcome): boolean {
  if (kept.outcome !== 'deferred') return false
  return next.outcome !== 'deferred' || next.attempt > kept.attempt
}

/** A fetcher that has not heard yet that a run goes on skips its tasks as cancelled: they only have to wait. */
export function reviveCancelled(outcome: Outcome, nowMs: number): Outcome {
  if (outcome.outcome !== 'skipped' || outcome.reason !== 'cancelled') return outcome
  return { ...outcome, outcome: 'deferred', countsAsFailure: false, retryAtMs: nowMs + afterStaleCancelMs }
}
