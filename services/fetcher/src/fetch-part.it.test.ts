import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ArtifactStore, makeObjectStore } from '@seine/artifacts'
import { type Bus, connectBus, provision } from '@seine/bus'
import {
  buckets,
  type Discovered,
  type FetchTask,
  fetchTask,
  hostKey,
  newId,
  type PageResult,
  pagesFolder,
  planKey,
  policySchema,
  type RunFlag,
  type SiteRunFlag,
  siteSchema,
  urlIdOf,
} from '@seine/contracts'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { readPage, readPages } from '@seine/pages'
import { createLogger } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeFetchPart } from './fetch-part.ts'
import { pagesInTests } from './stored/testing.ts'

type Route = (request: IncomingMessage, response: ServerResponse) => void

const log = createLogger('test', { level: 'error' })
const stopping = new AbortController()
let nats: TestNats
let bus: Bus
let port = 0
let stopAll: () => Promise<void>
let store: ArtifactStore
const requests: { host: string; path: string; atMs: number; headers: IncomingMessage['headers'] }[] = []
const routes = new Map<string, Route>()

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, log)
  await provision(bus, { replicas: 1 })
  const web = createServer((request, response) => {
    const { host = '', ...headers } = request.headers
    requests.push({ host, path: request.url ?? '', atMs: Date.now(), headers })
    const route = routes.get(`${host.split(':')[0]}${request.url}`)
    if (route) return route(request, response)
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  port = (web.address() as AddressInfo).port
  const http = makeHttpClient({
    guard: makeAddressGuard({ allowedPrivate: ['127.0.0.0/8'] }),
    hostOverrides: { '*.test': '127.0.0.1' },
  })
  store = await makeObjectStore(bus.nc)
  const pages = await pagesInTests(store)
  const options = {
    bus,
    http,
    pool: 'http' as const,
    browsers: null,
    maxInFlight: 32,
    pages,
    stop: stopping.signal,
    log,
  }
  const { parts, flush } = await makeFetchPart(options)
  for (const part of parts) await part.start((error) => log.error('part failed', { error }))
  stopAll = async () => {
    await Promise.all(parts.map((part) => part.stop()))
    await flush()
    stopping.abort()
    await http.close()
    await bus[Symbol.asyncDispose]()
    web.close()
    await nats.stop()
  }
})

afterAll(() => stopAll())

beforeEach(() => {
  routes.clear()
  requests.length = 0
})

const html =
  (body: string, headers: Record<string, string> = {}): Route =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)

const answer =
  (status: number, headers: Record<string, string> = {}, body = ''): Route =>
  (_request, response) =>
    response.writeHead(status, headers).end(body)

/** A site run with a host of its own, so that no test meets another's clock or robots.txt. */
async function siteRun(policy: Record<string, unknown> = {}, site: Record<string, unknown> = {}) {
  const runId = newId()
  const host = `s${runId.slice(-12)}.test`
  const origin = `http://${host}:${port}`
  const plan = {
    runId,
    site: siteSchema.parse({ name: 'shop', startUrls: [`${origin}/`], ...site }),
    policy: policySchema.parse({ ratePerSecond: 500, burst: 10, concurrency: 10, ...policy }),
    maxPages: null,
  }
  await (await bus.bucket(buckets.plans)).put(planKey(runId, 'shop'), plan)

  async function send(path: string, task: Partial<FetchTask> = {}): Promise<string> {
    const url = `${origin}${path}`
    const urlId = urlIdOf(runId, 'shop', url)
    const whole: FetchTask = {
      ...{ urlId, runId, site: 'shop', kind: 'page', url, pool: 'http' },
      ...{ attempt: 1, failures: 0, depth: 0, redirects: 0, correlationId: 'c' },
      ...task,
    }
    await bus.publish(fetchTask, whole)
    return urlId
  }

  async function read<T>(subject: string): Promise<T[]> {
    const found: T[] = []
    for await (const message of bus.replay(subject, { stream: 'RESULTS' }))
      found.push(JSON.parse(new TextDecoder().decode(message.data)))
    return found
  }

  const found = async () =>
    (await read<Discovered>(`result.discovered.${runId}.shop`)).flatMap(({ urls }) => urls.map(({ url }) => url))
  const resultOf = (urlId: string, attempt = 1, site = 'shop') =>
    eventually(async () => {
      const results = await read<PageResult>(`result.page.${runId}.${site}`)
      const matching = results.filter(({ outcome: o }) => o.urlId === urlId && o.attempt === attempt)
      expect(matching).toHaveLength(1)
      return matching[0] as PageResult
    })
  const serve = (path: string, route: Route) => routes.set(`${host}${path}`, route)
  return { runId, host, origin, send, serve, found, resultOf }
}

