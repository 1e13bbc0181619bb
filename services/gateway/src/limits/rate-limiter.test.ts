import { buckets } from '@seine/contracts'
import { type ManualClock, makeManualClock, silentLogger } from '@seine/runtime'
import { beforeEach, expect, test } from 'vitest'
import { memoryBuckets } from '../auth/auth.fixture.ts'
import type { GcraRate } from './gcra.ts'
import { firstReadMs, makeRateLimiter, type StoredRate, settleEveryMs } from './rate-limiter.ts'

const rate: GcraRate = { burst: 20, intervalMs: 600 }
let clock: ManualClock
let store: ReturnType<typeof memoryBuckets>
const gateway = async () => {
  const bucket = await store.bucket<StoredRate>(buckets.rate_limits)
  return makeRateLimiter({ bucket, clock, nowMs: clock.nowMs, log: silentLogger })
}
beforeEach(() => {
  clock = makeManualClock(1_700_000_000_000)
  store = memoryBuckets(clock.nowMs)
})

async function grantsOf(gateways: Awaited<ReturnType<typeof gateway>>[], tries: number): Promise<number> {
  let granted = 0
  for (let n = 0; n < tries; n++) granted += (await gateways[n % gateways.length]!.take('key:a', rate)).granted
  return granted
}

test('a caller has a burst, then what the rate gives', async () => {
  const here = await gateway()
  expect(await grantsOf([here], 100)).toBe(20)
  await clock.advance(6_000)
  expect(await grantsOf([here], 100)).toBe(10)
})

test('callers do not share', async () => {
  const here = await gateway()
  await grantsOf([here], 100)
  expect((await here.take('key:b', rate)).granted).toBe(1)
})

test('a gateway that never saw a caller knows what was asked for elsewhere', async () => {
  await grantsOf([await gateway()], 100)
  await clock.advance(settleEveryMs)
  expect(await grantsOf([await gateway()], 100)).toBe(0)
})

test('over all gateways the rate holds, and what they gave at the same moment is a debt', async () => {
  const all = [await gateway(), await gateway(), await gateway()]
  let granted = 0
  const seconds = 120
  for (let quarter = 0; quarter < seconds * 4; quarter++) {
    granted += await grantsOf(all, 30)
    await clock.advance(settleEveryMs)
  }
  expect(granted).toBeLessThanOrEqual(all.length * rate.burst + (seconds * 1_000) / rate.intervalMs)
  expect(granted).toBeGreaterThanOrEqual((seconds * 1_000) / rate.intervalMs)
})

test('one caller costs four writes a second at most, whatever it asks for', async () => {
  const here = await gateway()
  for (let ms = 0; ms < 10_000; ms += 10) {
    await here.take('key:a', { burst: 100, intervalMs: 60 })
    await clock.advance(10)
  }
  await clock.advance(settleEveryMs)
  expect(store.state.writes).toBeGreaterThan(10)
  expect(store.state.writes).toBeLessThanOrEqual(42)
  expect(store.state.reads).toBe(1)
})

test('while the broker is away a gateway limits by itself, and tells of it afterwards', async () => {
  const here = await gateway()
  store.state.failing = true
  expect(await grantsOf([here], 100)).toBe(20)
  await clock.advance(settleEveryMs)
  expect(await grantsOf([here], 100)).toBe(0)
  store.state.failing = false
  await clock.advance(rate.intervalMs)
  expect(await grantsOf([here], 1)).toBe(1)
  await clock.advance(settleEveryMs)
  expect(await grantsOf([await gateway()], 100)).toBeLessThanOrEqual(1)
})

test('a broker that does not answer is not waited for', async () => {
  const never = { get: () => new Promise<never>(() => {}) }
  const bucket = { ...(await store.bucket<StoredRate>(buckets.rate_limits)), ...never }
  const here = makeRateLimiter({ bucket, clock, nowMs: clock.nowMs, log: silentLogger })
  const taking = here.take('key:a', rate)
  await clock.advance(firstReadMs)
  expect((await taking).granted).toBe(1)
})

test('requests at the same moment of a caller never seen are counted one by one', async () => {
  const here = await gateway()
  const all = await Promise.all(Array.from({ length: 50 }, () => here.take('key:a', rate)))
  expect(all.filter(({ granted }) => granted === 1)).toHaveLength(20)
})
