import { buckets } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Bucket } from './bucket.ts'
import { type Bus, connectBus } from './bus.ts'
import { provision } from './provision.ts'

let nats: TestNats
let bus: Bus
let bucket: Bucket<{ n: number }>

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  bucket = await bus.bucket<{ n: number }>(buckets.hosts)
})
afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

test('what is put is read back with its revision and the time of the broker', async () => {
  const revision = await bucket.put('com.example', { n: 1 })
  const entry = await bucket.get('com.example')
  expect(entry).toMatchObject({ value: { n: 1 }, revision })
  expect(Math.abs((entry?.storedAtMs ?? 0) - Date.now())).toBeLessThan(5_000)
})

test('an absent key and a deleted one are null', async () => {
  expect(await bucket.get('com.absent')).toBeNull()
  await bucket.put('com.gone', { n: 1 })
  await bucket.delete('com.gone')
  expect(await bucket.get('com.gone')).toBeNull()
})

test('create refuses what exists, and takes a deleted key', async () => {
  expect(await bucket.create('com.new', { n: 1 })).toEqual(expect.any(Number))
  expect(await bucket.create('com.new', { n: 2 })).toBeNull()
  await bucket.delete('com.new')
  expect(await bucket.create('com.new', { n: 3 })).toEqual(expect.any(Number))
})

test('of two updates of one revision the second is a conflict', async () => {
  const revision = await bucket.put('com.raced', { n: 0 })
  expect(await bucket.update('com.raced', { n: 1 }, revision)).toEqual(expect.any(Number))
  expect(await bucket.update('com.raced', { n: 2 }, revision)).toBeNull()
  expect(await bucket.get('com.raced')).toMatchObject({ value: { n: 1 } })
})

test('concurrent compare-and-set loses no increment', async () => {
  await bucket.put('com.counted', { n: 0 })
  const increment = async () => {
    for (;;) {
      const entry = await bucket.get('com.counted')
      if (entry && (await bucket.update('com.counted', { n: entry.value.n + 1 }, entry.revision)) !== null) return
    }
  }
  await Promise.all(Array.from({ length: 20 }, increment))
  expect(await bucket.get('com.counted')).toMatchObject({ value: { n: 20 } })
})

test('a watch tells what is there, then every change, until it is stopped', async () => {
  await bucket.put('watch.a', { n: 1 })
  await bucket.put('watch.b', { n: 2 })
  const stop = new AbortController()
  const told: [string, unknown][] = []
  await bucket.watch('watch.>', (key, value) => void told.push([key, value]), stop.signal)
  expect(told).toHaveLength(2)
  await bucket.put('watch.a', { n: 3 })
  await bucket.delete('watch.b')
  await eventually(() => told.length === 4)
  expect(told.slice(2)).toEqual([
    ['watch.a', { n: 3 }],
    ['watch.b', null],
  ])
  stop.abort()
})

test('a watch of nothing is ready at once', async () => {
  const stop = new AbortController()
  await bucket.watch('nothing.>', () => {}, stop.signal)
  stop.abort()
})

test('who listens to a key hears what is written to it, and of no other, until it has heard enough', async () => {
  const enough = new AbortController()
  const heard: unknown[] = []
  bucket.hear('heard.a', (value) => void heard.push(value), enough.signal)
  await bucket.put('heard.b', { n: 1 })
  await bucket.put('heard.a', { n: 2 })
  await eventually(() => heard.length === 1)
  await bucket.delete('heard.a')
  enough.abort()
  await bucket.put('heard.a', { n: 3 })
  expect(heard).toEqual([{ n: 2 }])
})

test('listing and watching leave no consumers behind', async () => {
  const { name } = buckets.services
  const services = await bus.bucket<{ n: number }>(buckets.services)
  const consumersNow = async () => (await (await bus.jsm()).streams.info(`KV_${name}`)).state.consumer_count
  const before = await consumersNow()
  await services.list('gateway.*')
  await services.put('gateway.a', { n: 1 })
  for (let i = 0; i < 3; i++) expect(await services.list('gateway.*')).toHaveLength(1)
  expect(await consumersNow()).toBe(before)
  const stop = new AbortController()
  await services.watch('gateway.*', () => {}, stop.signal)
  expect(await consumersNow()).toBe(before + 1)
  stop.abort()
})
