export interface BackoffRequest {
  /** `equal`: half fixed, half random, for a host that asked for a pause. `decorrelated`: spread wide, for errors. */
  readonly kind: 'equal' | 'decorrelated'
  /** The failed try that is waited for, from 1. */
  readonly attempt: number
  readonly baseMs: number
  readonly capMs: number
  /** `decorrelated` only: the wait before this one. Absent: taken to have been as long as it could. */
  readonly previousMs?: number
  /** In [0, 1): `Math.random`. */
  readonly random: () => number
}

/**
 * How long to wait before the next try, whole ms, from 0 to `capMs`.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export function backoffMs({ kind, attempt, baseMs, capMs, previousMs, random }: BackoffRequest): number {
  const step = Math.max(0, attempt - 1)
  if (kind === 'equal') {
    const ceiling = Math.min(capMs, baseMs * 2 ** step)
    return Math.round(ceiling / 2 + (random() * ceiling) / 2)
  }
  // A task carries its number of failures but not its last wait, so the longest possible one stands in for it.
  const ceiling = 3 * (previousMs ?? baseMs * 3 ** step)
  return Math.round(Math.min(capMs, baseMs + random() * Math.max(0, Math.min(capMs, ceiling) - baseMs)))
}
