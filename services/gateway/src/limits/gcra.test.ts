import { expect, test } from 'vitest'
import { type GcraRate, take } from './gcra.ts'

const rate: GcraRate = { burst: 5, intervalMs: 1_000 }

test('after a rest a burst is given, then one every interval', () => {
  let tatMs = 0
  const at = (nowMs: number) => {
    const taken = take(tatMs, 1, rate, nowMs)
    tatMs = taken.tatMs
    return taken
  }
  for (let left = 4; left >= 0; left--) expect(at(10_000)).toMatchObject({ granted: 1, remaining: left })
  expect(at(10_000)).toMatchObject({ granted: 0, retryAfterMs: 1_000, resetMs: 5_000 })
  expect(at(10_999)).toMatchObject({ granted: 0, retryAfterMs: 1 })
  expect(at(11_000)).toMatchObject({ granted: 1, remaining: 0 })
  expect(at(11_000).granted).toBe(0)
})

test('what is refused costs nothing', () => {
  const full = take(0, 5, rate, 10_000)
  let { tatMs } = full
  for (let n = 0; n < 100; n++) tatMs = take(tatMs, 1, rate, 10_000).tatMs
  expect(take(tatMs, 1, rate, 11_000).granted).toBe(1)
})

test('a batch is cut to what is there', () => {
  expect(take(0, 8, rate, 10_000)).toMatchObject({ granted: 5, remaining: 0 })
})

test('a debt is waited for', () => {
  expect(take(30_000, 1, rate, 10_000)).toMatchObject({ granted: 0, retryAfterMs: 16_000 })
})

test('never more than burst and rate × time are given in any window, whatever the order of the clocks', () => {
  let state = 42
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
  const odd: GcraRate = { burst: 7, intervalMs: 60_000 / 190 }
  let tatMs = 0
  let now = 1_000_000
  const grants: number[] = []
  for (let n = 0; n < 5_000; n++) {
    now += random() < 0.05 ? -random() * 500 : random() * 300
    const taken = take(tatMs, 1 + Math.floor(random() * 3), odd, now)
    tatMs = taken.tatMs
    for (let k = 0; k < taken.granted; k++) grants.push(now)
  }
  grants.sort((a, b) => a - b)
  for (let from = 0; from < grants.length; from++)
    for (let to = from; to < Math.min(grants.length, from + 60); to++)
      expect(to - from + 1).toBeLessThanOrEqual(odd.burst + (grants[to]! - grants[from]!) / odd.intervalMs + 1e-6)
})
