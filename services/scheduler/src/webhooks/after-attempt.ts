import type { DeliveryResult } from '@seine/contracts'
import { backoffMs } from '@seine/politeness'

const hourMs = 60 * 60_000

/** Attempts that may fail before a delivery is given up; with the pauses between them that takes a day and a half. */
export const maxFailures = 20
/** Longest pause between two attempts, also where the receiver asks for a longer one. */
export const maxPauseMs = 4 * hourMs
/** From then on a delivery is given up, however few its attempts: its webhook was disabled meanwhile. */
export const giveUpAfterMs = 3 * 24 * hourMs
/** A webhook that has failed for so long, and so often, is disabled. */
export const disableAfterMs = 3 * 24 * hourMs
export const disableAfterFailures = 10

/** What is to become of a delivery and its webhook after an attempt. */
export interface AfterAttempt {
  readonly delivery: { readonly to: 'delivered' | 'failed' } | { readonly to: 'waiting'; readonly nextMs: number }
  /** Why the attempt failed. Null: it did not. */
  readonly error: string | null
  /** Why the webhook is disabled from now on. Null: it is not. */
  readonly disable: string | null
}

/** Decides after an attempt that had an end. `failures` and `failingSinceMs` are from before it. */
export function afterAttempt(attempt: {
  readonly result: Pick<DeliveryResult, 'status' | 'error' | 'retryAfterMs'>
  readonly delivery: { readonly isTest: boolean; readonly failures: number; readonly giveUpAtMs: number }
  readonly webhook: { readonly failures: number; readonly failingSinceMs: number | null }
  readonly nowMs: number
  readonly basePauseMs: number
  readonly random: () => number
}): AfterAttempt {
  const { result, delivery, webhook, nowMs } = attempt
  const error = problemOf(result)
  if (error === null) return { delivery: { to: 'delivered' }, error, disable: null }
  if (delivery.isTest) return { delivery: { to: 'failed' }, error, disable: null }
  if (result.status === 410)
    return { delivery: { to: 'failed' }, error, disable: 'the receiver answered that it is gone (410)' }
  const failures = delivery.failures + 1
  const pauseMs = Math.max(
    backoffMs({
      kind: 'equal',
      attempt: failures,
      baseMs: attempt.basePauseMs,
      capMs: maxPauseMs,
      random: attempt.random,
    }),
    Math.min(maxPauseMs, result.retryAfterMs ?? 0),
  )
  const over = failures >= maxFailures || nowMs + pauseMs > delivery.giveUpAtMs
  const failingMs = nowMs - (webhook.failingSinceMs ?? nowMs)
  const isHopeless = failingMs >= disableAfterMs && webhook.failures + 1 >= disableAfterFailures
  return {
    delivery: over ? { to: 'failed' } : { to: 'waiting', nextMs: nowMs + pauseMs },
    error,
    disable: isHopeless
      ? `every one of ${webhook.failures + 1} attempts in 3 days failed, the last with: ${error}`
      : null,
  }
}

function problemOf({ status, error }: Pick<DeliveryResult, 'status' | 'error'>): string | null {
  if (error !== null) return error
  if (status >= 200 && status < 300) return null
  return status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`
}
