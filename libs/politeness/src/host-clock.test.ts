import { describe, expect, it } from 'vitest'
import {
  forceHost,
  type Granted,
  hostClockDefaults,
  maxSlotsPerReserve,
  observe,
  type Reservation,
  type ReserveRequest,
  reserve,
} from './host-clock.ts'
import { initialHostState, maxAheadMs } from './host-state.ts'

const t0 = 1_800_000_000_000
const policy: ReserveRequest = { wanted: 1, ratePerSecond: 10, burst: 1, maxWaitMs: 1_000 }

/** Slots as ms from `t0`. */
function slots(answer: Reservation): number[] {
  if ('blockedUntilMs' in answer) throw new Error(`blocked: ${answer.reason}`)
  return answer.slotsMs.map((slotMs) => slotMs - t0)
}

function granted(answer: Reservation): Granted {
  if ('blockedUntilMs' in answer) throw new Error(`blocked: ${answer.reason}`)
  return answer
}

describe('reserving', () => {
  it('spaces slots by the interval and grants those due within the wait', () => {
    const answer = reserve(null, { ...policy, wanted: 100 }, t0)
    expect(slots(answer)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000])
    expect(granted(answer).nextFreeAtMs).toBe(t0 + 1_100)
  })

  it('lets a burst go at once after idleness, then keeps the rate', () => {
    const answer = reserve(null, { ...policy, burst: 3, wanted: 5 }, t0)
    expect(slots(answer)).toEqual([0, 0, 0, 100, 200])
    const later = reserve(answer.state, { ...policy, burst: 3, wanted: 5, maxWaitMs: 0 }, t0 + 10_000)
    expect(slots(later)).toEqual([10_000, 10_000, 10_000])
  })

  it('goes on where another worker stopped', () => {
    const first = reserve(null, { ...policy, wanted: 2 }, t0)
    expect(slots(reserve(first.state, { ...policy, wanted: 2 }, t0 + 50))).toEqual([200, 300])
  })

  it('gives back the very object it was given where nothing was reserved', () => {
    const { state } = reserve(null, { ...policy, wanted: 100 }, t0)
    expect(reserve(state, { ...policy, maxWaitMs: 0 }, t0)).toEqual({
      slotsMs: [],
      state,
      nextFreeAtMs: t0 + 1_100,
      isFull: false,
    })
    expect(reserve(state, { ...policy, maxWaitMs: 0 }, t0).state).toBe(state)
    expect(granted(reserve(state, { ...policy, wanted: 0 }, t0 + 5_000)).nextFreeAtMs).toBe(t0 + 5_000)
  })

  it('keeps to the crawl delay where it is longer than the interval, and then without bursts', () => {
    const request = { ...policy, burst: 5, wanted: 5, crawlDelayMs: 400 }
    expect(slots(reserve(null, request, t0))).toEqual([0, 400, 800])
    expect(slots(reserve(null, { ...request, crawlDelayMs: 50 }, t0))).toEqual([0, 0, 0, 0, 0])
  })

  it('grants no more slots in one call than its limit', () => {
    const request = { ...policy, wanted: 1e9, ratePerSecond: 10_000, burst: 1e9 }
    expect(slots(reserve(null, request, t0))).toHaveLength(maxSlotsPerReserve)
  })

  it('does not run faster than the rate where the interval is no whole number of ms', () => {
    const last = slots(reserve(null, { ...policy, wanted: 1_000, ratePerSecond: 10_000 }, t0)).at(-1)
    expect(last).toBeGreaterThanOrEqual(99.9)
    expect(last).toBeLessThan(101)
  })

  it.each([
    { ratePerSecond: 0 },
    { ratePerSecond: -1 },
    { ratePerSecond: Number.NaN },
    { ratePerSecond: 1 / 90_000 },
    { burst: 0 },
    { wanted: -1 },
    { maxWaitMs: -1 },
    { maxWaitMs: Number.POSITIVE_INFINITY },
    { crawlDelayMs: Number.NaN },
  ])('refuses %j', (wrong) => {
    expect(() => reserve(null, { ...policy, ...wrong }, t0)).toThrow(RangeError)
  })
})

