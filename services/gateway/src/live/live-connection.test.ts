import { makeWindow } from '@seine/bus'
import { type LiveFilter, type LiveMessage, liveMessageSchema, newId } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import type { ClientQueue } from './client-queue.ts'
import type { FeedEvent } from './event-feed.ts'
import { makeListeners } from './listeners.ts'
import { liveLimits, makeLiveConnection } from './live-connection.ts'

const runId = newId(0)
const settle = () => new Promise((resolve) => setImmediate(resolve))

const event = (seq: number, more: Partial<FeedEvent> = {}): FeedEvent => {
  const bytes = Buffer.from(JSON.stringify({ n: seq }))
  return { seq, runId, site: 'shop', type: 'site.progress', level: 'info', bytes, sizeBytes: bytes.length, ...more }
}

/** A connection whose client reads as fast as it is told to. `past`: what is in memory. */
function connectionOf(past: FeedEvent[] = [], limits: Partial<typeof liveLimits> = {}) {
  const listeners = makeListeners()
  const said: LiveMessage[] = []
  let closed: [number, string] | null = null
  let reading: Promise<void> = Promise.resolve()
  let nowMs = 0
  const feed = {
    lastSeq: past.at(-1)?.seq ?? 0,
    listen: (filter: LiveFilter, queue: ClientQueue<FeedEvent>) => listeners.add(filter, queue),
    recent: (_filter: LiveFilter, afterSeq: number) => past.filter(({ seq }) => seq > afterSeq),
  }
  const present: string[] = []
  const presence = {
    part: { name: 'presence', start() {}, async stop() {} },
    enter: (topic: string) => {
      present.push(topic)
      return true
    },
    typing: () => {},
    leave: (topic: string) => void present.splice(present.indexOf(topic), 1),
  }
  const events = { bus: { replay: () => (async function* () {})() }, feed, replays: makeWindow(1, 1) }
  // Everything that is said has to be what the contract says.
  const hear = (text: string) => void said.push(liveMessageSchema.parse(JSON.parse(text)))
  const connection = makeLiveConnection(
    {
      feed,
      events,
      presence,
      nowMs: () => nowMs,
      log: silentLogger,
      limits: { ...liveLimits, ...limits } as typeof liveLimits,
    },
    { id: 'me', user: 'ann', name: 'Ann', heartbeatMs: 1_000 },
    {
      send: hear,
      sendAll: async (frames) => {
        for (const frame of frames) hear(Buffer.from(frame).toString())
        await reading
      },
      close: (code, reason) => {
        closed = [code, reason]
      },
    },
  )
  return {
    connection,
    said,
    listeners,
    present,
    closed: () => closed,
    say: (request: object) => connection.receive(JSON.stringify(request)),
    stopReading: () => {
      reading = new Promise(() => {})
    },
    wait: (ms: number) => {
      nowMs += ms
    },
    errors: () => said.flatMap((message) => (message.op === 'error' ? [[message.code, message.field]] : [])),
    events: () => said.flatMap((message) => (message.op === 'event' ? [`${message.sub}:${message.seq}`] : [])),
  }
}

test('a subscription tells what it missed, says that it is live, and goes on, each event once', async () => {
  const client = connectionOf([event(1), event(2), event(3)])
  client.say({ op: 'subscribe', sub: 'a', filter: { run: runId }, since: 1 })
  await settle()
  client.listeners.tell(event(3))
  client.listeners.tell(event(4))
  await settle()
  expect(client.said).toEqual([
    { op: 'welcome', client: 'me', heartbeatMs: 1_000 },
    { op: 'subscribed', sub: 'a', since: 1 },
    { op: 'event', sub: 'a', seq: 2, event: { n: 2 } },
    { op: 'event', sub: 'a', seq: 3, event: { n: 3 } },
    { op: 'live', sub: 'a' },
    { op: 'event', sub: 'a', seq: 4, event: { n: 4 } },
  ])
})

test('without `since` a subscription begins now and says where that is', async () => {
  const client = connectionOf([event(7)])
  client.say({ op: 'subscribe', sub: 'a' })
  await settle()
  expect(client.said.slice(1)).toEqual([
    { op: 'subscribed', sub: 'a', since: 7 },
    { op: 'live', sub: 'a' },
  ])
})

test('subscriptions have their own filters and end by themselves', async () => {
  const client = connectionOf()
  client.say({ op: 'subscribe', sub: 'all' })
  client.say({ op: 'subscribe', sub: 'bad', filter: { level: 'warn' } })
  await settle()
  client.listeners.tell(event(1))
  client.listeners.tell(event(2, { level: 'error' }))
  await settle()
  client.say({ op: 'unsubscribe', sub: 'all' })
  client.listeners.tell(event(3, { level: 'error' }))
  await settle()
  expect(client.events().sort()).toEqual(['all:1', 'all:2', 'bad:2', 'bad:3'])
})

