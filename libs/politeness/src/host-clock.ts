import {
  admission,
  type BreakerSettings,
  type BreakerState,
  breakerDefaults,
  type CallKind,
  forceBreaker,
  recordCall,
  takeProbe,
} from './breaker.ts'
import { type HostState, type LimiterState, longestWaitMs, maxAheadMs, readHostState } from './host-state.ts'
import { freePlaces, givePlacesBack, type PlaceRequest, takePlaces } from './places.ts'

/**
 * The host clock: a GCRA limiter and a breaker in one value, so that one compare-and-set covers both. The caller reads
 * the `hosts` entry, calls {@link reserve} or {@link observe} with what it found, and writes `state` back with the
 * revision it read if it is not the object it read; on a conflict it starts again.
 *
 * Why I3 holds: each grant moves the arrival time (TAT) on by at least the policy's interval E, and is due no
 * earlier than TAT − (burst − 1)·E. So the k-th grant due in a window [a, a + T] finds TAT ≥ a + (k − 1)·E and needs
 * TAT ≤ a + T + (burst − 1)·E, which gives k ≤ burst + T/E. Nothing in this depends on the order of clocks: workers
 * whose clocks differ, go back or were restarted change when a slot is due, never how many fit into a window.
 * Where sites of one host have different policies, E is the shortest of their intervals and (burst − 1)·E the longest.
 * Concurrency is kept by leases of places in the same value (`places.ts`): a slot is granted with a place or not at all.
 */

export interface ReserveRequest {
  /** Slots wanted. 0 only asks when the next one is free. */
  readonly wanted: number
  /** Policy. At least one request a day. */
  readonly ratePerSecond: number
  /** Policy: requests that may follow each other at once after idleness. 1: none. */
  readonly burst: number
  /** robots.txt `Crawl-delay`, where the policy honours it. Absent: none. */
  readonly crawlDelayMs?: number
  /** Slots due later than this from now are not granted. {@link longestWaitMs} at most. */
  readonly maxWaitMs: number
  /** Who asks, for the host's concurrency. Absent: it is not counted. */
  readonly places?: PlaceRequest
}

export interface Granted {
  /** Due times, ascending; fractions of a ms count: a request sent before its slot breaks I3. May be fewer than wanted. */
  readonly slotsMs: readonly number[]
  readonly state: HostState
  /** When the next slot after these is due, as far as is known now. */
  readonly nextFreeAtMs: number
  /** There are fewer than wanted because no place was free. */
  readonly isFull: boolean
}

export interface Blocked {
  /** Come back then; nothing was reserved. */
  readonly blockedUntilMs: number
  /** Kebab-case: `rate-limited`, `breaker-open`, `breaker-half-open`, `breaker-forced-open`, `limiter-state-broken`, … */
  readonly reason: string
  readonly state: HostState
}

export type Reservation = Granted | Blocked

export interface HostObservation {
  /** `throttled`: 429, 503 and the like. `cancelled`: the call was given up and says nothing about the host. */
  readonly kind: CallKind
  /** Slot the request was sent in. Absent: now. What was sent before the last slow-down tells nothing new. */
  readonly startedAtMs?: number
  /** `throttled` only: what `Retry-After` asks for. Absent or null: nothing. */
  readonly retryAfterMs?: number | null
  /** Longest `Retry-After` that is kept to (policy). Absent: a day. */
  readonly maxRetryAfterMs?: number
  /** Why it failed, kebab-case; shown as the reason of a block or an open breaker. */
  readonly reason?: string
}

export interface HostClockSettings {
  readonly breaker: BreakerSettings
  /** The adaptive interval grows no longer than this. */
  readonly maxAdaptiveIntervalMs: number
  /** What a success multiplies the adaptive interval with. Below 1. */
  readonly easeFactor: number
  /** After this long without another slow-down the host is as it was: last week's throttling says nothing about today. */
  readonly forgetSlowdownMs: number
  /** A throttled host is left alone for at least this long. */
  readonly minPauseMs: number
}

export const hostClockDefaults: HostClockSettings = {
  breaker: breakerDefaults,
  maxAdaptiveIntervalMs: 60_000,
  easeFactor: 0.9,
  forgetSlowdownMs: 3_600_000,
  minPauseMs: 1_000,
}

/** One call grants no more slots than this: the rest is asked for again. */
export const maxSlotsPerReserve = 1_000