describe('a host that throttles', () => {
  const running = reserve(null, policy, t0).state
  const throttled = (fields: object = {}) => observe(running, { kind: 'throttled', ...fields }, t0)

  it('is left alone for as long as it asks, with the reason', () => {
    const answer = reserve(throttled({ retryAfterMs: 30_000, reason: 'http-503' }), policy, t0 + 1)
    expect(answer).toMatchObject({ blockedUntilMs: t0 + 30_000, reason: 'http-503' })
    expect(reserve(throttled(), policy, t0 + 1)).toMatchObject({ reason: 'rate-limited' })
  })

  it('is waited for no longer than the policy allows, and never longer than a day', () => {
    const cut = throttled({ retryAfterMs: 1e12, maxRetryAfterMs: 600_000 })
    expect(reserve(cut, policy, t0)).toMatchObject({ blockedUntilMs: t0 + 600_000 })
    expect(reserve(throttled({ retryAfterMs: 1e12 }), policy, t0)).toMatchObject({ blockedUntilMs: t0 + maxAheadMs })
  })

  it('is left alone for a moment where it asks for nothing', () => {
    for (const retryAfterMs of [undefined, null, 0])
      expect(
        reserve(
          observe(running, { kind: 'throttled', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }, t0),
          policy,
          t0,
        ),
      ).toMatchObject({
        blockedUntilMs: t0 + hostClockDefaults.minPauseMs,
      })
  })

  it('is asked half as often afterwards, without bursts, also the first time', () => {
    const answer = reserve(throttled({ retryAfterMs: 5_000 }), { ...policy, burst: 10, wanted: 4 }, t0 + 5_000)
    expect(slots(answer)).toEqual([5_000, 5_200, 5_400, 5_600])
  })

  it('gets its bucket back empty after a block, so that it does not begin with a burst', () => {
    let state = throttled({ retryAfterMs: 5_000 })
    state = observe(state, { kind: 'success', startedAtMs: t0 + 1 }, t0 + 2, { ...hostClockDefaults, easeFactor: 0.1 })
    expect(state.limiter.adaptiveIntervalMs).toBe(0)
    const request = { ...policy, burst: 3, wanted: 3 }
    expect(slots(reserve(state, request, t0 + 5_000))).toEqual([5_000, 5_100, 5_200])
    expect(slots(reserve(state, request, t0 + 5_200))).toEqual([5_200, 5_200, 5_200])
  })

  it('is slowed once for all requests that were under way, but keeps the longest Retry-After', () => {
    let state = throttled({ startedAtMs: t0 })
    for (let i = 1; i < 50; i++)
      state = observe(state, { kind: 'throttled', startedAtMs: t0 - 10, retryAfterMs: i * 100 }, t0 + i)
    expect(state.limiter.adaptiveIntervalMs).toBe(200)
    expect(state.limiter.blockedUntilMs).toBe(t0 + 49 + 4_900)
  })

  it('is slowed to the cap and no further, and never to less than before', () => {
    let state = throttled()
    for (let i = 1; i <= 30; i++) state = observe(state, { kind: 'throttled' }, t0 + i * 1_000)
    expect(state.limiter.adaptiveIntervalMs).toBe(hostClockDefaults.maxAdaptiveIntervalMs)
    const crawlDelayMs = 120_000
    const slow = reserve(state, { ...policy, crawlDelayMs }, t0 + 3_600_000).state
    const slower = observe(slow, { kind: 'throttled' }, t0 + 3_600_001)
    const after = reserve(slower, { ...policy, crawlDelayMs, wanted: 2 }, t0 + 3_800_000)
    expect(granted(after).nextFreeAtMs).toBe(t0 + 3_800_000 + crawlDelayMs)
  })

  it('is not asked faster after an error where the cap has been lowered since', () => {
    const lowerCap = { ...hostClockDefaults, maxAdaptiveIntervalMs: 150 }
    const state = observe(throttled(), { kind: 'throttled' }, t0 + 1_000, lowerCap)
    expect(state.limiter.adaptiveIntervalMs).toBe(200)
  })

  it('is eased back by successes that began after the slow-down, not by failures', () => {
    const state = throttled()
    expect(observe(state, { kind: 'success', startedAtMs: t0 - 1 }, t0 + 5).limiter.adaptiveIntervalMs).toBe(200)
    expect(observe(state, { kind: 'failure' }, t0 + 5).limiter.adaptiveIntervalMs).toBe(200)
    let eased = state
    for (let i = 1; i <= 7; i++) {
      const next = observe(eased, { kind: 'success' }, t0 + i)
      expect(next.limiter.adaptiveIntervalMs).toBeLessThan(eased.limiter.adaptiveIntervalMs)
      eased = next
    }
    expect(eased.limiter.adaptiveIntervalMs).toBe(0)
  })

  it('is as it was an hour after the last slow-down', () => {
    const request = { ...policy, wanted: 2 }
    expect(slots(reserve(throttled(), request, t0 + 3_600_000))).toEqual([3_600_000, 3_600_200])
    expect(slots(reserve(throttled(), request, t0 + 3_600_001))).toEqual([3_600_001, 3_600_101])
  })
})

