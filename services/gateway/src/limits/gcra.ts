/** So many at once after a rest, then one every `intervalMs`. */
export interface GcraRate {
  readonly burst: number
  readonly intervalMs: number
}

export interface Taken {
  /** Tokens that were given, `wanted` at most. */
  readonly granted: number
  /** The state afterwards: a theoretical arrival time, Unix ms. 0 is a caller who was never seen. */
  readonly tatMs: number
  /** How many more there are now. */
  readonly remaining: number
  /** Until there is one, ms. 0: there is one. */
  readonly retryAfterMs: number
  /** Until all are there again, ms. */
  readonly resetMs: number
}

/**
 * Takes up to `wanted` tokens under the generic cell rate algorithm: one number says everything about a caller. Never more
 * than `burst + T/intervalMs` are given in any window T, whatever the clocks of those that ask.
 */
export function take(tatMs: number, wanted: number, { burst, intervalMs }: GcraRate, nowMs: number): Taken {
  const from = Math.max(tatMs, nowMs)
  // What floating point leaves of a whole token is one.
  const available = Math.max(0, Math.floor((nowMs + burst * intervalMs - from) / intervalMs + 1e-9))
  const granted = Math.min(wanted, available)
  const next = from + granted * intervalMs
  const remaining = available - granted
  return {
    granted,
    tatMs: granted === 0 ? tatMs : next,
    remaining,
    retryAfterMs: remaining > 0 ? 0 : Math.max(0, next + intervalMs - (nowMs + burst * intervalMs)),
    resetMs: next - nowMs,
  }
}
