import { discovered, fetchTask, newId, streams } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bus, connectBus } from './bus.ts'
import { PublishRejected } from './errors.ts'
import { sampleDiscovered, sampleTask } from './messages.fixture.ts'
import { provision } from './provision.ts'

let nats: TestNats
let bus: Bus

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
})
afterAll(async () => {
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

const stored = async (stream: string) => (await (await bus.jsm()).streams.info(stream)).state.messages

test('a published message is in its stream when publish resolves', async () => {
  const task = sampleTask({ url: 'http://one.test/' })
  await bus.publish(fetchTask, task, { correlationId: 'c-7' })
  const message = await (await bus.jsm()).streams.getMessage('TASKS', { last_by_subj: 'work.fetch.http.test.one' })
  expect(message?.json()).toEqual(task)
  expect(message?.header.get('X-Correlation-ID')).toBe('c-7')
})

test('the same message twice is stored once', async () => {
  const before = await stored('TASKS')
  const task = sampleTask({ url: 'http://twice.test/' })
  await bus.publish(fetchTask, task)
  await bus.publish(fetchTask, task)
  expect(await stored('TASKS')).toBe(before + 1)
})

test('batches store each message once, also where one in them is a duplicate', async () => {
  const before = await stored('RESULTS')
  const runId = newId()
  const messages = Array.from({ length: 500 }, () => sampleDiscovered({ runId }))
  await bus.publish(discovered, messages[250]!)
  await Promise.all([...messages, messages[3]!, messages[499]!].map((message) => bus.publish(discovered, message)))
  expect(await stored('RESULTS')).toBe(before + 500)
})

test('more messages than the window holds all arrive', async () => {
  const runId = newId()
  await Promise.all(Array.from({ length: 2_000 }, () => bus.publish(discovered, sampleDiscovered({ runId }))))
  expect(await bus.pendingOn('RESULTS', `result.discovered.${runId}.>`)).toBe(2_000)
})

test('a full subject refuses the message, and only that subject', async () => {
  const limit = streams.TASKS.maxMessagesPerSubject
  const full = () => sampleTask({ url: 'http://full.test/' })
  await Promise.all(Array.from({ length: limit }, () => bus.publish(fetchTask, full())))
  const refused = await bus.publish(fetchTask, full()).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(PublishRejected)
  expect(refused).toMatchObject({ code: 'publish-rejected', reason: 'full' })
  await bus.publish(fetchTask, sampleTask({ url: 'http://roomy.test/' }))
  expect(await bus.pendingOn('TASKS', 'work.fetch.http.test.full')).toBe(limit)
})

test('the time of the broker is near the local one', () => {
  expect(Math.abs(bus.nowMs() - Date.now())).toBeLessThan(1_000)
})

test('a broker that is not there is a clear error', async () => {
  const nowhere = { servers: ['nats://127.0.0.1:1'], name: 'test', startTimeoutMs: 100 }
  await expect(connectBus(nowhere, silentLogger)).rejects.toThrow('NATS at nats://127.0.0.1:1: connection refused')
})
