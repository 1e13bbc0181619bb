import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forceHost, observe, reserve } from './host-clock.ts'
import {
  brokenStateBlockMs,
  type HostState,
  initialHostState,
  longestWaitMs,
  maxAheadMs,
  maxClockSkewMs,
  readHostState,
} from './host-state.ts'
import { viewHost } from './host-view.ts'

const t0 = 1_800_000_000_000
const policy = { wanted: 3, ratePerSecond: 10, burst: 3, maxWaitMs: 1_000 }
const used = reserve(initialHostState(t0), policy, t0).state
const failing = Array.from({ length: 10 }).reduce<HostState>(
  (state, _, i) => observe(state, { kind: 'failure' }, t0 + i),
  used,
)
const asStored = (state: unknown) => JSON.parse(JSON.stringify(state)) as never

describe('a state that can be believed', () => {
  it('is read as it is, through JSON too', () => {
    for (const state of [initialHostState(t0), used, failing, forceHost(used, 'open', 'by hand', t0)]) {
      expect(readHostState(state, t0 + 10)).toBe(state)
      expect(readHostState(asStored(state), t0 + 10)).toEqual(state)
    }
  })

  it('may come from a clock that is ahead by less than the skew that clocks have', () => {
    expect(readHostState(used, t0 - maxClockSkewMs)).toBe(used)
  })
})

describe('a broken limiter', () => {
  const broken: unknown[] = [
    'text',
    7,
    [],
    {},
    { ...used, limiter: undefined },
    { ...used, limiter: { ...used.limiter, tatMs: 'soon' } },
    { ...used, limiter: { ...used.limiter, tatMs: t0 + 3 * maxAheadMs } },
    { ...used, limiter: { ...used.limiter, blockedUntilMs: t0 + 3 * maxAheadMs } },
    { ...used, limiter: { ...used.limiter, tatMs: Number.NaN } },
    { ...used, limiter: { ...used.limiter, seenAtMs: t0 + maxClockSkewMs + 1 } },
  ]

  it.each(broken.map((state) => [JSON.stringify(state)?.slice(0, 60), state]))('fails closed: %s', (_name, state) => {
    const answer = reserve(state, policy, t0)
    expect(answer).toMatchObject({ blockedUntilMs: t0 + brokenStateBlockMs, reason: 'limiter-state-broken' })
    // The answer's state is another object: it is written, and so the host heals.
    expect(answer.state).not.toBe(state)
    const healed = reserve(answer.state, policy, t0 + brokenStateBlockMs)
    expect(healed).toMatchObject({ slotsMs: [0, 100, 200].map((ms) => t0 + brokenStateBlockMs + ms) })
  })

  it('takes nothing from the breaker', () => {
    expect(readHostState({ ...failing, limiter: null }, t0 + 10).breaker).toBe(failing.breaker)
  })
})

describe('a broken breaker', () => {
  it.each([
    undefined,
    'open',
    { ...failing.breaker, phase: 'ajar' },
    { ...failing.breaker, openUntilMs: t0 + 1e9 },
    { ...failing.breaker, window: [null] },
    { ...failing.breaker, window: [{ atMs: t0, calls: 1, failures: 2 }] },
    { ...failing.breaker, window: 'none' },
    { ...failing.breaker, phase: 'half-open', probe: { slotMs: t0 + 1e9, expiresAtMs: t0 + 1e9 } },
    { ...failing.breaker, phase: 'half-open', probe: { slotMs: t0 } },
  ])('fails open: %j', (breaker) => {
    const answer = reserve({ ...failing, breaker }, policy, t0 + 1_000)
    expect(answer).toMatchObject({
      slotsMs: [0, 0, 0].map((ms) => t0 + 1_000 + ms),
      state: { limiter: { baseIntervalMs: 100 } },
    })
    expect(readHostState({ ...failing, breaker }, t0 + 1_000).limiter).toBe(failing.limiter)
  })
})