describe('a page', () => {
  it('gives a record and its links, each published once however many pages have it', async () => {
    const { origin, send, serve, resultOf, found } = await siteRun()
    serve('/', html('<title>Home</title><a href="/a#x">A</a><a href="http://other.test/">B</a><a href="/a">A</a>'))
    serve('/b', html('<title>B</title><a href="/a">A</a><a href="/c">C</a>'))
    // News of the plan may reach the fetcher after its first task, and makes it forget what it has published.
    await resultOf(await send('/first'))
    const home = await resultOf(await send('/'))
    expect(home.outcome).toMatchObject({ outcome: 'ok', status: 200, announcedBatches: 1, reason: '' })
    expect(home.record).toMatchObject({ status: 200, depth: 0, seo: { title: 'Home' } })
    const second = await resultOf(await send('/b', { depth: 1 }))
    expect(second.outcome.announcedBatches).toBe(1)
    expect(await found()).toEqual([`${origin}/a`, `${origin}/c`])
    const again = await resultOf(await send('/b', { depth: 1, attempt: 2 }), 2)
    expect(again.outcome.announcedBatches).toBe(1)
    expect((await found()).slice(2)).toEqual([`${origin}/a`, `${origin}/c`])
  })

  it('is not followed where it redirects: the target is discovered', async () => {
    const { origin, send, serve, resultOf, found } = await siteRun()
    serve('/old', answer(301, { location: '/new' }))
    const { outcome, record } = await resultOf(await send('/old'))
    expect(outcome).toMatchObject({ outcome: 'ok', status: 301 })
    expect(record?.redirectUrl).toBe(`${origin}/new`)
    expect(await found()).toEqual([`${origin}/new`])
  })

  it('that is not there has failed, with a record', async () => {
    const { send, resultOf } = await siteRun()
    const { outcome, record } = await resultOf(await send('/gone'))
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'http-404', status: 404 })
    expect(record).toMatchObject({ status: 404, seo: null })
  })

  it('is unchanged where the host says so', async () => {
    const { send, serve, resultOf } = await siteRun()
    serve('/', (request, response) => response.writeHead(request.headers['if-none-match'] === '"1"' ? 304 : 500).end())
    const { outcome, record } = await resultOf(await send('/', { etag: '"1"' }))
    expect(outcome).toMatchObject({ outcome: 'unchanged', reason: 'not-modified', status: 304 })
    expect(record).toBeNull()
  })

  it('that is what it was last time takes its record over, unless the site is configured otherwise', async () => {
    const { send, serve, resultOf } = await siteRun()
    serve('/', html('<title>Same</title>'))
    const first = await resultOf(await send('/'))
    const { content } = first.outcome
    expect(content).toBeDefined()
    const again = await resultOf(await send('/', { attempt: 2, known: content! }), 2)
    expect(again).toMatchObject({
      outcome: { outcome: 'unchanged', reason: 'same-content', status: 200 },
      record: null,
    })
    const otherwise = { page: content!.page, extraction: 'x'.repeat(22) }
    const fresh = await resultOf(await send('/', { attempt: 3, known: otherwise, etag: '"1"' }), 3)
    expect(fresh).toMatchObject({ outcome: { outcome: 'ok', content }, record: { seo: { title: 'Same' } } })
    expect(requests.at(-1)?.headers).not.toHaveProperty('if-none-match')
    expect([first, again, fresh].map(({ outcome }) => outcome.cache)).toEqual([undefined, 'hit', 'miss'])
  })

  it('goes back with a time where the host throttles, and so does every other page of the host', async () => {
    const { runId, send, serve, resultOf } = await siteRun()
    serve('/', answer(429, { 'retry-after': '30' }))
    const first = await resultOf(await send('/'))
    expect(first.outcome).toMatchObject({ outcome: 'deferred', reason: 'rate-limited', countsAsFailure: true })
    expect(first.outcome.retryAtMs).toBeGreaterThan(Date.now() + 25_000)
    const second = await resultOf(await send('/second'))
    expect(second.outcome).toMatchObject({ outcome: 'deferred', countsAsFailure: false, status: 0 })
    expect(second.outcome.hostDueAtMs).toBeGreaterThan(Date.now() + 25_000)
    const events = bus.replay(`event.${runId}.shop.host.blocked`, { stream: 'EVENTS' })
    for await (const { data } of events)
      expect(JSON.parse(new TextDecoder().decode(data)).data).toMatchObject({ reason: 'rate-limited' })
    expect(await bus.pendingOn('EVENTS', `event.${runId}.shop.host.blocked`)).toBe(1)
  })

  it('that is a captcha has failed, whatever its status', async () => {
    const { send, serve, resultOf } = await siteRun()
    serve('/', html('<script src="https://ct.captcha-delivery.com/c.js"></script><title>shop</title>'))
    const { outcome, record } = await resultOf(await send('/'))
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'blocked-captcha', status: 200 })
    expect(record?.seo).toBeNull()
  })

  it('fails once its tries are used up, with a record of the last answer', async () => {
    const { send, serve, resultOf } = await siteRun()
    serve('/', answer(500))
    const id = await send('/', { attempt: 7, failures: 3 })
    const { outcome, record } = await resultOf(id, 7)
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'http-500', status: 500 })
    expect(record).toMatchObject({ status: 500, seo: null })
  })

  it('of a cancelled run is skipped without a request', async () => {
    const { runId, host, send, resultOf } = await siteRun()
    await (await bus.bucket<RunFlag>(buckets.runs)).put(runId, 'cancelled')
    await eventually(async () => {
      const id = await send(`/${newId()}`)
      expect((await resultOf(id)).outcome).toMatchObject({ outcome: 'skipped', reason: 'cancelled' })
    })
    const before = requests.filter((request) => request.host.startsWith(host)).length
    await resultOf(await send('/again'))
    expect(requests.filter((request) => request.host.startsWith(host))).toHaveLength(before)
  })

  it('of a plan that is gone fails and says so', async () => {
    const { send, resultOf } = await siteRun()
    const site = 'unplanned'
    const urlId = await send('/', { site })
    expect((await resultOf(urlId, 1, site)).outcome).toMatchObject({ outcome: 'failed', reason: 'no-plan' })
  })
})

