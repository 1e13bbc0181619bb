import { type Bus, connectBus, provision } from '@seine/bus'
import { buckets } from '@seine/contracts'
import { silentLogger, systemClock } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRateLimiter, type StoredRate } from './rate-limiter.ts'

/** Two gateways on a real broker. */
let nats: TestNats
let bus: Bus
const rate = { burst: 20, intervalMs: 60_000 }

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
})
afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

async function gateway() {
  const bucket = await bus.bucket<StoredRate>(buckets.rate_limits)
  return makeRateLimiter({ bucket, clock: systemClock, nowMs: bus.nowMs, log: silentLogger })
}

test('what one gateway gave the other does not give again', async () => {
  const [here, there] = [await gateway(), await gateway()]
  for (let n = 0; n < 20; n++) expect((await here.take('key:a', rate)).granted).toBe(1)
  // The first request there learns it, or the first settlement after it.
  await eventually(async () => expect((await there.take('key:a', rate)).granted).toBe(0))
  expect((await there.take('key:b', rate)).granted).toBe(1)
})

test('without a broker each limits by itself, without a wait', async () => {
  const here = await gateway()
  expect((await here.take('key:c', rate)).granted).toBe(1)
  await nats.kill()
  const startedMs = performance.now()
  let granted = 0
  for (let n = 0; n < 40; n++) granted += (await here.take('key:c', rate)).granted
  expect(granted).toBe(19)
  expect((await here.take('key:new', rate)).granted).toBe(1)
  expect(performance.now() - startedMs).toBeLessThan(2_000)
  await nats.start()
})
