import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream'
import { errors, type NatsConnection } from '@nats-io/transport-node'
import { discovered, fetchTask } from '@seine/contracts'
import { makeManualClock, silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { seal } from './envelope.ts'
import type { Link } from './link.ts'
import { sampleDiscovered, sampleTask } from './messages.fixture.ts'
import { makePublisher, publisherLimits } from './publisher.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))
const envelope = () => seal(fetchTask, sampleTask(), {}, 1_000_000)
const ack = { stream: 'TASKS', seq: 1, duplicate: false }

/** A publisher whose broker answers each publish as the test says, by the number of the try. */
function publisherOn(answer: (tries: number, id: string) => Promise<unknown>, limits = {}) {
  const clock = makeManualClock(0)
  const ids: string[] = []
  const losses = new Set<() => void>()
  const link = { connected: true, closed: false }
  const publisher = makePublisher({
    nc: {} as NatsConnection,
    js: {
      publish: (_subject: string, _data: Uint8Array, { headers }: { headers: { get(name: string): string } }) => {
        ids.push(headers.get('Nats-Msg-Id'))
        return answer(ids.length, ids.at(-1)!)
      },
    } as unknown as JetStreamClient,
    link: {
      get connected() {
        return link.connected
      },
      get closed() {
        return link.closed
      },
      whenUp: async () => {},
      onLost: (callback) => {
        losses.add(callback)
        return () => void losses.delete(callback)
      },
      onReconnect: () => () => {},
    } satisfies Link,
    clock,
    log: silentLogger,
    limits: { ...publisherLimits, ...limits },
  })
  const lose = () => [...losses].map((callback) => callback())
  return { publisher, clock, ids, lose, link }
}

const noResponders = () =>
  Promise.reject(new errors.RequestError('', { cause: new errors.NoRespondersError('work.fetch') }))

test('a publish that is not acknowledged is sent again with the same id', async () => {
  const { publisher, clock, ids } = publisherOn((tries) =>
    tries < 4 ? Promise.reject(new errors.TimeoutError()) : Promise.resolve(ack),
  )
  const stored = publisher.store(envelope())
  await clock.advance(10_000)
  await stored
  expect(ids).toHaveLength(4)
  expect(new Set(ids).size).toBe(1)
})

test('losing the broker ends the wait for an answer that will not come', async () => {
  const { publisher, clock, ids, lose } = publisherOn((tries) =>
    tries === 1 ? new Promise(() => {}) : Promise.resolve(ack),
  )
  const stored = publisher.store(envelope())
  await settled()
  lose()
  await clock.advance(1_000)
  await stored
  expect(ids).toHaveLength(2)
})

test('a subject that no stream takes is an error, but only after a starting broker had its time', async () => {
  const { publisher, clock } = publisherOn(noResponders)
  const stored = publisher.store(envelope()).catch((error: unknown) => error)
  let failure: unknown = null
  void stored.then((error) => {
    failure = error
  })
  await clock.advance(publisherLimits.noStreamTimeoutMs - 2_000)
  expect(failure).toBeNull()
  await clock.advance(5_000)
  expect(failure).toMatchObject({ reason: 'no-stream' })
})

test.each([
  [{ code: 503, err_code: 10_077, description: 'maximum messages per subject exceeded' }, 'full'],
  [{ code: 400, err_code: 10_054, description: 'message size exceeds maximum allowed' }, 'too-large'],
  [{ code: 400, err_code: 10_071, description: 'wrong last sequence' }, 'refused'],
] as const)('%o is a refusal: %s', async (answer, reason) => {
  const { publisher, ids } = publisherOn(() => Promise.reject(new JetStreamApiError(answer)))
  await expect(publisher.store(envelope())).rejects.toMatchObject({ code: 'publish-rejected', reason })
  expect(ids).toHaveLength(1)
})

test('a bus that is closed refuses what waits', async () => {
  const { publisher, clock, link } = publisherOn(() => Promise.reject(new errors.TimeoutError()))
  const stored = publisher.store(envelope()).catch((error: unknown) => error)
  await settled()
  link.closed = true
  await clock.advance(1_000)
  expect(await stored).toMatchObject({ reason: 'closed' })
})

test('a few that come together are stored one by one, and the next only after them', async () => {
  const waiting: (() => void)[] = []
  const { publisher, ids } = publisherOn(() => new Promise((resolve) => void waiting.push(() => resolve(ack))))
  const found = () => publisher.store(seal(discovered, sampleDiscovered(), {}, 1_000_000))
  const first = Array.from({ length: 5 }, found)
  await settled()
  await settled()
  expect(ids).toHaveLength(5)
  const next = found()
  await settled()
  expect(ids).toHaveLength(5)
  for (const finish of waiting) finish()
  await Promise.all(first)
  await settled()
  expect(ids).toHaveLength(6)
  waiting[5]!()
  await next
})

test('no more is in flight than the window holds', async () => {
  const waiting: (() => void)[] = []
  const answer = () => new Promise((resolve) => void waiting.push(() => resolve(ack)))
  const { publisher, ids } = publisherOn(answer, { maxInFlight: 3 })
  const stored = Array.from({ length: 8 }, () => publisher.store(envelope()))
  await settled()
  expect(ids).toHaveLength(3)
  waiting[0]!()
  await settled()
  expect(ids).toHaveLength(4)
  while (waiting.length < 8) {
    for (const finish of waiting) finish()
    await settled()
  }
  for (const finish of waiting) finish()
  await Promise.all(stored)
  await publisher.idle()
})