it('costs no write for a success of a healthy host', () => {
  const state = reserve(null, policy, t0).state
  expect(observe(state, { kind: 'success' }, t0 + 10)).toBe(state)
  expect(observe(state, { kind: 'cancelled' }, t0 + 10)).toBe(state)
})

describe('the breaker, in the same state', () => {
  const failing = () => {
    let state = reserve(null, policy, t0).state
    for (let i = 0; i < 10; i++) state = observe(state, { kind: 'failure', reason: 'timeout-headers' }, t0 + i)
    return state
  }

  it('blocks the host while open', () => {
    expect(reserve(failing(), policy, t0 + 10)).toMatchObject({ blockedUntilMs: t0 + 15_009, reason: 'breaker-open' })
  })

  it('lets one probe through for all that want to, and blocks the others until it is reported or lost', () => {
    const probing = reserve(failing(), { ...policy, wanted: 10 }, t0 + 20_000)
    expect(slots(probing)).toEqual([20_000])
    expect(granted(probing).nextFreeAtMs).toBe(t0 + 25_000)
    const other = reserve(probing.state, policy, t0 + 20_001)
    expect(other).toMatchObject({ blockedUntilMs: t0 + 25_001, reason: 'breaker-half-open' })
    const healed = observe(probing.state, { kind: 'success', startedAtMs: t0 + 20_000 }, t0 + 21_000)
    expect(slots(reserve(healed, { ...policy, wanted: 3 }, t0 + 21_000))).toHaveLength(3)
    expect(slots(reserve(probing.state, policy, t0 + 80_000))).toEqual([80_000])
  })

  it('takes no probe where no slot is due in time, and none for a question', () => {
    const busy = reserve(failing(), { ...policy, crawlDelayMs: 60_000 }, t0 + 20_000).state
    const back = observe(busy, { kind: 'cancelled', startedAtMs: t0 + 20_000 }, t0 + 20_001)
    expect(reserve(back, policy, t0 + 20_002)).toMatchObject({ slotsMs: [], nextFreeAtMs: t0 + 80_000, state: back })
    expect(reserve(failing(), { ...policy, wanted: 0 }, t0 + 20_000).state.breaker.phase).toBe('open')
  })

  it('obeys an operator, and the limiter is kept meanwhile', () => {
    const shut = forceHost(initialHostState(t0), 'open', 'asked by the owner', t0)
    expect(reserve(shut, policy, t0)).toMatchObject({ reason: 'breaker-forced-open', blockedUntilMs: t0 + 30_000 })
    const held = forceHost(failing(), 'closed', 'known to be slow', t0 + 10)
    expect(slots(reserve(held, { ...policy, wanted: 2 }, t0 + 10))).toEqual([100, 200])
    expect(slots(reserve(forceHost(shut, null, '', t0 + 5), { ...policy, wanted: 2 }, t0 + 5))).toHaveLength(1)
  })
})
