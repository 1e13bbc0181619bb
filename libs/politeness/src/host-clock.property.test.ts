import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reserve } from './host-clock.ts'
import { makeCluster, type Step } from './testing/cluster.ts'

const t0 = 1_800_000_000_000
const maxSkewMs = 20_000

const observation = fc.record(
  {
    kind: fc.constantFrom(...Array<'success'>(10).fill('success'), 'failure', 'throttled', 'cancelled'),
    retryAfterMs: fc.integer({ min: 0, max: 20_000 }),
    startedAtMs: fc.integer({ min: t0, max: t0 + 60_000 }),
  },
  { requiredKeys: ['kind'] },
) as fc.Arbitrary<Extract<Step, { kind: 'observe' }>['observation']>

const policies = fc.record({
  ratePerSecond: fc.oneof(
    fc.constantFrom(0.1, 1, 3, 7, 20, 333, 10_000),
    fc.double({ min: 0.05, max: 10_000, noNaN: true }),
  ),
  burst: fc.integer({ min: 1, max: 20 }),
})

function stepsOf(policy: { ratePerSecond: number; burst: number }): fc.Arbitrary<Step[]> {
  const worker = fc.nat({ max: 4 })
  const request = fc.record(
    {
      ratePerSecond: fc.constant(policy.ratePerSecond),
      burst: fc.constant(policy.burst),
      wanted: fc.integer({ min: 0, max: 30 }),
      maxWaitMs: fc.constantFrom(0, 100, 1_000),
      crawlDelayMs: fc.constantFrom(0, 50, 700, 3_000),
    },
    { requiredKeys: ['ratePerSecond', 'burst', 'wanted', 'maxWaitMs'] },
  )
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('reserve' as const), worker, request }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 2_000 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), worker }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('observe' as const), worker, observation }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), worker }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('set-clock' as const),
        worker,
        offsetMs: fc.integer({ min: -maxSkewMs, max: maxSkewMs }),
      }),
    },
  )
  return fc.array(step as fc.Arbitrary<Step>, { maxLength: 80, size: 'max' })
}

/** The worst window: slots over what I3 allows. Above 0 is a breach. */
function worstExcess(grantedMs: number[], { ratePerSecond, burst }: { ratePerSecond: number; burst: number }): number {
  const sorted = grantedMs.toSorted((a, b) => a - b)
  let worst = Number.NEGATIVE_INFINITY
  // Windows from one slot to another are the fullest. Excess of [i, j] = (j − r·tj) − (i − 1 − r·ti) − burst.
  let least = Number.POSITIVE_INFINITY
  for (const [j, slotMs] of sorted.entries()) {
    const level = j - (ratePerSecond * (slotMs - t0)) / 1_000
    least = Math.min(least, level)
    worst = Math.max(worst, level - least + 1 - burst)
  }
  return worst
}

describe('I3, whatever conflicts, restarts and clocks do', () => {
  it('holds: no window has more slots than burst + rate · T', () => {
    let conflicts = 0
    let granted = 0
    fc.assert(
      fc.property(
        policies.chain((policy) => fc.tuple(fc.constant(policy), stepsOf(policy))),
        fc.integer({ min: 1, max: 5 }),
        ([policy, steps], workers) => {
          const cluster = makeCluster(workers, t0)
          for (const step of steps) cluster.run(step)
          conflicts += cluster.conflicts()
          granted += cluster.grantedMs.length
          // What is tolerated is the rounding of the check itself.
          expect(worstExcess(cluster.grantedMs, policy)).toBeLessThanOrEqual(1e-6)
        },
      ),
      { numRuns: 2_000 },
    )
    // A model that grants nothing or never conflicts would prove nothing.
    expect(granted).toBeGreaterThan(20_000)
    expect(conflicts).toBeGreaterThan(5_000)
  })

  it('would be seen broken: a limiter whose workers do not share their state fails the same check', () => {
    const policy = { ratePerSecond: 20, burst: 1 }
    const request = { ...policy, wanted: 10, maxWaitMs: 1_000 }
    const apart = [0, 1].flatMap(() => {
      const cluster = makeCluster(1, t0)
      cluster.run({ kind: 'reserve', worker: 0, request })
      return cluster.grantedMs
    })
    expect(worstExcess(apart, policy)).toBeGreaterThan(5)
  })
})

