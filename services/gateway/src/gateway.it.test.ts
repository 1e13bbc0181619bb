import { createHash, randomBytes } from 'node:crypto'
import { makeObjectStore } from '@seine/artifacts'
import { type Bus, connectBus, provision, publishEvent, RpcError } from '@seine/bus'
import { archivePartPath, archivePath, newId, type Run, schedulerRpc, siteArtifacts } from '@seine/contracts'
import { type Part, silentLogger } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { everyoneIsAdmin } from './auth/auth.fixture.ts'
import { openAuth } from './auth/auth.ts'
import { makeApp } from './http/app.ts'
import { makeHttpServer } from './http/http-server.ts'
import { makeEventFeed } from './live/event-feed.ts'
import { allRoutes } from './routes.ts'
import { sampleRun } from './runs.fixture.ts'

let nats: TestNats
let bus: Bus
let url: string
const parts: Part[] = []
const runs = new Map<string, Run>()

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const store = await makeObjectStore(bus.nc)
  const feed = makeEventFeed(bus)
  const health = () => ({ status: 'healthy' as const, parts: {}, checkedAt: '' })
  const routes = allRoutes({ bus, store, feed, auth: await openAuth(bus, {}), health })
  const origins = { loopbackOnly: true }
  const app = makeApp({ routes, identify: everyoneIsAdmin, origins, log: silentLogger })
  const server = makeHttpServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log: silentLogger })
  const getRun = bus.serve(schedulerRpc.getRun, async ({ runId }) => {
    const run = runs.get(runId)
    if (run === undefined) throw new RpcError('not-found', `no run ${runId}`)
    return run
  })
  parts.push(feed.part, server, getRun)
  for (const part of parts)
    await part.start((error) => {
      throw error
    })
  url = server.url()
})
afterAll(async () => {
  await Promise.all(parts.map((part) => part.stop()))
  await bus[Symbol.asyncDispose]()
  await nats.stop()
})

function addRun(overrides: Partial<Run> = {}): Run {
  const run = sampleRun(overrides)
  runs.set(run.id, run)
  return run
}

const progress = (run: Run) =>
  publishEvent(bus, {
    jobId: run.id,
    step: 'fetch',
    level: 'info',
    type: 'run.progress',
    data: { counts: run.counts, sitesDone: 0, sites: 1, pagesPerSecond: 1, bytes: 0, eta: { state: 'estimating' } },
  })

async function finish(run: Run): Promise<void> {
  runs.set(run.id, { ...run, status: 'completed' })
  const data = { status: 'completed' as const, reason: null, counts: run.counts, archive: null, durationMs: 1 }
  await publishEvent(bus, { jobId: run.id, step: null, level: 'info', type: 'run.finished', data })
}

/** Reads a stream until it ends or has given `most` events. */
async function read(path: string, options: { lastEventId?: string; most?: number } = {}) {
  const leave = new AbortController()
  const headers: Record<string, string> =
    options.lastEventId === undefined ? {} : { 'Last-Event-ID': options.lastEventId }
  const response = await fetch(url + path, { headers, signal: leave.signal })
  expect(response.status).toBe(200)
  const events: { id: string | undefined; type: string | undefined }[] = []
  let text = ''
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const frame = text.slice(0, end)
        text = text.slice(end + 2)
        const type = /^event: (.*)$/m.exec(frame)?.[1]
        if (type !== undefined) events.push({ id: /^id: (.*)$/m.exec(frame)?.[1], type })
        if (events.length >= (options.most ?? Number.POSITIVE_INFINITY)) return events
      }
    }
    return events
  } finally {
    leave.abort()
  }
}

test('a stream tells a run from its first event to its last and ends', async () => {
  const run = addRun()
  await progress(run)
  const reading = read(`/api/bulk-runs/${run.id}/stream`)
  await progress(run)
  await finish(run)
  const events = await reading
  expect(events.map((event) => event.type)).toEqual(['run.progress', 'run.progress', 'run.finished', 'end'])
})

