import type { BreakerState } from './breaker.ts'
import { readHostState } from './host-state.ts'

/** A host's state as people and events see it. */
export interface HostView {
  /** As after the next call: an open breaker whose time has come is `half-open`. */
  readonly breaker: 'closed' | 'open' | 'half-open'
  readonly forced: 'open' | 'closed' | null
  /** Why the breaker is open. Empty: it is not. */
  readonly breakerReason: string
  /** When it last opened or closed. Null: it never opened, or an operator holds it. */
  readonly breakerSinceMs: number | null
  /** When an open breaker lets a probe through. Null: it is not open, or only an operator can close it. */
  readonly probeAtMs: number | null
  /** Probes that failed in a row: how dead the host is. */
  readonly failedProbes: number
  /** Null: not blocked. */
  readonly blockedUntilMs: number | null
  readonly blockedReason: string
  /** ms between two requests. 0: none was made yet. */
  readonly intervalMs: number
  /** The interval is longer than policy and robots.txt ask for, because the host throttles. */
  readonly slowed: boolean
  /** What policy and robots.txt ask for at least. 0: no request was made yet. */
  readonly baseIntervalMs: number
}

/** Summarises what the `hosts` bucket holds; null (no entry yet) gives a host of which nothing is known. */
export function viewHost(stored: unknown, nowMs: number): HostView {
  const { limiter, breaker } = readHostState(stored, nowMs)
  const due = breaker.forced === null && breaker.phase === 'open' && breaker.openUntilMs <= nowMs
  const phase = due ? 'half-open' : breaker.phase
  const blocked = limiter.blockedUntilMs > nowMs
  return {
    breaker: phase,
    forced: breaker.forced,
    breakerReason: breaker.reason,
    breakerSinceMs: breakerSinceMs(breaker),
    probeAtMs: phase === 'open' && breaker.forced === null ? breaker.openUntilMs : null,
    failedProbes: breaker.failedProbes,
    blockedUntilMs: blocked ? limiter.blockedUntilMs : null,
    blockedReason: blocked ? limiter.blockedReason : '',
    intervalMs: Math.max(limiter.baseIntervalMs, limiter.adaptiveIntervalMs),
    slowed: limiter.adaptiveIntervalMs > limiter.baseIntervalMs,
    baseIntervalMs: limiter.baseIntervalMs,
  }
}

function breakerSinceMs({ forced, phase, openUntilMs, openForMs, closedAtMs }: BreakerState): number | null {
  if (forced !== null) return null
  const sinceMs = phase === 'closed' ? closedAtMs : openUntilMs - openForMs
  return sinceMs > 0 && (phase === 'closed' || openForMs > 0) ? sinceMs : null
}
