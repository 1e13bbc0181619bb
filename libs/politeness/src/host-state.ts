import { type BreakerState, closedBreaker, maxProbeMs } from './breaker.ts'
import { maxHolders, maxPlaceMs, type Places } from './places.ts'

/** Value of the `hosts` bucket: all that the cluster knows about being polite to one host. */
export interface HostState {
  readonly version: 1
  readonly limiter: LimiterState
  readonly breaker: BreakerState
}

/** The limiter of one host: rate (GCRA) and concurrency. Times are Unix ms of the broker's clock. */
export interface LimiterState {
  /** Theoretical arrival time: when the bucket is full again. Only ever grows. */
  readonly tatMs: number
  /** Interval of policy and crawl delay at the last reservation. 0: none yet. */
  readonly baseIntervalMs: number
  /** Interval the host's throttling led to. 0: it does not throttle. */
  readonly adaptiveIntervalMs: number
  /** When the adaptive interval last grew. */
  readonly slowedAtMs: number
  readonly blockedUntilMs: number
  /** Why it is blocked, kebab-case. Empty: it never was. */
  readonly blockedReason: string
  /** Latest time at which it was written. */
  readonly seenAtMs: number
  /** Who has requests open. Absent: nobody had any yet. */
  readonly places?: readonly Places[] | undefined
}

/** Clocks of two fetchers differ by less: further ahead than this, a state is not believed. */
export const maxClockSkewMs = 60_000

/** No interval, bucket or block is longer than this. */
export const maxAheadMs = 24 * 3_600_000

/** No slot is granted further ahead than this. */
export const longestWaitMs = 60_000

/** How long a host waits whose limiter state can't be read. */
export const brokenStateBlockMs = 60_000

/** State of a host that was never asked for anything. */
export function initialHostState(nowMs: number): HostState {
  return { version: 1, limiter: freshLimiter(nowMs), breaker: closedBreaker }
}

/**
 * Checks what the bucket holds; returns the very same object where all of it can be believed.
 * A broken limiter fails closed and heals by itself: the host is blocked for `brokenStateBlockMs`, after which its
 * bucket is empty. A broken breaker fails open: it is closed and knows of no failure.
 *
 * @param stored null or undefined: the host has no entry yet.
 */
export function readHostState(stored: unknown, nowMs: number): HostState {
  if (stored === null || stored === undefined) return initialHostState(nowMs)
  const { limiter, breaker } = (typeof stored === 'object' ? stored : {}) as Partial<Record<keyof HostState, unknown>>
  const limiterRead = isLimiter(limiter, nowMs)
  const breakerRead = isBreaker(breaker, nowMs)
  if (limiterRead && breakerRead) return stored as HostState
  return {
    version: 1,
    limiter: limiterRead ? limiter : brokenLimiter(nowMs),
    breaker: breakerRead ? breaker : closedBreaker,
  }
}

function freshLimiter(nowMs: number): LimiterState {
  return {
    tatMs: nowMs,
    baseIntervalMs: 0,
    adaptiveIntervalMs: 0,
    slowedAtMs: 0,
    blockedUntilMs: 0,
    blockedReason: '',
    seenAtMs: nowMs,
  }
}

function brokenLimiter(nowMs: number): LimiterState {
  return {
    ...freshLimiter(nowMs),
    blockedUntilMs: nowMs + brokenStateBlockMs,
    blockedReason: 'limiter-state-broken',
  }
}

function isLimiter(value: unknown, nowMs: number): value is LimiterState {
  if (typeof value !== 'object' || value === null) return false
  const limiter = value as Partial<LimiterState>
  return (
    isTime(limiter.seenAtMs, nowMs + maxClockSkewMs) &&
    isTime(limiter.tatMs, limiter.seenAtMs + longestWaitMs + maxAheadMs) &&
    isTime(limiter.baseIntervalMs, maxAheadMs) &&
    isTime(limiter.adaptiveIntervalMs, maxAheadMs) &&
    isTime(limiter.slowedAtMs, nowMs + maxClockSkewMs) &&
    isTime(limiter.blockedUntilMs, limiter.seenAtMs + maxAheadMs) &&
    typeof limiter.blockedReason === 'string' &&
    (limiter.places === undefined || arePlaces(limiter.places, limiter.seenAtMs))
  )
}

function arePlaces(places: unknown, seenAtMs: number): boolean {
  return (
    Array.isArray(places) &&
    places.length <= maxHolders + 1 &&
    places.every(
      (of) =>
        typeof of === 'object' &&
        of !== null &&
        typeof of.holder === 'string' &&
        isTime(of.count, Number.MAX_SAFE_INTEGER) &&
        isTime(of.limit, Number.MAX_SAFE_INTEGER) &&
        isTime(of.untilMs, seenAtMs + maxPlaceMs),
    )
  )
}

function isBreaker(value: unknown, nowMs: number): value is BreakerState {
  if (typeof value !== 'object' || value === null) return false
  const breaker = value as Partial<BreakerState>
  const latestMs = nowMs + maxClockSkewMs
  return (
    (breaker.phase === 'closed' || breaker.phase === 'open' || breaker.phase === 'half-open') &&
    (breaker.forced === null || breaker.forced === 'open' || breaker.forced === 'closed') &&
    typeof breaker.reason === 'string' &&
    isTime(breaker.openForMs, maxAheadMs) &&
    isTime(breaker.openUntilMs, latestMs + breaker.openForMs) &&
    isTime(breaker.closedAtMs, latestMs) &&
    isTime(breaker.failedProbes, Number.MAX_SAFE_INTEGER) &&
    isProbe(breaker.probe, latestMs) &&
    Array.isArray(breaker.window) &&
    breaker.window.every(
      (bucket) =>
        typeof bucket === 'object' &&
        bucket !== null &&
        isTime(bucket.atMs, latestMs) &&
        isTime(bucket.calls, Number.MAX_SAFE_INTEGER) &&
        isTime(bucket.failures, bucket.calls),
    )
  )
}

function isProbe(probe: BreakerState['probe'] | undefined, latestMs: number): boolean {
  if (probe === null) return true
  return (
    typeof probe === 'object' &&
    isTime(probe.slotMs, latestMs + longestWaitMs) &&
    isTime(probe.expiresAtMs, probe.slotMs + maxProbeMs)
  )
}

function isTime(value: unknown, max: number): value is number {
  return typeof value === 'number' && value >= 0 && value <= max
}