test('a client that comes back again and again sees every event once, while the run goes on', async () => {
  const run = addRun()
  const total = 300
  const publishing = (async () => {
    for (let n = 0; n < total; n++) await progress(run)
    await finish(run)
  })()
  const ids: number[] = []
  let lastEventId = '0'
  for (let visits = 0; ; visits++) {
    const events = await read(`/api/bulk-runs/${run.id}/stream`, { lastEventId, most: 1 + ((visits * 7) % 23) })
    for (const { id } of events) if (id !== undefined) ids.push(Number(id))
    lastEventId = String(ids.at(-1) ?? 0)
    if (events.some((event) => event.type === 'end')) break
  }
  await publishing
  expect(ids).toHaveLength(total + 1)
  expect(new Set(ids).size).toBe(total + 1)
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
})

test('a stream of a run that is not there is a 404', async () => {
  expect((await fetch(`${url}/api/bulk-runs/${newId()}/stream`)).status).toBe(404)
})

test('an archive is downloaded whole, with its length, name and hash, and not again when it is known', async () => {
  const store = await makeObjectStore(bus.nc)
  const bytes = randomBytes(700_000)
  const run = addRun()
  const path = `/api/bulk-runs/${run.id}/archive`
  const early = await fetch(url + path)
  expect(early.status).toBe(404)
  expect(await early.json()).toMatchObject({ error_code: 'no-archive' })
  const archive = await store.put(archivePath(run.id), bytes)
  runs.set(run.id, { ...run, status: 'completed', archive })
  const answer = await fetch(url + path)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/zip',
    'content-length': '700000',
    'content-disposition': `attachment; filename="seine-${run.id}.zip"`,
    etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
  })
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
  const known = await fetch(url + path, { headers: { 'If-None-Match': answer.headers.get('etag')! } })
  expect(known.status).toBe(304)
  const head = await fetch(url + path, { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe('700000')
})

test('an archive in parts is downloaded part by part, each telling of the next', async () => {
  const store = await makeObjectStore(bus.nc)
  const run = addRun()
  const archiveParts = await Promise.all(
    [1, 2].map((part) => store.put(archivePartPath(run.id, part), Buffer.from(`part ${part}`))),
  )
  runs.set(run.id, { ...run, status: 'completed', archive: archiveParts[0]!, archiveParts })
  const path = `/api/bulk-runs/${run.id}/archive`
  const first = await fetch(url + path)
  expect(await first.text()).toBe('part 1')
  expect(first.headers.get('content-disposition')).toContain(`seine-${run.id}-part01.zip`)
  expect(first.headers.get('link')).toBe(`<${path}?part=2>; rel="next"`)
  const second = await fetch(`${url}${path}?part=2`)
  expect([await second.text(), second.headers.get('link')]).toEqual(['part 2', null])
  expect((await fetch(`${url}${path}?part=3`)).status).toBe(404)
  expect((await fetch(`${url}${path}?part=0`)).status).toBe(400)
})

test('one file of a site run is downloaded by its name', async () => {
  const store = await makeObjectStore(bus.nc)
  const run = addRun()
  await store.put(`${siteArtifacts(run.id, 'shop')}/seo.csv`, Buffer.from('url\n'))
  const answer = await fetch(`${url}/api/bulk-runs/${run.id}/sites/shop/artifacts/seo.csv`)
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(await answer.text()).toBe('url\n')
  expect((await fetch(`${url}/api/bulk-runs/${run.id}/sites/shop/artifacts/none.csv`)).status).toBe(404)
})

test('many listeners share one consumer on the broker', async () => {
  const run = addRun()
  await progress(run)
  const manager = await bus.jsm()
  const consumersNow = async () => {
    let count = 0
    for await (const { config } of manager.consumers.list('EVENTS')) if (!config.durable_name) count++
    return count
  }
  const clients = Array.from({ length: 40 }, () => read(`/api/bulk-runs/${run.id}/stream`))
  await eventually(async () => (await consumersNow()) === 1)
  await progress(run)
  await finish(run)
  for (const events of await Promise.all(clients)) expect(events).toHaveLength(4)
  expect(await consumersNow()).toBe(1)
})

test('a listener hears what comes after a crash of the broker', async () => {
  const run = addRun()
  await progress(run)
  const reading = read(`/api/bulk-runs/${run.id}/stream`)
  await eventually(async () => (await read(`/api/bulk-runs/${run.id}/stream`, { most: 1 })).length === 1)
  await nats.kill()
  await nats.start()
  await eventually(async () => (await bus.check()) === null)
  await progress(run)
  await finish(run)
  expect((await reading).map((event) => event.type).slice(-3)).toEqual(['run.progress', 'run.finished', 'end'])
})