/**
 * Reserves up to `wanted` slots of a host, for all tasks of that host which the caller holds.
 *
 * @param stored what the bucket holds; null: no entry yet.
 * @param nowMs the broker's clock.
 * @throws RangeError for a rate, burst, wait or number that means nothing.
 */
export function reserve(
  stored: unknown,
  request: ReserveRequest,
  nowMs: number,
  settings: HostClockSettings = hostClockDefaults,
): Reservation {
  const policyIntervalMs = checkedInterval(request)
  const state = readHostState(stored, nowMs)
  const { limiter, breaker } = state

  if (limiter.blockedUntilMs > nowMs)
    return { blockedUntilMs: limiter.blockedUntilMs, reason: limiter.blockedReason, state }
  const admitted = admission(breaker, nowMs, settings.breaker)
  if (admitted.admit === 'none') return { blockedUntilMs: admitted.untilMs, reason: admitted.reason, state }

  const crawlDelayMs = Math.min(request.crawlDelayMs ?? 0, maxAheadMs)
  const baseIntervalMs = Math.max(policyIntervalMs, exact(crawlDelayMs))
  const intervalMs = Math.max(baseIntervalMs, adaptiveInterval(limiter, nowMs, settings))
  // A host that asked for more room than the policy gives gets no bursts.
  const burst =
    intervalMs > policyIntervalMs ? 1 : Math.max(1, Math.min(request.burst, Math.floor(maxAheadMs / intervalMs)))
  const toleranceMs = (burst - 1) * intervalMs
  // A block ends with an empty bucket: the first thing a throttling host sees must not be a burst.
  let tatMs = Math.max(limiter.tatMs, limiter.blockedUntilMs + toleranceMs)

  const admissible = Math.min(request.wanted, admitted.admit === 'probe' ? 1 : maxSlotsPerReserve)
  const wanted = Math.min(admissible, request.places ? freePlaces(limiter.places, request.places, nowMs) : admissible)
  const slotsMs: number[] = []
  while (slotsMs.length < wanted) {
    const slotMs = Math.max(nowMs, tatMs - toleranceMs)
    if (slotMs > nowMs + request.maxWaitMs) break
    slotsMs.push(slotMs)
    tatMs = Math.max(tatMs, slotMs) + intervalMs // keeps I3
  }
  const nextFreeAtMs = Math.max(nowMs, tatMs - toleranceMs)
  const isFull = wanted < admissible && slotsMs.length === wanted
  const first = slotsMs[0]
  if (first === undefined) return { slotsMs, state, nextFreeAtMs, isFull }

  const places = request.places
    ? takePlaces(limiter.places, request.places, slotsMs.length, slotsMs.at(-1) ?? first, nowMs)
    : limiter.places
  const probing = admitted.admit === 'probe'
  return {
    slotsMs,
    state: {
      version: 1,
      limiter: { ...limiter, tatMs, baseIntervalMs, seenAtMs: Math.max(limiter.seenAtMs, nowMs), places },
      breaker: probing ? takeProbe(breaker, first, settings.breaker) : breaker,
    },
    nextFreeAtMs: probing ? Math.max(nextFreeAtMs, nowMs + settings.breaker.recheckMs) : nextFreeAtMs,
    isFull,
  }
}

/** A process uses `held` places now, and no more. Returns `stored` itself where its entry says so already. */
export function release(stored: unknown, holder: string, held: number, nowMs: number): HostState {
  const state = readHostState(stored, nowMs)
  const places = givePlacesBack(state.limiter.places, holder, held, nowMs)
  if (places === state.limiter.places) return state
  return withParts(state, { ...state.limiter, places }, state.breaker, nowMs)
}

/** Requests that may be open at the host now, of all processes or of one. */
export function placesTaken(stored: unknown, nowMs: number, holder?: string): number {
  const counted = (readHostState(stored, nowMs).limiter.places ?? []).filter(
    (of) => of.untilMs > nowMs && (holder ?? of.holder) === of.holder,
  )
  return counted.reduce((sum, { count }) => sum + count, 0)
}

/**
 * Enters what a request came to. Returns `stored` itself where there is nothing to write, as after a success on a
 * healthy host. Several outcomes are entered one after the other and written together, also with a reservation.
 */
