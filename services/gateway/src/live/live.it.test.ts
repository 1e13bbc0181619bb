import { makeObjectStore } from '@seine/artifacts'
import { type Bus, connectBus, type EventInput, provision, publishEvent } from '@seine/bus'
import { connectLive, type Live, type LiveSocket } from '@seine/client'
import { buckets, newId, type PresenceShare, type Run, schedulerRpc } from '@seine/contracts'
import { type Part, silentLogger } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { everyoneIsAdmin } from '../auth/auth.fixture.ts'
import { openAuth } from '../auth/auth.ts'
import type { AuthenticateUpgrade } from '../auth/authenticate-upgrade.ts'
import { makeApp } from '../http/app.ts'
import { makeHttpServer } from '../http/http-server.ts'
import { allRoutes } from '../routes.ts'
import { sampleRun } from '../runs.fixture.ts'
import { makeEventFeed } from './event-feed.ts'
import { makeEventsAfterDeps } from './events-after.ts'
import { makeLiveServer } from './live-server.ts'
import { makePresenceDesk } from './presence-desk.ts'

let nats: TestNats
let bus: Bus
const settings = { maxClients: 300, heartbeatMs: 300, recheckMs: 100 }
const signedOut = new Set<string>()

/** Whoever says a name comes in under it. */
const authenticate: AuthenticateUpgrade = async ({ headers }) => {
  const name = headers['x-name'] ?? (headers.origin === undefined ? 'somebody' : undefined)
  if (typeof name !== 'string' || signedOut.has(name))
    return { ok: false, refusal: { status: 401, code: 'unauthenticated', message: 'log in first', headers: {} } }
  return { ok: true, caller: { kind: 'key', id: name, name, access: 'read' } }
}

/** A gateway with everything that is live in it. */
async function startGateway() {
  const store = await makeObjectStore(bus.nc)
  const feed = makeEventFeed(bus)
  const health = () => ({ status: 'healthy' as const, parts: {}, checkedAt: '' })
  const nowMs = () => performance.now()
  const log = silentLogger
  const presence = makePresenceDesk({ bucket: await bus.bucket<PresenceShare>(buckets.presence), nowMs, log })
  const events = makeEventsAfterDeps(bus, feed)
  const live = makeLiveServer({ feed, events, presence, authenticate, recheck: authenticate, nowMs, log }, settings)
  const routes = allRoutes({ bus, store, feed, auth: await openAuth(bus, {}), health })
  const app = makeApp({ routes, identify: everyoneIsAdmin, origins: { loopbackOnly: true }, log })
  const server = makeHttpServer({ fetch: app.fetch, upgrade: live.upgrade, host: '127.0.0.1', port: 0, log })
  const parts: Part[] = [feed.part, presence.part, server, live.part]
  for (const part of parts)
    await part.start((error) => {
      throw error
    })
  return {
    url: server.url(),
    live,
    async stop() {
      for (const part of parts.toReversed()) await part.stop()
    },
  }
}

