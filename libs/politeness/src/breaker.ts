/**
 * The circuit breaker of one host, as data.
 *
 *   closed ──failure ratio──▶ open ──openUntilMs──▶ half-open ──probe succeeds──▶ closed
 *                              ▲                        │
 *                              └──probe fails: longer───┘
 *
 * It lives beside the limiter in one KV value, so whoever wins the compare-and-set that takes the probe is the only
 * one in the cluster that has it. A probe that nobody reports on is given back when its permit expires.
 */
export interface BreakerState {
  readonly phase: 'closed' | 'open' | 'half-open'
  /** What an operator ordered: it holds until it is taken back, whatever the calls say. */
  readonly forced: 'open' | 'closed' | null
  /** Why it is open. Empty while closed. */
  readonly reason: string
  /** Calls by time, oldest first; starts with a failure, so that a healthy host never has to be written. */
  readonly window: readonly { readonly atMs: number; readonly calls: number; readonly failures: number }[]
  /** When an open breaker lets a probe through. */
  readonly openUntilMs: number
  /** How long it was opened the last time. 0: never, or long enough ago. */
  readonly openForMs: number
  /** When a probe last closed it. 0: never. */
  readonly closedAtMs: number
  /** Probes that failed in a row: how dead the host is. */
  readonly failedProbes: number
  /** The one call that is let through while half-open. Null: free to take. */
  readonly probe: { readonly slotMs: number; readonly expiresAtMs: number } | null
}

export interface BreakerSettings {
  readonly windowMs: number
  /** Fewer calls in the window than this never open it. */
  readonly minCalls: number
  /** Share of failures, from 0 to 1, that opens it. */
  readonly failureRatio: number
  readonly openMs: number
  readonly maxOpenMs: number
  /** Once closed for this long, the next opening is short again. */
  readonly forgetAfterMs: number
  /** Lifetime of a probe's permit from its slot: above the longest a request can take; {@link maxProbeMs} at most. */
  readonly probeMs: number
  /** While a probe is out, the others look again after this. */
  readonly recheckMs: number
  /** While an operator keeps it open, they look again after this. */
  readonly forcedRecheckMs: number
}

/** A permit that lives longer than this is not believed. */
export const maxProbeMs = 3_600_000

// Ten calls, because a window starts with a failure and so looks worse than the host is; long enough for ten timeouts of
// 45 s one after the other, because a dead host with concurrency 1 must trip it.
export const breakerDefaults: BreakerSettings = {
  windowMs: 600_000,
  minCalls: 10,
  failureRatio: 0.5,
  openMs: 15_000,
  maxOpenMs: 600_000,
  forgetAfterMs: 600_000,
  probeMs: 60_000,
  recheckMs: 5_000,
  forcedRecheckMs: 30_000,
}

/** What a call came to, as far as the host's health goes. `cancelled`: it says nothing about the host. */
export type CallKind = 'success' | 'failure' | 'throttled' | 'cancelled'

const windowBuckets = 10

export const closedBreaker: BreakerState = {
  phase: 'closed',
  forced: null,
  reason: '',
  window: [],
  openUntilMs: 0,
  openForMs: 0,
  closedAtMs: 0,
  failedProbes: 0,
  probe: null,
}

export type Admission = { admit: 'all' } | { admit: 'probe' } | { admit: 'none'; untilMs: number; reason: string }

/** Who may pass now. `probe`: one call, which has to be taken with {@link takeProbe} in the same compare-and-set. */
export function admission(breaker: BreakerState, nowMs: number, settings: BreakerSettings): Admission {
  if (breaker.forced === 'closed') return { admit: 'all' }
  if (breaker.forced === 'open')
    return { admit: 'none', untilMs: nowMs + settings.forcedRecheckMs, reason: 'breaker-forced-open' }
  if (breaker.phase === 'closed') return { admit: 'all' }
  if (breaker.phase === 'open' && breaker.openUntilMs > nowMs)
    return { admit: 'none', untilMs: breaker.openUntilMs, reason: 'breaker-open' }
  if (breaker.probe && breaker.probe.expiresAtMs > nowMs)
    return {
      admit: 'none',
      untilMs: Math.min(nowMs + settings.recheckMs, breaker.probe.expiresAtMs),
      reason: 'breaker-half-open',
    }
  return { admit: 'probe' }
}

