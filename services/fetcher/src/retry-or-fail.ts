import type { FetchTask, Policy } from '@seine/contracts'
import { backoffMs, type Verdict } from '@seine/politeness'
import type { Ending } from './ending.ts'

/**
 * What becomes of a task whose request went wrong: `deferred` to a time while its retry budget lasts, else `failed`.
 * The waiting is the frontier's (keeps I5).
 */
export function retryOrFail(
  task: Pick<FetchTask, 'failures'>,
  policy: Policy,
  verdict: Verdict,
  now: { retryAfterMs: number | null; nowMs: number; random: () => number },
): Ending {
  const { retry } = policy
  const { reason } = verdict
  if (verdict.next === 'skip') return { outcome: 'skipped', reason }
  if (verdict.next !== 'retry' || task.failures + 1 >= retry.maxAttempts) return { outcome: 'failed', reason }
  const kind = verdict.backoff
  const waitMs = backoffMs({
    kind,
    attempt: task.failures + 1,
    baseMs: retry.baseMs,
    capMs: retry.capMs,
    random: now.random,
  })
  const askedMs = Math.min(now.retryAfterMs ?? 0, retry.maxRetryAfterMs)
  return {
    outcome: 'deferred',
    reason,
    retryAtMs: now.nowMs + Math.max(waitMs, askedMs),
    countsAsFailure: verdict.countsAsFailure,
  }
}