describe('a site that stores its pages', () => {
  it('has what was answered in its files once nothing more of it is fetched, and is never asked conditionally', async () => {
    const { runId, send, serve, resultOf } = await siteRun({}, { storePages: true })
    serve('/', html('<title>Home</title>', { 'x-served-by': 'a', 'set-cookie': 'b=1' }))
    serve('/old', answer(301, { location: '/' }))
    const home = await resultOf(await send('/', { etag: '"1"' }))
    expect(requests.at(-1)?.headers).not.toHaveProperty('if-none-match')
    const same = await resultOf(await send('/', { attempt: 2, known: home.outcome.content! }), 2)
    expect(same.outcome).toMatchObject({ outcome: 'unchanged', reason: 'same-content' })
    const moved = await resultOf(await send('/old'))
    const gone = await resultOf(await send('/gone'))
    const names = [home, same, moved, gone].map(({ outcome }) => outcome.stored)
    expect(names[0]).toMatch(/^[0-9a-f]{8}-\d{5}\.warc\.gz$/)
    expect(new Set(names).size).toBe(1)

    const path = `${pagesFolder(runId, 'shop')}/${names[0]}`
    expect(await store.stat(path)).toBeNull()
    await (await bus.bucket<SiteRunFlag>(buckets.runs)).put(planKey(runId, 'shop'), 'fetched')
    const file = await eventually(async () => {
      const opened = await store.open(path)
      if (opened === null) throw new Error('not stored yet')
      return opened
    })
    const stored = await Array.fromAsync(readPages(file.stream, { maxPageBytes: 1_000_000 }))
    expect(stored.map(({ urlId, attempt, status, isPage }) => [urlId, attempt, status, isPage])).toEqual([
      [home.outcome.urlId, 1, 200, true],
      [home.outcome.urlId, 2, 200, true],
      [moved.outcome.urlId, 1, 301, true],
      [gone.outcome.urlId, 1, 404, false],
    ])
    expect(stored[0]).toMatchObject({
      headers: { 'content-type': 'text/html; charset=utf-8', 'x-served-by': 'a', 'set-cookie': 'b=1' },
      remoteAddress: '127.0.0.1',
    })
    expect(Buffer.from(stored[0]!.body).toString()).toBe('<title>Home</title>')
    const options = { siteHosts: new Set<string>(), fields: null, isPage: true }
    expect(readPage(stored[0]!, options).record).toEqual(home.record)
  })

  it('and others leave none', async () => {
    const { send, serve, resultOf } = await siteRun()
    serve('/', html('<title>Home</title>'))
    expect((await resultOf(await send('/'))).outcome).not.toHaveProperty('stored')
  })
})