let one: Awaited<ReturnType<typeof startGateway>>
let two: Awaited<ReturnType<typeof startGateway>>
let rpc: Part

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  rpc = bus.serve(schedulerRpc.getRun, async ({ runId }): Promise<Run> => sampleRun({ id: runId }))
  await rpc.start(() => {})
  one = await startGateway()
  two = await startGateway()
})
afterAll(async () => {
  await one.stop()
  await two.stop()
  await rpc.stop()
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

const publish = (jobId: string, more: Partial<EventInput<'site.step'>> = {}) =>
  publishEvent(bus, { jobId, step: 'fetch', level: 'info', type: 'site.step', data: { from: null }, ...more })

/** A client whose connections the test can break. */
function client(url: string, name = 'somebody'): Live & { breakOff(): void; dialled: number } {
  let latest: WebSocket | undefined
  let dialled = 0
  const live = connectLive({
    url,
    maxPauseMs: 250,
    makeSocket: (address) => {
      dialled++
      latest = new WebSocket(address, { headers: { 'x-name': name } })
      latest.on('error', () => {})
      return latest as unknown as LiveSocket
    },
  })
  return {
    ...live,
    breakOff: () => latest?.terminate(),
    get dialled() {
      return dialled
    },
  }
}

const isOpen = (live: Live) => eventually(async () => expect(live.state().phase).toBe('open'))

/** The sequences that server-sent events give until there are enough. */
async function sequencesOf(path: string, most: number): Promise<number[]> {
  const leave = new AbortController()
  const response = await fetch(one.url + path, { signal: leave.signal })
  expect(response.status).toBe(200)
  const seqs: number[] = []
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const complete = text.slice(0, text.lastIndexOf('\n\n') + 1)
    text = text.slice(complete.length)
    // A frame without an event says where the stream begins.
    for (const [, id] of complete.matchAll(/^id: (\d+)\nevent: /gm)) seqs.push(Number(id))
    if (seqs.length >= most) break
  }
  leave.abort()
  return seqs
}

test('both kinds of connection tell the same events, filtered in the same way', async () => {
  const run = newId()
  await publish(run, { site: 'shop' })
  await publish(run, { site: 'shop', level: 'warn' })
  await publish(run, { site: 'blog', level: 'error' })
  await publishEvent(bus, { jobId: run, step: null, level: 'info', type: 'run.started', data: {} })
  const live = client(one.url)
  const cases = [
    [{ run }, ''],
    [{ run, site: 'shop' }, '?site=shop'],
    [{ run, level: 'warn' as const }, '?level=warn'],
    [{ run, types: ['run.started' as const] }, '?type=run.started'],
    [
      { run, types: ['run.started' as const, 'site.step' as const], level: 'error' as const },
      '?type=run.started,site.step&level=error',
    ],
  ] as const
  for (const [[filter, query], count] of cases.map((entry, index) => [entry, [4, 2, 2, 1, 1][index]!] as const)) {
    const overSocket: number[] = []
    live.subscribe(filter as never, ({ seq }) => void overSocket.push(seq), { since: 0 })
    await eventually(async () => expect(overSocket).toHaveLength(count))
    expect(await sequencesOf(`/api/bulk-runs/${run}/stream${query}`, count)).toEqual(overSocket)
  }
  live.close()
})

test('all runs are told over both, from a sequence on', async () => {
  const [a, b] = [newId(), newId()]
  const before: number[] = []
  const live = client(one.url)
  let isLive = false
  // From now on is from what the gateway has read: the last events of another run may still be on their way to it.
  const note = ({ seq, event }: { seq: number; event: { job_id: string } }) => {
    if (event.job_id === a || event.job_id === b) before.push(seq)
  }
  live.subscribe({ types: ['site.step'] }, note, { onLive: () => (isLive = true) })
  await eventually(async () => expect(isLive).toBe(true))
  for (const run of [a, b, a]) await publish(run)
  await eventually(async () => expect(before).toHaveLength(3))
  expect(await sequencesOf(`/api/events/stream?since=${before[0]! - 1}&type=site.step`, 3)).toEqual(before)
  live.close()
})

test('a client that is cut off 50 times hears every event once and in order, while they go on', async () => {
  const run = newId()
  const live = client(one.url)
  const seqs: number[] = []
  live.subscribe({ run }, ({ seq }) => void seqs.push(seq), { since: 0 })
  let cuts = 0
  let published = 0
  const publishing = (async () => {
    for (; cuts < 50; published++) await publish(run)
  })()
  while (cuts < 50) {
    // In the middle of something: after a few more events than at the cut before.
    const enough = seqs.length + ((cuts * 7) % 23)
    await eventually(async () => expect(live.state().phase === 'open' && seqs.length > enough).toBe(true))
    live.breakOff()
    await eventually(async () => expect(live.state().phase).not.toBe('open'))
    cuts++
  }
  await publishing
  await eventually(async () => expect(seqs).toHaveLength(published))
  expect(new Set(seqs).size).toBe(published)
  expect(seqs).toEqual(seqs.toSorted((x, y) => x - y))
  expect(live.dialled).toBe(51)
  live.close()
}, 60_000)

test('hundreds of clients of both kinds cost one consumer a gateway', async () => {
  const run = newId()
  await publish(run)
  const heard: number[] = []
  const lives = Array.from({ length: 100 }, () => client(one.url))
  for (const [n, live] of lives.entries())
    live.subscribe(
      { run },
      () => {
        heard[n] = (heard[n] ?? 0) + 1
      },
      { since: 0 },
    )
  const streams = Array.from({ length: 100 }, () => sequencesOf(`/api/bulk-runs/${run}/stream`, 2))
  await eventually(async () => expect(heard.filter((count) => count === 1)).toHaveLength(100))
  const consumers = async () => {
    let count = 0
    for await (const { config } of (await bus.jsm()).consumers.list('EVENTS')) if (!config.durable_name) count++
    return count
  }
  await eventually(async () => expect(await consumers()).toBe(2))
  await publish(run)
  expect((await Promise.all(streams)).every((seqs) => seqs.length === 2)).toBe(true)
  await eventually(async () => expect(heard.filter((count) => count === 2)).toHaveLength(100))
  expect(await consumers()).toBe(2)
  for (const live of lives) live.close()
  await eventually(async () => expect(one.live.clients).toBe(0))
})

test('people see each other through different gateways, and who is cut off is gone', async () => {
  const [ann, bo] = [client(one.url, 'ann'), client(two.url, 'bo')]
  const seen: string[][] = []
  ann.presence('site.shop', {
    onMembers: (members) =>
      void seen.push(
        members.map(({ name, activity, typing, isMe }) =>
          [name, activity, ...typing, ...(isMe ? ['me'] : [])].join(' '),
        ),
      ),
  })
  const hers = bo.presence('site.shop', { activity: 'editing', onMembers: () => {} })
  await eventually(async () => expect(seen.at(-1)?.toSorted()).toEqual(['ann viewing me', 'bo editing']))
  hers.typing('selectors.price')
  await eventually(async () => expect(seen.at(-1)).toContain('bo editing selectors.price'))
  bo.close()
  await eventually(async () => expect(seen.at(-1)).toEqual(['ann viewing me']))
  ann.close()
})

test('who may not come in is told why', async () => {
  const refused = async (path: string, headers: Record<string, string>) => {
    const socket = new WebSocket(one.url.replace('http', 'ws') + path, { headers })
    socket.on('error', () => {})
    return new Promise((resolve) =>
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
    )
  }
  expect(await refused('/ws', { origin: 'https://elsewhere.example' })).toBe(401)
  expect(await refused('/api/bulk-runs', {})).toBe(404)
})

test('who is signed out loses the connection and does not come back', async () => {
  const live = client(one.url, 'mallory')
  await isOpen(live)
  signedOut.add('mallory')
  await eventually(async () => expect(live.state()).toEqual({ phase: 'closed', reason: 'signed out' }))
})

test('a quiet connection is kept alive on both sides, and a dead one is found out', async () => {
  const alive = client(one.url)
  await isOpen(alive)
  const dead = new WebSocket(`${one.url.replace('http', 'ws')}/ws`, { autoPong: false })
  dead.on('error', () => {})
  const said: string[] = []
  dead.on('message', (data) => void said.push(String(data)))
  const closed = new Promise<number>((resolve) => dead.on('close', resolve))
  expect(await closed).toBe(1006)
  expect(said.filter((text) => text.includes('heartbeat')).length).toBeGreaterThan(0)
  expect(alive.state().phase).toBe('open')
  expect(alive.dialled).toBe(1)
  alive.close()
})

test('a message that is too long ends the connection', async () => {
  const socket = new WebSocket(`${one.url.replace('http', 'ws')}/ws`)
  await new Promise((resolve) => socket.on('open', resolve))
  socket.send('x'.repeat(17 * 1024))
  expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1009)
})

