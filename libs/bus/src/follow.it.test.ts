import { type JetStreamClient, jetstream } from '@nats-io/jetstream'
import { discovered, newId } from '@seine/contracts'
import { silentLogger, systemClock } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bus, connectBus } from './bus.ts'
import { follow, replay } from './follow.ts'
import { watchLink } from './link.ts'
import { sampleDiscovered } from './messages.fixture.ts'
import { provision } from './provision.ts'

type Get = JetStreamClient['consumers']['get']

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

const filter = (runId: string) => `result.discovered.${runId}.>`
const publish = (runId: string, from: number, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) => bus.publish(discovered, sampleDiscovered({ runId, batch: from + n }))),
  )

async function seqsOf(messages: AsyncIterable<{ seq: number }>): Promise<number[]> {
  const seqs: number[] = []
  for await (const { seq } of messages) seqs.push(seq)
  return seqs
}

test('a replay gives every message of its filter in order, and ends', async () => {
  const runId = newId()
  await Promise.all([publish(runId, 0, 700), publish(newId(), 0, 50)])
  const seqs = await seqsOf(bus.replay(filter(runId), { stream: 'RESULTS' }))
  expect(seqs).toHaveLength(700)
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
})

test('a replay from a sequence starts there', async () => {
  const runId = newId()
  await publish(runId, 0, 20)
  const all = await seqsOf(bus.replay(filter(runId), { stream: 'RESULTS' }))
  expect(await seqsOf(bus.replay(filter(runId), { stream: 'RESULTS', fromSequence: all[12]! }))).toEqual(all.slice(12))
})

test('a replay of nothing ends at once and leaves no consumer on the broker', async () => {
  const consumers = async () => (await (await bus.jsm()).streams.info('RESULTS')).state.consumer_count
  const before = await consumers()
  for (let n = 0; n < 20; n++) expect(await seqsOf(bus.replay(filter(newId()), { stream: 'RESULTS' }))).toEqual([])
  await eventually(async () => (await consumers()) <= before)
})

test('a replay leaves out what is published after it began, and ends all the same', async () => {
  const runId = newId()
  await publish(runId, 0, 10)
  let count = 0
  for await (const _message of bus.replay(filter(runId), { stream: 'RESULTS' })) {
    if (count === 0) await publish(runId, 10, 10)
    count++
  }
  expect(count).toBe(10)
})

test('a replay may be left early', async () => {
  const runId = newId()
  await publish(runId, 0, 10)
  for await (const _message of bus.replay(filter(runId), { stream: 'RESULTS' })) break
  expect(await seqsOf(bus.replay(filter(runId), { stream: 'RESULTS' }))).toHaveLength(10)
})

test('following tells what is new, from now on or from a sequence, until it is stopped', async () => {
  const runId = newId()
  await publish(runId, 0, 5)
  const stop = new AbortController()
  const fresh: number[] = []
  const all: number[] = []
  const reading = [
    (async () => {
      for await (const { seq } of bus.follow('RESULTS', [filter(runId)], {}, stop.signal)) fresh.push(seq)
    })(),
    (async () => {
      for await (const { seq } of bus.follow('RESULTS', [filter(runId)], { startSequence: 1 }, stop.signal))
        all.push(seq)
    })(),
  ]
  await eventually(() => all.length === 5)
  await publish(runId, 5, 5)
  await eventually(() => fresh.length === 5 && all.length === 10)
  expect(all.slice(5)).toEqual(fresh)
  stop.abort()
  await Promise.all(reading)
})

test('a replay whose last messages vanish meanwhile ends all the same', async () => {
  const runId = newId()
  await publish(runId, 0, 300)
  let count = 0
  for await (const _message of bus.replay(filter(runId), { stream: 'RESULTS' })) {
    if (count === 0) await (await bus.jsm()).streams.purge('RESULTS', { filter: filter(runId) })
    count++
  }
  expect(count).toBeLessThan(300)
})

