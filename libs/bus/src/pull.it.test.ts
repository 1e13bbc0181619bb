import { type ConsumerSettings, consumers, fetchTask } from '@seine/contracts'
import { type Part, silentLogger } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Bus, connectBus } from './bus.ts'
import type { RawMessage } from './delivery.ts'
import { done, drop, retry } from './disposition.ts'
import { sampleTask } from './messages.fixture.ts'
import { provision } from './provision.ts'
import { consumerConfig } from './server-settings.ts'

// The shipped consumer but for the waits, so that a redelivery takes a second.
const settings: ConsumerSettings = { ...consumers.fetchHttp, ackWaitMs: 1_000 }

let nats: TestNats
let bus: Bus
const parts: Part[] = []

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  await (await bus.jsm()).consumers.update('TASKS', settings.durable, consumerConfig(settings))
})
afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})
beforeEach(async () => {
  await (await bus.jsm()).streams.purge('TASKS')
})
afterEach(async () => {
  await Promise.all(parts.splice(0).map((part) => part.stop()))
})

async function start(part: Part): Promise<void> {
  parts.push(part)
  await part.start((error) => {
    throw error
  })
}
const publish = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) => bus.publish(fetchTask, sampleTask({ url: `http://h${n % 50}.test/${n}` }))),
  )
const left = () => bus.pendingOn('TASKS', 'work.fetch.>')

test('every message is handled, never more at once than asked for', async () => {
  await publish(300)
  let running = 0
  let most = 0
  const seen = new Set<string>()
  const part = bus.pull(
    settings,
    fetchTask,
    async (task) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 2))
      running--
      seen.add(task.urlId)
      return done()
    },
    { maxInFlight: 7 },
  )
  await start(part)
  await eventually(() => seen.size === 300)
  expect(most).toBe(7)
  await eventually(async () => (await left()) === 0)
})

test('a slow handler keeps its message: nobody else gets it', async () => {
  await publish(1)
  let calls = 0
  let finished = false
  const handle = async () => {
    calls++
    await new Promise((resolve) => setTimeout(resolve, settings.ackWaitMs * 2.5))
    finished = true
    return done()
  }
  await start(bus.pull(settings, fetchTask, handle, { maxInFlight: 1 }))
  await start(bus.pull(settings, fetchTask, handle, { maxInFlight: 1 }))
  await eventually(() => finished)
  expect(calls).toBe(1)
})

test('a message whose acknowledgement never came is delivered again', async () => {
  await publish(1)
  await using dying = await connectBus({ servers: nats.servers, name: 'dying' }, silentLogger)
  let taken = false
  const part = dying.pull(
    settings,
    fetchTask,
    () => {
      taken = true
      return new Promise(() => {})
    },
    { maxInFlight: 1 },
  )
  await part.start(() => {})
  await eventually(() => taken)
  await dying.nc.close()
  const deliveries: number[] = []
  await start(
    bus.pull(
      settings,
      fetchTask,
      async (_task, context) => {
        deliveries.push(context.deliveries)
        return done()
      },
      { maxInFlight: 5 },
    ),
  )
  await eventually(() => deliveries.length > 0)
  expect(deliveries).toEqual([2])
})

test('retry gives a message back, a thrown error too, drop makes it a dead letter', async () => {
  await publish(3)
  const handled: string[] = []
  const seen = new Map<string, number>()
  await start(
    bus.pull(
      settings,
      fetchTask,
      async (task, context) => {
        handled.push(`${task.url} ${context.deliveries}`)
        seen.set(task.url, context.deliveries)
        if (task.url.endsWith('/2')) return drop('of no use')
        if (context.deliveries > 1) return done()
        if (task.url.endsWith('/0')) return retry(10, 'not yet')
        throw new Error('crash')
      },
      { maxInFlight: 3 },
    ),
  )
  await eventually(() => handled.length === 5)
  expect(seen).toEqual(
    new Map([
      ['http://h0.test/0', 2],
      ['http://h1.test/1', 2],
      ['http://h2.test/2', 1],
    ]),
  )
  await eventually(async () => (await left()) === 0)
  const manager = await bus.jsm()
  await eventually(async () => (await manager.streams.info('DEAD_LETTERS')).state.messages === 1)
})