export function observe(
  stored: unknown,
  outcome: HostObservation,
  nowMs: number,
  settings: HostClockSettings = hostClockDefaults,
): HostState {
  const state = readHostState(stored, nowMs)
  const startedAtMs = outcome.startedAtMs ?? nowMs
  const limiter = adapt(state.limiter, outcome, startedAtMs, nowMs, settings)
  const reason = outcome.reason ?? outcome.kind
  const breaker = recordCall(state.breaker, { kind: outcome.kind, startedAtMs, reason }, nowMs, settings.breaker)
  return withParts(state, limiter, breaker, nowMs)
}

/** An operator forces a host's breaker open or closed, or (`null`) lets it decide again. */
export function forceHost(stored: unknown, to: 'open' | 'closed' | null, reason: string, nowMs: number): HostState {
  const state = readHostState(stored, nowMs)
  return withParts(state, state.limiter, forceBreaker(state.breaker, to, reason), nowMs)
}

function adapt(
  limiter: LimiterState,
  outcome: HostObservation,
  startedAtMs: number,
  nowMs: number,
  settings: HostClockSettings,
): LimiterState {
  // Of a hundred requests in flight all are answered 429; only the first of them says that this interval is too short.
  const tellsNews = startedAtMs >= limiter.slowedAtMs
  const { baseIntervalMs } = limiter
  const adaptiveIntervalMs = adaptiveInterval(limiter, nowMs, settings)
  if (outcome.kind === 'success') {
    if (adaptiveIntervalMs === 0 || !tellsNews) return limiter
    const easedMs = exact(adaptiveIntervalMs * settings.easeFactor)
    return { ...limiter, adaptiveIntervalMs: easedMs > baseIntervalMs ? easedMs : 0 }
  }
  if (outcome.kind !== 'throttled') return limiter

  const doubledMs = Math.min(settings.maxAdaptiveIntervalMs, 2 * Math.max(adaptiveIntervalMs, baseIntervalMs, 1))
  const slowedMs = tellsNews ? Math.max(adaptiveIntervalMs, doubledMs) : adaptiveIntervalMs
  const askedMs = Math.min(outcome.retryAfterMs ?? 0, outcome.maxRetryAfterMs ?? maxAheadMs, maxAheadMs)
  const pauseMs = Math.max(askedMs, slowedMs, settings.minPauseMs)
  const longer = nowMs + pauseMs > limiter.blockedUntilMs
  return {
    ...limiter,
    adaptiveIntervalMs: slowedMs,
    slowedAtMs: tellsNews ? nowMs : limiter.slowedAtMs,
    blockedUntilMs: longer ? nowMs + pauseMs : limiter.blockedUntilMs,
    blockedReason: longer ? (outcome.reason ?? 'rate-limited') : limiter.blockedReason,
  }
}

function adaptiveInterval(limiter: LimiterState, nowMs: number, settings: HostClockSettings): number {
  return nowMs - limiter.slowedAtMs > settings.forgetSlowdownMs ? 0 : limiter.adaptiveIntervalMs
}

function withParts(state: HostState, limiter: LimiterState, breaker: BreakerState, nowMs: number): HostState {
  if (limiter === state.limiter && breaker === state.breaker) return state
  return { version: 1, limiter: { ...limiter, seenAtMs: Math.max(limiter.seenAtMs, nowMs) }, breaker }
}

function checkedInterval(request: ReserveRequest): number {
  const { wanted, ratePerSecond, burst, crawlDelayMs, maxWaitMs } = request
  if (!(wanted >= 0)) throw new RangeError(`wanted: expected 0 or more, got ${wanted}`)
  if (!(ratePerSecond * maxAheadMs >= 1_000))
    throw new RangeError(`ratePerSecond: expected one a day or more, got ${ratePerSecond}`)
  if (!(burst >= 1)) throw new RangeError(`burst: expected 1 or more, got ${burst}`)
  if (!(maxWaitMs >= 0 && maxWaitMs <= longestWaitMs))
    throw new RangeError(`maxWaitMs: expected 0 to ${longestWaitMs}, got ${maxWaitMs}`)
  if (crawlDelayMs !== undefined && !(crawlDelayMs >= 0))
    throw new RangeError(`crawlDelayMs: expected 0 or more, got ${crawlDelayMs}`)
  return Math.min(maxAheadMs, exact(1_000 / ratePerSecond))
}

// Rounded up to 1/1024 ms, intervals add up exactly in a double for the next centuries; what doubles lose
// otherwise is a thousandth of the rate at 10,000 requests a second, in the wrong direction.
function exact(intervalMs: number): number {
  return Math.ceil(intervalMs * 1_024) / 1_024
}