it('reaches the rate on average while work is waiting, whoever asks', () => {
  fc.assert(
    fc.property(
      policies,
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.record({ worker: fc.nat({ max: 4 }), ms: fc.integer({ min: 1, max: 900 }) }), {
        minLength: 50,
        maxLength: 200,
      }),
      ({ ratePerSecond, burst }, workers, asks) => {
        const cluster = makeCluster(workers, t0)
        // Rounding intervals up to 1/1024 ms costs a little of the rate where they are short.
        const reachable = 1_000 / (1_000 / ratePerSecond + 1 / 1_024)
        for (const { worker, ms } of asks) {
          // A conflict is tried again, and more than the limit of one call is asked for in several.
          for (let tries = 0; tries < 15; tries++) {
            const request = { ratePerSecond, burst, wanted: 1_000, maxWaitMs: 1_000 }
            const answer = cluster.run({ kind: 'reserve', worker, request })
            if (answer && 'slotsMs' in answer && answer.slotsMs.length < 1_000) break
          }
          cluster.run({ kind: 'pass', ms })
        }
        const elapsedMs = cluster.nowMs() - t0
        const sent = cluster.grantedMs.filter((slotMs) => slotMs <= cluster.nowMs()).length
        expect(sent).toBeGreaterThanOrEqual(Math.floor((reachable * elapsedMs) / 1_000))
      },
    ),
    { numRuns: 100 },
  )
})

it('grants the same whether asked once for n or n times for one', () => {
  fc.assert(
    fc.property(
      policies.chain((policy) => fc.tuple(fc.constant(policy), stepsOf(policy))),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(0, 200, 1_000),
      ([policy, steps], n, maxWaitMs) => {
        const cluster = makeCluster(1, t0)
        for (const step of steps) cluster.run(step)
        const nowMs = cluster.nowMs()
        const state = cluster.stored()

        const together = reserve(state, { ...policy, wanted: n, maxWaitMs }, nowMs)
        let apart: unknown = state
        const slotsMs: number[] = []
        for (let i = 0; i < n; i++) {
          const answer = reserve(apart, { ...policy, wanted: 1, maxWaitMs }, nowMs)
          apart = answer.state
          if ('slotsMs' in answer) slotsMs.push(...answer.slotsMs)
        }
        expect(slotsMs).toEqual('slotsMs' in together ? together.slotsMs : [])
        expect(apart).toEqual(together.state)
      },
    ),
    { numRuns: 1_000 },
  )
})

it('has no more than one probe out across the cluster, and never one before its time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ worker: fc.nat({ max: 4 }), ms: fc.nat({ max: 3_000 }) }), { maxLength: 100 }),
      (asks) => {
        const cluster = makeCluster(5, t0)
        const request = { ratePerSecond: 100, burst: 10, wanted: 5, maxWaitMs: 1_000 }
        for (let i = 0; i < 10; i++) cluster.run({ kind: 'observe', worker: 0, observation: { kind: 'failure' } })
        for (const { worker, ms } of asks) {
          cluster.run({ kind: 'reserve', worker, request })
          cluster.run({ kind: 'pass', ms })
        }
        // Nobody reports on a probe: each permit has to run out before the next one.
        const probes = cluster.grantedMs
        expect(probes.every((slotMs) => slotMs >= t0 + 15_000)).toBe(true)
        for (const [i, slotMs] of probes.entries())
          if (i > 0) expect(slotMs - (probes[i - 1] ?? 0)).toBeGreaterThanOrEqual(60_000)
      },
    ),
  )
})
