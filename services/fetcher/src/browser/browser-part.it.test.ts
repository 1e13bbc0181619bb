import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Bus, connectBus, provision } from '@seine/bus'
import {
  buckets,
  type FetchTask,
  fetchTask,
  newId,
  type PageResult,
  planKey,
  policySchema,
  siteSchema,
  urlIdOf,
} from '@seine/contracts'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { createLogger } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFetchPart } from '../fetch-part.ts'
import { pagesInTests } from '../stored/testing.ts'
import { makeBrowsers } from './browsers.ts'
import { chromiumHere } from './testing/rendering.ts'

const title = chromiumHere ? 'the browser pool' : 'the browser pool (skipped: no Chromium on PATH or in CHROMIUM_PATH)'
const log = createLogger('test', { level: 'error' })
const scripts = Array.from({ length: 6 }, (_, i) => `/s${i}.js`)
const files: Record<string, string> = {
  '/robots.txt': 'User-agent: *\nDisallow: /private\nSitemap: /map.xml\n',
  '/map.xml': '<urlset><url><loc>/a</loc></url></urlset>',
  '/': `<title>shell</title><div id="root"></div>${[...scripts, '/private.js', '/late.js']
    .map((src) => `<script src="${src}"></script>`)
    .join('')}`,
  '/private.js': `document.title = 'private'`,
  '/late.js': `document.getElementById('root').innerHTML = '<h1>Boots</h1>'`,
}

describe.skipIf(!chromiumHere)(title, () => {
  let nats: TestNats
  let bus: Bus
  let origin: string
  let stopAll: () => Promise<void>
  const requests: { path: string; atMs: number }[] = []

  beforeAll(async () => {
    nats = await startNats()
    bus = await connectBus({ servers: nats.servers, name: 'test' }, log)
    await provision(bus, { replicas: 1 })
    const web = createServer((request, response) => {
      const path = request.url ?? ''
      requests.push({ path, atMs: performance.now() })
      const type = path.endsWith('.js') ? 'text/javascript' : path.endsWith('.xml') ? 'text/xml' : 'text/html'
      response.writeHead(200, { 'content-type': type }).end(files[path] ?? '')
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    origin = `http://shop.test:${(web.address() as AddressInfo).port}`
    const http = makeHttpClient({
      guard: makeAddressGuard({ allowedPrivate: ['127.0.0.0/8'] }),
      hostOverrides: { '*.test': '127.0.0.1' },
    })
    const browsers = makeBrowsers(
      {
        ...{ CHROMIUM_PATH: process.env.CHROMIUM_PATH, PATH: process.env.PATH ?? '', BROWSER_MAX_PAGES: 100 },
        ...{ BROWSER_MAX_MEMORY_MB: 2_000, BROWSER_MAX_PAGE_MEMORY_MB: 384, BROWSER_CACHE_MB: 16 },
      },
      log,
    )
    const stopping = new AbortController()
    const { parts, flush } = await makeFetchPart({
      ...{ bus, http, pool: 'browser', browsers, maxInFlight: 2, stop: stopping.signal, log },
      pages: await pagesInTests(),
    })
    for (const part of parts) await part.start((error) => log.error('part failed', { error }))
    stopAll = async () => {
      await Promise.all(parts.map((part) => part.stop()))
      await flush()
      stopping.abort()
      await browsers.pool.close()
      await http.close()
      await bus[Symbol.asyncDispose]()
      web.closeAllConnections()
      web.close()
      await nats.stop()
    }
  })

  afterAll(() => stopAll())

  it('renders pages and reads sitemaps, and keeps robots.txt and the pace of the host for all a page loads', async () => {
    const runId = newId()
    const plan = {
      runId,
      site: siteSchema.parse({ name: 'shop', startUrls: [`${origin}/`] }),
      policy: policySchema.parse({ ratePerSecond: 10, burst: 1 }),
      maxPages: null,
    }
    await (await bus.bucket(buckets.plans)).put(planKey(runId, 'shop'), plan)
    async function send(path: string, kind: FetchTask['kind']): Promise<PageResult> {
      const url = `${origin}${path}`
      const urlId = urlIdOf(runId, 'shop', url)
      await bus.publish(fetchTask, {
        ...{ urlId, runId, site: 'shop', kind, url, pool: 'browser', attempt: 1, failures: 0 },
        ...{ depth: 0, redirects: 0, correlationId: 'c' },
      })
      return eventually(async () => {
        for await (const { data } of bus.replay(`result.page.${runId}.shop`, { stream: 'RESULTS' })) {
          const result = JSON.parse(new TextDecoder().decode(data)) as PageResult
          if (result.outcome.urlId === urlId) return result
        }
        throw new Error('no result yet')
      })
    }

    const rendered = await send('/', 'page')
    expect(rendered.outcome).toMatchObject({ outcome: 'ok', status: 200 })
    expect(rendered.record?.seo).toMatchObject({ title: 'shell', h1: ['Boots'] })
    expect((await send('/map.xml', 'sitemap')).outcome).toMatchObject({ outcome: 'ok', announcedBatches: 1 })

    expect(requests.map(({ path }) => path)).toEqual(['/robots.txt', '/', ...scripts, '/late.js', '/map.xml'])
    // One slot each, 100 ms apart; a busy machine may send one of them a little late.
    const [first, last] = [requests[0]?.atMs ?? 0, requests.at(-1)?.atMs ?? 0]
    expect(last - first).toBeGreaterThan(100 * (requests.length - 2))
  })
})