test('a client that does not read is let go, and what waited for it with it', async () => {
  const run = newId()
  const socket = new WebSocket(`${one.url.replace('http', 'ws')}/ws`)
  await new Promise((resolve) => socket.on('open', resolve))
  socket.on('error', () => {})
  socket.send(JSON.stringify({ op: 'subscribe', sub: 'a', filter: { run } }))
  await eventually(async () => expect(one.live.clients).toBe(1))
  socket.pause()
  const reason = 'x'.repeat(500_000)
  const counts = sampleRun().counts
  const data = { status: 'failed' as const, reason, counts, archive: null, durationMs: 1 }
  for (let n = 0; n < 60; n++)
    await publishEvent(bus, { jobId: run, step: null, level: 'error', type: 'run.finished', data })
  // 30 MB have to go through the gateway first.
  await eventually(async () => expect(one.live.clients).toBe(0), { timeoutMs: 50_000 })
  socket.terminate()
})

test('a gateway that stops says so, and its clients go on at another', async () => {
  const three = await startGateway()
  const run = newId()
  await publish(run)
  let url = three.url
  const seqs: number[] = []
  const live = connectLive({
    url,
    makeSocket: () => new WebSocket(`${url.replace('http', 'ws')}/ws`) as unknown as LiveSocket,
  })
  live.subscribe({ run }, ({ seq }) => void seqs.push(seq), { since: 0 })
  await eventually(async () => expect(seqs).toHaveLength(1))
  url = two.url
  await three.stop()
  await publish(run)
  await eventually(async () => expect(seqs).toHaveLength(2))
  live.close()
})