test('an unreadable message is dropped and the next one handled', async () => {
  await bus.js.publish('work.fetch.http.test.bad', 'not json')
  await bus.js.publish('work.fetch.http.test.bad', JSON.stringify({ ...sampleTask(), attempt: 'first' }))
  await bus.js.publish('work.fetch.http.test.bad', JSON.stringify({ ...sampleTask(), ofLaterVersion: true }))
  const handled: unknown[] = []
  const handle = async (task: unknown) => {
    handled.push(task)
    return done()
  }
  await start(bus.pull(settings, fetchTask, handle, { maxInFlight: 3 }))
  await eventually(() => handled.length === 1)
  expect(handled[0]).not.toHaveProperty('ofLaterVersion')
  await eventually(async () => (await left()) === 0)
})

test('stopping finishes and acknowledges what is in hand, and strands nothing', async () => {
  await publish(200)
  const finished = new Set<string>()
  const handle = async (task: { urlId: string }) => {
    await new Promise((resolve) => setTimeout(resolve, 3))
    finished.add(task.urlId)
    return done()
  }
  const first = bus.pull(settings, fetchTask, handle, { maxInFlight: 20 })
  await first.start(() => {})
  await eventually(() => finished.size >= 40)
  await first.stop()
  await bus.nc.flush()
  expect(await left()).toBe(200 - finished.size)
  const before = Date.now()
  await start(bus.pull(settings, fetchTask, handle, { maxInFlight: 20 }))
  await eventually(() => finished.size === 200)
  // Nothing of it had to wait for an ack wait to run out.
  expect(Date.now() - before).toBeLessThan(settings.ackWaitMs)
})

test('batches are bounded in size and in waiting, and acknowledged together', async () => {
  await publish(25)
  const sizes: number[] = []
  const handleBatch = async (messages: RawMessage[]) => {
    sizes.push(messages.length)
  }
  await start(bus.pullBatch(settings, handleBatch, { maxBatch: 10, maxWaitMs: 50 }))
  await eventually(() => sizes.reduce((sum, size) => sum + size, 0) === 25)
  expect(Math.max(...sizes)).toBe(10)
  await eventually(async () => (await left()) === 0)
})

test('a batch that fails is tried again whole and nothing of it is acknowledged before', async () => {
  await publish(4)
  let tries = 0
  const handled: number[][] = []
  const handleBatch = async (messages: RawMessage[]) => {
    tries++
    if (tries < 3) throw new Error('database away')
    handled.push(messages.map((message) => message.seq))
  }
  await start(bus.pullBatch(settings, handleBatch, { maxBatch: 4, maxWaitMs: 20 }))
  await eventually(() => tries > 0)
  expect(await left()).toBe(4)
  await eventually(() => handled.flat().length === 4)
  expect(new Set(handled.flat()).size).toBe(4)
  await eventually(async () => (await left()) === 0)
})

test('a consumer is attended while somebody asks for its messages or works on some', async () => {
  expect(await bus.isAttended(consumers.fetchBrowser)).toBe(false)
  const gate = Promise.withResolvers<void>()
  const browsing = bus.pull(
    consumers.fetchBrowser,
    fetchTask,
    async () => {
      await gate.promise
      return done()
    },
    { maxInFlight: 1 },
  )
  await start(browsing)
  await eventually(async () => expect(await bus.isAttended(consumers.fetchBrowser)).toBe(true))
  await bus.publish(fetchTask, sampleTask({ url: 'http://app.test/', pool: 'browser' }))
  const info = async () => (await bus.jsm()).consumers.info('TASKS', 'fetch-browser')
  await eventually(async () => expect(await info()).toMatchObject({ num_waiting: 0, num_ack_pending: 1 }))
  expect(await bus.isAttended(consumers.fetchBrowser)).toBe(true)
  gate.resolve()
})
