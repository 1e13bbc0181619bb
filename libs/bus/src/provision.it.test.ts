import { consumers, streams } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bus, connectBus } from './bus.ts'
import { provision } from './provision.ts'

let nats: TestNats
let bus: Bus

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
})
afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

test('the first provisioning creates everything and the second changes nothing', async () => {
  const changes = await provision(bus, { replicas: 1 })
  expect(changes).toContain('stream TASKS: created')
  expect(changes).toContain('stream OBJ_artifacts: created')
  expect(changes).toContain('consumer fetch-http: created')
  expect(await provision(bus, { replicas: 1 })).toEqual([])
})

test('what was changed by hand is brought back and named', async () => {
  const manager = await bus.jsm()
  await manager.streams.update('EVENTS', { max_bytes: 1_000_000 })
  await manager.consumers.update('TASKS', 'fetch-http', { max_deliver: 9 })
  await manager.consumers.delete('RESULTS', 'scheduler-outcomes')
  expect(await provision(bus, { replicas: 1 })).toEqual([
    'stream EVENTS: updated max_bytes',
    'consumer fetch-http: updated max_deliver',
    'consumer scheduler-outcomes: created',
  ])
})

test('units arrive as the contracts mean them', async () => {
  const manager = await bus.jsm()
  const { config } = await manager.streams.info('RESULTS')
  expect(config.max_age).toBe(streams.RESULTS.maxAgeMs * 1e6)
  const consumer = await manager.consumers.info('TASKS', 'fetch-http')
  expect(consumer.config.ack_wait).toBe(consumers.fetchHttp.ackWaitMs * 1e6)
})

test('what can not be changed any more says so', async () => {
  const manager = await bus.jsm()
  await manager.streams.delete('EVENTS')
  await manager.streams.add({ name: 'EVENTS', subjects: ['event.>'], retention: 'workqueue' })
  await expect(provision(bus, { replicas: 1 })).rejects.toThrow(/^stream EVENTS: .*retention.*removed first/)
  await manager.streams.delete('EVENTS')
  expect(await provision(bus, { replicas: 1 })).toContain('stream EVENTS: created')
})

test('what the server refuses says which setting of what', async () => {
  // A single server can't keep three copies.
  await expect(provision(bus, { replicas: 3 })).rejects.toThrow(/^stream TASKS: .*(replicas|cluster)/)
})
