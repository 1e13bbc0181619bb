import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from './backoff.ts'

const least = () => 0
const most = () => 1 - Number.EPSILON

describe('equal jitter', () => {
  const wait = (attempt: number, random: () => number) =>
    backoffMs({ kind: 'equal', attempt, baseMs: 1_000, capMs: 60_000, random })

  it('waits at least half of a time that doubles with each try', () => {
    expect([1, 2, 3, 4].map((attempt) => wait(attempt, least))).toEqual([500, 1_000, 2_000, 4_000])
    expect([1, 2, 3, 4].map((attempt) => wait(attempt, most))).toEqual([1_000, 2_000, 4_000, 8_000])
  })

  it('stops at the cap, however many tries there were', () => {
    expect(wait(5_000, least)).toBe(30_000)
    expect(wait(5_000, most)).toBe(60_000)
  })
})

describe('decorrelated jitter', () => {
  it('waits from the base to three times the wait before', () => {
    const request = { kind: 'decorrelated', attempt: 2, baseMs: 1_000, capMs: 60_000, previousMs: 4_000 } as const
    expect(backoffMs({ ...request, random: least })).toBe(1_000)
    expect(backoffMs({ ...request, random: most })).toBe(12_000)
  })

  it('takes a wait that is not known to have been the longest', () => {
    const longest = [1, 2, 3, 4, 5_000].map((attempt) =>
      backoffMs({ kind: 'decorrelated', attempt, baseMs: 1_000, capMs: 60_000, random: most }),
    )
    expect(longest).toEqual([3_000, 9_000, 27_000, 60_000, 60_000])
  })
})

it('always gives whole ms from 0 to the cap', () => {
  const request = fc.record({
    kind: fc.constantFrom('equal' as const, 'decorrelated' as const),
    attempt: fc.integer({ min: 0, max: 10_000 }),
    baseMs: fc.integer({ min: 1, max: 100_000 }),
    capMs: fc.integer({ min: 1, max: 100_000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((value) => () => value),
  })
  fc.assert(
    fc.property(request, (r) => {
      const ms = backoffMs(r)
      expect(Number.isInteger(ms) && ms >= 0 && ms <= r.capMs).toBe(true)
    }),
  )
})
