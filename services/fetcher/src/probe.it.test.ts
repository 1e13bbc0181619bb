import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Bus, connectBus, provision } from '@seine/bus'
import { buckets, fetcherRpc, hostKey, newId, type ProbeHop, policySchema, siteSchema } from '@seine/contracts'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { forceHost } from '@seine/politeness'
import { type Part, silentLogger, systemClock } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAsk } from './ask.ts'
import { makeHostGate } from './host-gate.ts'
import { makeProbe, maxProbesAtOnce } from './probe.ts'
import { makeRobotsOf } from './robots-of.ts'

let nats: TestNats
let bus: Bus
let part: Part
let port = 0
const hits: { host: string; path: string; atMs: number }[] = []
const routes = new Map<string, (response: ServerResponse) => void>()
const closing: (() => unknown)[] = []

beforeAll(async () => {
  nats = await startNats()
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  const web = createServer((request, response) => {
    const host = request.headers.host?.split(':')[0] ?? ''
    const path = request.url ?? ''
    hits.push({ host, path, atMs: Date.now() })
    const route = routes.get(host + path)
    if (route) route(response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  port = (web.address() as AddressInfo).port
  const http = makeHttpClient({
    guard: makeAddressGuard({ allowedPrivate: ['127.0.0.0/8'] }),
    hostOverrides: { '*.test': '127.0.0.1', 'inside.test': '10.0.0.1' },
  })
  const { nowMs } = bus
  const gate = makeHostGate({ bucket: await bus.bucket(buckets.hosts), nowMs, clock: systemClock, log: silentLogger })
  const ask = makeAsk({ http, gate, nowMs, random: Math.random })
  const robotsOf = makeRobotsOf({ bucket: await bus.bucket(buckets.robots), ask, nowMs })
  part = bus.serve(fetcherRpc.probe, makeProbe({ ask, robotsOf, nowMs, sleep: systemClock.sleep }))
  await part.start(() => {})
  closing.push(
    () => part.stop(),
    () => http.close(),
    () => bus[Symbol.asyncDispose](),
    () => web.close(),
    () => nats.stop(),
  )
})
afterAll(async () => {
  for (const close of closing) await close()
})

/** A site with a host of its own, so that no test meets another's clock or robots.txt. */
function newSite(policy: Record<string, unknown> = {}, site: Record<string, unknown> = {}) {
  const host = `s${newId().slice(-12)}.test`
  const origin = `http://${host}:${port}`
  const request = {
    site: siteSchema.parse({ name: 'shop', startUrls: [`${origin}/`], ...site }),
    policy: policySchema.parse({ ratePerSecond: 500, burst: 10, ...policy }),
  }
  return {
    host,
    origin,
    serve: (path: string, route: (response: ServerResponse) => void) => routes.set(host + path, route),
    page: (path: string, body: string) =>
      routes.set(host + path, (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(body)),
    probe: (path: string, maxMs = 5_000): Promise<ProbeHop> =>
      bus.call(fetcherRpc.probe, { ...request, url: origin + path, maxMs }, { timeoutMs: maxMs + 2_000 }),
    hits: () => hits.filter((hit) => hit.host === host).map((hit) => hit.path),
  }
}

test('a page is shown with its answer, what extraction and selectors made of it, and what robots.txt says', async () => {
  const fields = [
    { name: 'price', css: '.price', type: 'price' },
    { name: 'broken', css: 'a[' },
  ]
  const { page, serve, probe, hits: asked } = newSite({}, { fields })
  serve('/robots.txt', (response) =>
    response.end('User-agent: *\nDisallow: /private\nSitemap: /s.xml\nCrawl-delay: 0.01'),
  )
  page('/p', '<title>Red</title><b class=price>49,90 €</b><a href=/x>x</a>')
  const hop = await probe('/p')
  expect(hop).toMatchObject({
    verdict: 'fetched',
    reason: '',
    robots: { isObeyed: true, isAllowed: true, crawlDelayMs: 10, sitemaps: 1 },
    answer: { status: 200, headers: { 'content-type': 'text/html' }, redirectUrl: null, remoteAddress: '127.0.0.1' },
    page: {
      seo: { title: 'Red' },
      links: { total: 1, internal: 1 },
      fields: [
        { name: 'price', value: 49.9, matches: 1, samples: ['49,90 €'], problem: null },
        { name: 'broken', value: null, problem: expect.any(String) },
      ],
    },
  })
  expect(asked()).toEqual(['/robots.txt', '/p'])
})

test('robots.txt is obeyed, and what it keeps away is not asked for', async () => {
  const { serve, probe, hits: asked } = newSite()
  serve('/robots.txt', (response) => response.end('User-agent: *\nDisallow: /private'))
  expect(await probe('/private')).toMatchObject({ verdict: 'robots', robots: { isAllowed: false }, answer: null })
  expect(asked()).toEqual(['/robots.txt'])
})

test('a policy that does not obey robots.txt says so and does not ask for it', async () => {
  const { page, probe, hits: asked } = newSite({ respectRobots: false, robotsOverrideReason: 'they agreed' })
  page('/p', 'x')
  expect(await probe('/p')).toMatchObject({ verdict: 'fetched', robots: { isObeyed: false, isAllowed: true } })
  expect(asked()).toEqual(['/p'])
})

test('errors and redirects are answers, seen once and not tried again', async () => {
  const { origin, serve, probe, hits: asked } = newSite()
  serve('/500', (response) => response.writeHead(500).end('broken'))
  serve('/old', (response) => response.writeHead(301, { location: '/new' }).end())
  expect(await probe('/500')).toMatchObject({
    verdict: 'fetched',
    reason: 'http-500',
    answer: { status: 500 },
    page: null,
  })
  expect(await probe('/old')).toMatchObject({ answer: { status: 301, redirectUrl: `${origin}/new` }, page: null })
  expect(asked()).toEqual(['/robots.txt', '/500', '/old'])
})

test('the host’s clock is kept by probes as by tasks', async () => {
  const { page, probe, host } = newSite({
    ratePerSecond: 4,
    burst: 1,
    respectRobots: false,
    robotsOverrideReason: 'test',
  })
  page('/p', 'x')
  await Promise.all([probe('/p'), probe('/p'), probe('/p')])
  const at = hits.filter((hit) => hit.host === host).map((hit) => hit.atMs)
  expect(at).toHaveLength(3)
  expect(at[2]! - at[0]!).toBeGreaterThanOrEqual(490)
})

test('a host that is left alone is told as busy with the reason, and not asked', async () => {
  const { host, probe, hits: asked } = newSite()
  const forced = forceHost(null, 'open', 'they asked us to stop', bus.nowMs())
  await (await bus.bucket<unknown>(buckets.hosts)).put(hostKey(`${host}:${port}`), forced)
  expect(await probe('/p', 1_000)).toMatchObject({ verdict: 'busy', reason: 'breaker-forced-open', answer: null })
  expect(asked()).toEqual([])
})

test('an address that is not public is refused by the guard', async () => {
  const site = siteSchema.parse({ name: 'inside', startUrls: ['http://inside.test/'] })
  const policy = policySchema.parse({ respectRobots: false, robotsOverrideReason: 'test' })
  const hop = await bus.call(fetcherRpc.probe, { site, policy, url: 'http://inside.test/', maxMs: 3_000 })
  expect(hop).toMatchObject({ verdict: 'failed', answer: null })
  expect(hop.detail).toMatch(/10\.0\.0\.1|private|public/)
})

test('a page that takes too long is given up in time', async () => {
  const { serve, probe } = newSite({ respectRobots: false, robotsOverrideReason: 'test' })
  serve('/slow', () => {})
  const startedMs = performance.now()
  expect(await probe('/slow', 600)).toMatchObject({ verdict: 'failed', reason: 'took-too-long' })
  expect(performance.now() - startedMs).toBeLessThan(2_000)
})

test('over so many probes at once the next is unavailable', async () => {
  const waiting: ServerResponse[] = []
  const { serve, probe } = newSite({ respectRobots: false, robotsOverrideReason: 'test', burst: 20, concurrency: 20 })
  serve('/p', (response) => void waiting.push(response))
  const probes = Array.from({ length: maxProbesAtOnce + 1 }, () =>
    probe('/p', 3_000).then(
      (hop) => hop.verdict,
      (error: { code: string }) => error.code,
    ),
  )
  const first = await Promise.race(probes)
  expect(first).toBe('unavailable')
  const releasing = setInterval(() => {
    for (const response of waiting.splice(0)) response.end('x')
  }, 20)
  const verdicts = await Promise.all(probes)
  clearInterval(releasing)
  expect(verdicts.filter((verdict) => verdict === 'fetched')).toHaveLength(maxProbesAtOnce)
})