describe('robots.txt', () => {
  it('is fetched once, keeps us out, and names sitemaps', async () => {
    const { origin, host, send, serve, resultOf, found } = await siteRun()
    serve('/robots.txt', answer(200, {}, 'User-agent: *\nDisallow: /private\nSitemap: /map.xml\n'))
    serve('/', html('home'))
    const preflight = await resultOf(await send('/robots.txt', { kind: 'robots' }))
    expect(preflight.outcome).toMatchObject({ outcome: 'ok', announcedBatches: 1 })
    expect(await found()).toEqual([`${origin}/map.xml`])
    const paths = ['/private/a', '/private/b', '/private/c']
    for (const path of paths)
      expect((await resultOf(await send(path))).outcome).toMatchObject({ outcome: 'skipped', reason: 'robots' })
    const asked = requests.filter((request) => request.host.startsWith(host)).map(({ path }) => path)
    expect(asked).toEqual(['/robots.txt', '/'])
  })

  it('that cannot be read keeps the site waiting (RFC 9309 §2.3.1.4)', async () => {
    const { host, send, serve, resultOf } = await siteRun()
    serve('/robots.txt', answer(500))
    serve('/', html('home'))
    const { outcome } = await resultOf(await send('/'))
    expect(outcome).toMatchObject({ outcome: 'deferred', reason: 'robots-http-500', countsAsFailure: true })
    expect(requests.filter((r) => r.host.startsWith(host) && r.path === '/')).toEqual([])
  })

  it('that is all noise is read like any other, and shared', async () => {
    const { host, send, serve, resultOf } = await siteRun()
    const noise = Buffer.concat([Buffer.from('User-agent: *\nDisallow: /b\n'), Buffer.alloc(600_000, '\0\u0001\u00ff')])
    serve('/robots.txt', (_request, response) => response.writeHead(200).end(noise))
    serve('/', html('home'))
    expect((await resultOf(await send('/'))).outcome).toMatchObject({ outcome: 'ok' })
    expect((await resultOf(await send('/b'))).outcome).toMatchObject({ outcome: 'skipped', reason: 'robots' })
    const entry = await (await bus.bucket<{ state: string }>(buckets.robots)).get(hostKey(`${host}:${port}`))
    expect(entry?.value.state).toBe('known')
  })

  it('is not obeyed where the policy has a reason', async () => {
    const { send, serve, resultOf } = await siteRun({ respectRobots: false, robotsOverrideReason: 'our own shop' })
    serve('/robots.txt', answer(200, {}, 'User-agent: *\nDisallow: /\n'))
    serve('/', html('home'))
    expect((await resultOf(await send('/'))).outcome).toMatchObject({ outcome: 'ok', status: 200 })
  })
})