test.each<[string, object | string, string, string | null]>([
  ['no JSON', '{', 'not-json', null],
  ['no object', '[1]', 'invalid', ''],
  ['an unknown operation', { op: 'dance' }, 'invalid', 'op'],
  ['a run that is none', { op: 'subscribe', sub: 'a', filter: { run: 'x' } }, 'invalid', 'filter.run'],
  ['a level that is none', { op: 'subscribe', sub: 'a', filter: { level: 'loud' } }, 'invalid', 'filter.level'],
  ['a type that is none', { op: 'subscribe', sub: 'a', filter: { types: ['x'] } }, 'invalid', 'filter.types.0'],
  ['a sequence that is none', { op: 'subscribe', sub: 'a', since: -1 }, 'invalid', 'since'],
  ['a name too long', { op: 'subscribe', sub: 'a'.repeat(65) }, 'invalid', 'sub'],
  ['a topic that is none', { op: 'presence', topic: 'world' }, 'invalid', 'topic'],
  ['a field that is none', { op: 'typing', topic: 'site.a', field: '<script>' }, 'invalid', 'field'],
  ['an unknown subscription', { op: 'unsubscribe', sub: 'a' }, 'no-such-subscription', null],
  ['typing where nobody is', { op: 'typing', topic: 'site.a', field: 'b' }, 'not-present', null],
])('%s is answered with an error that names the field, and the connection stays', async (_, message, code, field) => {
  const client = connectionOf()
  client.connection.receive(typeof message === 'string' ? message : JSON.stringify(message))
  expect(client.errors()).toEqual([[code, field]])
  expect(client.closed()).toBeNull()
  client.say({ op: 'subscribe', sub: 'fine' })
  expect(client.said.at(-1)).toMatchObject({ op: 'subscribed', sub: 'fine' })
})

test('after too many errors the connection is closed, and a good message takes one back', () => {
  const client = connectionOf([], { maxErrors: 3 } as never)
  for (let n = 0; n < 10; n++) {
    client.connection.receive('{')
    client.say({ op: 'leave', topic: 'site.a' })
  }
  expect(client.closed()).toBeNull()
  for (let n = 0; n < 3; n++) client.connection.receive('{')
  expect(client.said.at(-1)).toEqual({ op: 'dropped', reason: 'too-many-errors' })
  expect(client.closed()).toEqual([1008, 'too-many-errors'])
})

test('there are as many subscriptions and topics as the limits say, and no name twice', () => {
  const client = connectionOf([], { maxSubscriptions: 2, maxTopics: 1 } as never)
  for (const sub of ['a', 'a', 'b', 'c']) client.say({ op: 'subscribe', sub })
  for (const topic of ['site.a', 'site.a', 'site.b']) client.say({ op: 'presence', topic })
  expect(client.errors()).toEqual([
    ['duplicate-subscription', 'sub'],
    ['too-many-subscriptions', null],
    ['too-many-topics', null],
  ])
})

test('more messages a second than allowed are refused', () => {
  const client = connectionOf([], { messageBurst: 2, messagesPerSecond: 1 } as never)
  for (let n = 0; n < 3; n++) client.say({ op: 'leave', topic: 'site.a' })
  expect(client.errors()).toEqual([['rate-limited', null]])
  client.wait(1_000)
  client.say({ op: 'leave', topic: 'site.a' })
  expect(client.errors()).toHaveLength(1)
})

test.each([
  ['events', { maxQueuedEvents: 5 }],
  ['bytes', { maxQueuedBytes: 40 }],
])(
  'a client that does not read is told and dropped at the limit of %s, and nothing is kept for it',
  async (_, limits) => {
    const client = connectionOf([], limits as never)
    client.say({ op: 'subscribe', sub: 'a' })
    await settle()
    client.stopReading()
    for (let seq = 1; seq < 20; seq++) {
      client.listeners.tell(event(seq))
      await settle()
    }
    expect(client.said.at(-1)).toEqual({ op: 'dropped', reason: 'too-slow' })
    expect(client.closed()).toEqual([4008, 'too-slow'])
    expect(client.listeners.size).toBe(0)
  },
)

test('a client that goes leaves nothing behind', async () => {
  const client = connectionOf()
  client.say({ op: 'subscribe', sub: 'a' })
  client.say({ op: 'presence', topic: 'site.a' })
  await settle()
  client.connection.gone()
  expect(client.listeners.size).toBe(0)
  expect(client.present).toEqual([])
})