/** What a node of a cluster may do whose copy of the stream is behind: it beats, and sends nothing. */
async function silenceReaders(filterSubject: string): Promise<number> {
  const manager = await bus.jsm()
  let silenced = 0
  for await (const { name, config } of manager.consumers.list('RESULTS')) {
    if (config.filter_subject !== filterSubject) continue
    await manager.consumers.pause('RESULTS', name, new Date(Date.now() + 600_000))
    silenced++
  }
  return silenced
}

async function impatientDeps() {
  const js = jetstream(bus.nc)
  const manager = await bus.jsm()
  const link = watchLink(bus.nc, silentLogger)
  return { js, jsm: async () => manager, link, clock: systemClock, log: silentLogger, heartbeatMs: 600 }
}

test('a replay asks anew where a node beats and sends nothing of what is left (I1)', async () => {
  const runId = newId()
  await publish(runId, 0, 300)
  const seqs: number[] = []
  for await (const { seq } of replay(await impatientDeps(), filter(runId), { stream: 'RESULTS' })) {
    if (seqs.push(seq) === 10) expect(await silenceReaders(filter(runId))).toBe(1)
  }
  expect(seqs).toHaveLength(300)
  expect(new Set(seqs).size).toBe(300)
})

test('a replay asks anew where a node does not know of all there is', async () => {
  const runId = newId()
  const siteFilter = (site: string) => `result.discovered.${runId}.${site}`
  for (const site of ['early', 'late'])
    for (let batch = 0; batch < 5; batch++) await bus.publish(discovered, sampleDiscovered({ runId, site, batch }))
  for (const known of [siteFilter('early'), siteFilter('nothing')]) {
    const deps = await impatientDeps()
    let asked = 0
    // A node that is behind: the same stream, and of its messages the first ones at most.
    const get = ((stream: string, options: object) =>
      deps.js.consumers.get(stream, asked++ === 0 ? { ...options, filter_subjects: known } : options)) as Get
    const js = { ...deps.js, consumers: { ...deps.js.consumers, get } } as JetStreamClient
    const seqs = await seqsOf(replay({ ...deps, js }, filter(runId), { stream: 'RESULTS' }))
    expect(asked).toBe(2)
    expect(seqs).toHaveLength(10)
    expect(new Set(seqs).size).toBe(10)
  }
})

test('following goes on by another way where a node beats and sends nothing', async () => {
  const runId = newId()
  const stop = new AbortController()
  const heard: number[] = []
  const following = (async () => {
    const deps = await impatientDeps()
    for await (const { seq } of follow(deps, 'RESULTS', [filter(runId)], { startSequence: 1 }, stop.signal))
      heard.push(seq)
  })()
  await publish(runId, 0, 5)
  await eventually(() => heard.length === 5)
  expect(await silenceReaders(filter(runId))).toBe(1)
  await publish(runId, 5, 5)
  await eventually(() => heard.length === 10, { timeoutMs: 10_000 })
  stop.abort()
  await following
})

test('a replay that its user may not do fails with that instead of waiting for ever (I1)', async () => {
  await using own = await startNats({
    configuration: `authorization { users: [
      { user: all, password: x }
      { user: some, password: x, permissions: { publish: { deny: ["$JS.API.CONSUMER.CREATE.>"] } } }
    ] }`,
  })
  const as = (user: string) => connectBus({ servers: own.servers, name: user, user, password: 'x' }, silentLogger)
  await using all = await as('all')
  await provision(all, { replicas: 1 })
  await all.publish(discovered, sampleDiscovered({}))
  await using some = await as('some')
  // A second here is more than its patience there.
  const clock = { nowMs: () => Date.now() * 100, sleep: async () => {} }
  const js = jetstream(some.nc, { timeout: 500 })
  const manager = js.jetstreamManager(false)
  const deps = { js, jsm: () => manager, link: watchLink(some.nc, silentLogger), clock, log: silentLogger }
  const reading = seqsOf(replay(deps, 'result.>', { stream: 'RESULTS' }))
  await expect(reading).rejects.toMatchObject({ code: 'stream-unreadable' })
})