/** Hands out the probe for a slot; the breaker is half-open from here. */
export function takeProbe(breaker: BreakerState, slotMs: number, settings: BreakerSettings): BreakerState {
  return { ...breaker, phase: 'half-open', probe: { slotMs, expiresAtMs: slotMs + settings.probeMs } }
}

/**
 * Enters what a call came to. Returns the same object where nothing changes.
 *
 * @param startedAtMs slot of the call: what began before the breaker opened, or before the probe, tells nothing new.
 */
export function recordCall(
  breaker: BreakerState,
  call: { kind: CallKind; startedAtMs: number; reason: string },
  nowMs: number,
  settings: BreakerSettings,
): BreakerState {
  if (breaker.forced !== null || breaker.phase === 'open') return breaker
  if (breaker.phase === 'closed') return recordClosed(breaker, call, nowMs, settings)
  if (!breaker.probe || call.startedAtMs < breaker.probe.slotMs) return breaker
  switch (call.kind) {
    case 'cancelled':
      return { ...breaker, probe: null }
    case 'success':
      return { ...closedBreaker, openForMs: breaker.openForMs, closedAtMs: nowMs }
    default:
      return open({ ...breaker, failedProbes: breaker.failedProbes + 1 }, call.reason, nowMs, settings)
  }
}

/** An operator's order. `null` takes it back: after a forced opening the host has to pass a probe first. */
export function forceBreaker(breaker: BreakerState, to: 'open' | 'closed' | null, reason: string): BreakerState {
  if (to === 'open') return { ...breaker, phase: 'open', forced: 'open', reason, window: [], probe: null }
  if (to === 'closed') return { ...closedBreaker, forced: 'closed' }
  if (breaker.forced === 'open') return { ...breaker, phase: 'half-open', forced: null, window: [], probe: null }
  return { ...breaker, forced: null }
}

function recordClosed(
  breaker: BreakerState,
  call: { kind: CallKind; startedAtMs: number; reason: string },
  nowMs: number,
  settings: BreakerSettings,
): BreakerState {
  const failed = call.kind === 'failure' || call.kind === 'throttled'
  // Calls from before it opened and closed again would open it once more for the same trouble.
  if (call.kind === 'cancelled' || call.startedAtMs < breaker.closedAtMs) return breaker
  if (!failed && breaker.window.length === 0) return breaker

  const recent = breaker.window.filter((bucket) => bucket.atMs > nowMs - settings.windowMs)
  const last = recent.at(-1)
  if (last && nowMs - last.atMs < settings.windowMs / windowBuckets)
    recent[recent.length - 1] = { ...last, calls: last.calls + 1, failures: last.failures + (failed ? 1 : 0) }
  else recent.push({ atMs: nowMs, calls: 1, failures: failed ? 1 : 0 })

  const calls = recent.reduce((sum, bucket) => sum + bucket.calls, 0)
  const failures = recent.reduce((sum, bucket) => sum + bucket.failures, 0)
  if (failures === 0) return { ...breaker, window: [] }
  if (failed && calls >= settings.minCalls && failures / calls >= settings.failureRatio)
    return open(breaker, call.reason, nowMs, settings)
  return { ...breaker, window: recent }
}

function open(breaker: BreakerState, reason: string, nowMs: number, settings: BreakerSettings): BreakerState {
  // Not reset by one good probe: a host that flaps would be opened for the shortest time again and again.
  const fresh = breaker.phase === 'closed' && nowMs - breaker.closedAtMs > settings.forgetAfterMs
  const openForMs =
    fresh || breaker.openForMs === 0 ? settings.openMs : Math.min(settings.maxOpenMs, breaker.openForMs * 2)
  return { ...breaker, phase: 'open', reason, window: [], openForMs, openUntilMs: nowMs + openForMs, probe: null }
}