it('heals when all clocks go back, however far', () => {
  for (const backMs of [1_000, maxClockSkewMs, maxClockSkewMs + 1, 365 * maxAheadMs]) {
    let nowMs = t0 - backMs
    let state: unknown = observe(used, { kind: 'throttled', retryAfterMs: 5_000 }, t0)
    for (let tries = 0; tries < 5; tries++) {
      const answer = reserve(state, policy, nowMs)
      state = answer.state
      if (!('blockedUntilMs' in answer)) break
      expect(answer.blockedUntilMs - nowMs).toBeLessThanOrEqual(2 * maxClockSkewMs + brokenStateBlockMs)
      nowMs = answer.blockedUntilMs
    }
    expect(reserve(state, { ...policy, maxWaitMs: longestWaitMs }, nowMs)).toHaveProperty('slotsMs')
  }
})

it('never blocks for ever, never grants the past and never throws, whatever the bucket holds', () => {
  const number = fc.oneof(
    fc.integer({ min: -10, max: 10 }),
    fc.integer({ min: t0 - 1e6, max: t0 + 1e6 }),
    fc.double(),
    fc.constant('x'),
    fc.constant(null),
  )
  const anyState = fc.oneof(
    fc.jsonValue(),
    fc.record({
      version: fc.constant(1),
      limiter: fc.record(
        {
          tatMs: number,
          baseIntervalMs: number,
          adaptiveIntervalMs: number,
          slowedAtMs: number,
          blockedUntilMs: number,
          blockedReason: fc.string(),
          seenAtMs: number,
        },
        { requiredKeys: ['tatMs'] },
      ),
      breaker: fc.record({
        phase: fc.constantFrom('closed', 'open', 'half-open', 'x'),
        forced: fc.constantFrom(null, 'closed', 'x'),
        reason: fc.string(),
        window: fc.array(fc.record({ atMs: number, calls: number, failures: number }), { maxLength: 3 }),
        openUntilMs: number,
        openForMs: number,
        closedAtMs: number,
        failedProbes: number,
        probe: fc.oneof(fc.constant(null), fc.record({ slotMs: number, expiresAtMs: number })),
      }),
    }),
  )
  fc.assert(
    fc.property(anyState, (stored) => {
      const view = viewHost(stored, t0)
      expect(view.intervalMs).toBeGreaterThanOrEqual(0)
      let state: unknown = observe(stored, { kind: 'throttled', retryAfterMs: 1_000 }, t0)
      let nowMs = t0
      for (let tries = 0; ; tries++) {
        expect(tries).toBeLessThan(10)
        const answer = reserve(state, policy, nowMs)
        state = answer.state
        const nextMs = 'blockedUntilMs' in answer ? answer.blockedUntilMs : answer.nextFreeAtMs
        expect(nextMs - nowMs).toBeLessThanOrEqual(2 * maxAheadMs)
        if ('slotsMs' in answer && answer.slotsMs.length > 0) {
          expect(Math.min(...answer.slotsMs)).toBeGreaterThanOrEqual(nowMs)
          break
        }
        nowMs = nextMs
      }
    }),
    { numRuns: 2_000 },
  )
})

describe('the view of a host', () => {
  it('says what is known of one that was never asked', () => {
    expect(viewHost(null, t0)).toMatchObject({ breaker: 'closed', blockedUntilMs: null, intervalMs: 0, slowed: false })
  })

  it('shows blocks, slow-downs and the breaker', () => {
    const state = observe(failing, { kind: 'throttled', retryAfterMs: 5_000, reason: 'rate-limited' }, t0 + 10)
    expect(viewHost(state, t0 + 20)).toEqual({
      breaker: 'open',
      forced: null,
      breakerReason: 'failure',
      breakerSinceMs: t0 + 9,
      probeAtMs: t0 + 15_009,
      failedProbes: 0,
      blockedUntilMs: t0 + 5_010,
      blockedReason: 'rate-limited',
      intervalMs: 200,
      baseIntervalMs: 100,
      slowed: true,
    })
    expect(viewHost(state, t0 + 20_000)).toMatchObject({ breaker: 'half-open', probeAtMs: null, blockedUntilMs: null })
  })
})