describe('preflight', () => {
  it('fails a site that resolves to nothing', async () => {
    const { send, resultOf } = await siteRun()
    const url = 'http://nowhere.invalid/robots.txt'
    const { outcome } = await resultOf(await send('/robots.txt', { kind: 'robots', url }))
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'robots-dns-not-found' })
    expect(outcome.detail).toContain('nowhere.invalid')
  })

  it('fails a site at an address that is not public', async () => {
    const { send, resultOf } = await siteRun()
    const url = 'http://10.0.0.1/robots.txt'
    const { outcome } = await resultOf(await send('/robots.txt', { kind: 'robots', url }))
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'robots-address-blocked' })
  })
})

describe('a sitemap', () => {
  it('is announced in batches that the ledger can count', async () => {
    const { origin, send, serve, resultOf, found } = await siteRun()
    const locs = Array.from({ length: 1_000 }, (_, i) => `<url><loc>${origin}/p${i}</loc></url>`).join('')
    serve('/map.xml', answer(200, { 'content-type': 'text/xml' }, `<urlset>${locs}</urlset>`))
    const { outcome } = await resultOf(await send('/map.xml', { kind: 'sitemap' }))
    expect(outcome).toMatchObject({ outcome: 'ok', announcedBatches: 3 })
    expect(new Set(await found()).size).toBe(1_000)
  })

  it('that is none has failed', async () => {
    const { send, serve, resultOf } = await siteRun()
    serve('/map.xml', answer(200, { 'content-type': 'application/xml' }, '<rates><rate>1</rate></rates>'))
    const { outcome } = await resultOf(await send('/map.xml', { kind: 'sitemap' }))
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'not-a-sitemap' })
  })

  it('that is a page has failed', async () => {
    const { send, serve, resultOf } = await siteRun()
    serve('/map.xml', html('<!doctype html><html><body>Not found</body></html>'))
    const { outcome } = await resultOf(await send('/map.xml', { kind: 'sitemap' }))
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'sitemap-is-html' })
  })

  it('that never ends is read to its limit', async () => {
    const { origin, send, serve, resultOf } = await siteRun({ limits: { maxSitemapUrls: 100 } })
    serve('/map.xml', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' }).write('<urlset>')
      const more = () => {
        while (!response.destroyed && response.write(`<url><loc>${origin}/x</loc></url>`.repeat(100)));
      }
      response.on('drain', more)
      more()
    })
    const { outcome } = await resultOf(await send('/map.xml', { kind: 'sitemap' }))
    expect(outcome).toMatchObject({ outcome: 'ok', reason: 'sitemap-truncated' })
  })
})

describe('a host', () => {
  it('is asked for what its pace allows within a second; the rest goes back to the frontier', async () => {
    const { host, send, serve, resultOf } = await siteRun({ ratePerSecond: 10, burst: 1 })
    for (let i = 0; i < 20; i++) serve(`/${i}`, html('page'))
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => (await resultOf(await send(`/${i}`))).outcome),
    )
    const asked = requests.filter((request) => request.host.startsWith(host) && request.path !== '/robots.txt')
    expect(asked).toHaveLength(results.filter(({ outcome }) => outcome === 'ok').length)
    const deferred = results.filter(({ outcome }) => outcome === 'deferred')
    expect(deferred.length).toBeGreaterThan(5)
    expect(deferred.every(({ reason, countsAsFailure }) => reason === 'no-slot' && countsAsFailure === false)).toBe(
      true,
    )
  })

  it('has no more requests open than its concurrency, however many tasks of it are sent', async () => {
    const { send, serve, resultOf } = await siteRun({ ratePerSecond: 100, burst: 10, concurrency: 2 })
    let open = 0
    let most = 0
    const slowly: Route = (_request, response) => {
      most = Math.max(most, ++open)
      setTimeout(() => {
        open--
        response.writeHead(200, { 'content-type': 'text/html' }).end('page')
      }, 100)
    }
    for (let i = 0; i < 8; i++) serve(`/${i}`, slowly)
    const results = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => (await resultOf(await send(`/${i}`))).outcome),
    )
    expect(most).toBe(2)
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'ok'))
  })
})
