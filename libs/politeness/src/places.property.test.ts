import fc from 'fast-check'
import { expect, it } from 'vitest'
import { release, reserve } from './host-clock.ts'

const t0 = 1_800_000_000_000
const requestMs = 10_000
/** Clocks of processes differ by less than what leases have to spare. */
const maxSkewMs = 900

type Step =
  | { kind: 'pass'; ms: number }
  | { kind: 'ask'; process: number; wanted: number }
  | { kind: 'end'; process: number; nth: number }
  | { kind: 'give-back'; process: number }
  | { kind: 'die'; process: number; leavesOpen: boolean }
  | { kind: 'forget'; process: number }

const process = fc.nat({ max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 4_000 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), process, wanted: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('end' as const), process, nth: fc.nat({ max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('give-back' as const), process }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), process, leavesOpen: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('forget' as const), process }) },
)

/**
 * Processes around one entry: each acts on what it read or wrote last, which may be stale, and writes by compare-and-set. One that
 * dies comes back as another; the host may go on with its requests for as long as a request may take.
 */
function makeWorld(concurrency: number, skewsMs: readonly number[]) {
  let nowMs = t0
  let stored: { state: unknown; revision: number } = { state: null, revision: 0 }
  let lives = 0
  const processes = skewsMs.map((skewMs) => ({ skewMs, holder: `p${lives++}`, known: stored, open: [] as number[] }))
  /** When requests that nobody holds any more are over at the latest. */
  let orphans: number[] = []
  const seen = { most: 0, granted: 0, refused: 0, conflicts: 0 }

  function write(of: (typeof processes)[number], state: unknown): boolean {
    if (of.known.revision !== stored.revision) {
      of.known = stored
      seen.conflicts++
      return false
    }
    stored = { state: JSON.parse(JSON.stringify(state)), revision: stored.revision + 1 }
    of.known = stored
    return true
  }

  function look(): void {
    // A request is over when its time is, wherever it is.
    for (const of of processes) of.open = of.open.filter((endMs) => endMs > nowMs)
    orphans = orphans.filter((endMs) => endMs > nowMs)
    const open = orphans.length + processes.reduce((sum, of) => sum + of.open.length, 0)
    seen.most = Math.max(seen.most, open)
  }

  return {
    seen,
    run(step: Step): void {
      if (step.kind === 'pass') {
        nowMs += step.ms
        look()
        return
      }
      const of = processes[step.process % processes.length]!
      const clockMs = nowMs + of.skewMs
      const held = of.open.length
      if (step.kind === 'ask') {
        const places = { holder: of.holder, held, concurrency, requestMs }
        const pace = { ratePerSecond: 10_000, burst: 1_000, maxWaitMs: 0 }
        const answer = reserve(of.known.state, { ...pace, wanted: step.wanted, places }, clockMs)
        if (!('slotsMs' in answer) || !write(of, answer.state)) return
        seen.granted += answer.slotsMs.length
        if (answer.isFull) seen.refused++
        of.open.push(...answer.slotsMs.map(() => nowMs + requestMs))
      }
      if (step.kind === 'end' && held > 0) of.open.splice(step.nth % held, 1)
      if (step.kind === 'give-back') write(of, release(of.known.state, of.holder, held, clockMs))
      if (step.kind === 'forget') of.known = stored
      if (step.kind === 'die') {
        if (step.leavesOpen) orphans.push(...of.open)
        Object.assign(of, { holder: `p${lives++}`, known: stored, open: [] })
      }
      look()
    },
  }
}

it('never lets more requests of a host be open than its concurrency, whoever dies, lags or is cut off (I3)', () => {
  const total = { granted: 0, refused: 0, conflicts: 0 }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: -maxSkewMs, max: maxSkewMs }), { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 80, size: 'max' }),
      (concurrency, skewsMs, steps) => {
        const world = makeWorld(concurrency, skewsMs)
        for (const step of steps) world.run(step)
        expect(world.seen.most).toBeLessThanOrEqual(concurrency)
        total.granted += world.seen.granted
        total.refused += world.seen.refused
        total.conflicts += world.seen.conflicts
      },
    ),
    { numRuns: 3_000 },
  )
  // A model that grants nothing, is never full or never conflicts would prove nothing.
  expect(total.granted).toBeGreaterThan(10_000)
  expect(total.refused).toBeGreaterThan(3_000)
  expect(total.conflicts).toBeGreaterThan(5_000)
})
