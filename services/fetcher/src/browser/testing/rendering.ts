import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Discovered, type FetchTask, newId, policySchema, siteSchema, urlIdOf } from '@seine/contracts'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { createLogger } from '@seine/runtime'
import type { HostGate } from '../../host-gate.ts'
import { loadedPlanOf } from '../../plans.ts'
import type { RobotsOf } from '../../robots-of.ts'
import type { BrowserPool } from '../browser-pool.ts'
import { type BrowserSettings, makeBrowsers } from '../browsers.ts'
import { makeFetchRenderedPage } from '../fetch-rendered-page.ts'
import { findChromium } from '../find-chromium.ts'
import { type RenderLimits, renderLimits } from '../render-page.ts'

export type Route = (request: IncomingMessage, response: ServerResponse) => void

/** Whether these tests can run here; said in the name of what is skipped. */
export const chromiumHere = ((): boolean => {
  try {
    findChromium({ chromiumPath: process.env.CHROMIUM_PATH, searchPath: process.env.PATH ?? '' })
    return true
  } catch {
    return false
  }
})()

export const html =
  (body: string, headers: Record<string, string> = {}): Route =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)

export const script =
  (body: string, headers: Record<string, string> = {}): Route =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/javascript', ...headers }).end(body)

/** The browser pool's page handler on real browsers and a local web server; host clock and robots.txt are stand-ins. */
export async function startRendering(
  settings: Partial<BrowserSettings> = {},
  limits: Partial<RenderLimits> = {},
  around: (pool: BrowserPool) => BrowserPool = (pool) => pool,
) {
  const log = createLogger('test', { level: process.env.LOG_LEVEL === 'debug' ? 'debug' : 'error' })
  const routes = new Map<string, Route>()
  const requests: { host: string; path: string; headers: IncomingMessage['headers'] }[] = []
  const web = createServer((request, response) => {
    const host = (request.headers.host ?? '').split(':')[0] ?? ''
    requests.push({ host, path: request.url ?? '', headers: request.headers })
    const route = routes.get(`${host}${request.url}`) ?? routes.get(request.url ?? '')
    if (route) return route(request, response)
    response.writeHead(404).end()
  })
  web.on('upgrade', (request, socket) => {
    requests.push({ host: '', path: request.url ?? '', headers: request.headers })
    socket.destroy()
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const { port } = web.address() as AddressInfo
  const http = makeHttpClient({
    guard: makeAddressGuard({ allowedPrivate: ['127.0.0.1'] }),
    hostOverrides: { '*.test': '127.0.0.1', 'inside.test': '127.0.0.2' },
  })
  const made = makeBrowsers(
    {
      CHROMIUM_PATH: process.env.CHROMIUM_PATH,
      PATH: process.env.PATH ?? '',
      BROWSER_MAX_PAGES: 200,
      BROWSER_MAX_MEMORY_MB: 2_000,
      BROWSER_MAX_PAGE_MEMORY_MB: 384,
      BROWSER_CACHE_MB: 16,
      ...settings,
    },
    log,
    { ...renderLimits, quietMs: 150, ...limits },
  )
  const browsers = { ...made, pool: around(made.pool) }

  const slots: string[] = []
  const gate: HostGate = {
    async acquire(host) {
      slots.push(host)
      return { kind: 'go', startedAtMs: Date.now(), hostDueAtMs: Date.now(), letGo: () => {} }
    },
    report: () => {},
    flush: async () => {},
  }
  const disallowed = new Set<string>()
  const robotsOf: RobotsOf = async () => ({
    kind: 'rules',
    pace: { ratePerSecond: 100, burst: 10, concurrency: 1, requestMs: 10_000 },
    sitemaps: [],
    isAllowed: (url) => !disallowed.has(new URL(url).pathname),
  })
  const found: string[] = []
  const bus = {
    publish: async (_definition: unknown, message: unknown) => {
      found.push(...(message as Discovered).urls.map(({ url }) => url))
    },
  }
  const fetchPage = makeFetchRenderedPage({
    ...{ http, gate, robotsOf, bus, browsers, log },
    nowMs: Date.now,
    random: () => 0.5,
    pageFiles: { add: async () => null },
  })

  const origin = `http://shop.test:${port}`
  const runId = newId()
  const site = siteSchema.parse({ name: 'shop', startUrls: [`${origin}/`] })

  function render(path: string, policy: Record<string, unknown> = {}, task: Partial<FetchTask> = {}) {
    const url = path.startsWith('http') ? path : `${origin}${path}`
    const plan = { runId, site, policy: policySchema.parse({ concurrency: 4, ...policy }), maxPages: null }
    const whole: FetchTask = {
      ...{ urlId: urlIdOf(runId, 'shop', url), runId, site: 'shop', kind: 'page', url, pool: 'browser' },
      ...{ attempt: 1, failures: 0, depth: 0, redirects: 0, correlationId: 'c', ...task },
    }
    return fetchPage(whole, loadedPlanOf(plan))
  }

  return {
    ...{ render, origin, port, requests, slots, disallowed, found, browsers },
    serve: (path: string, route: Route) => routes.set(path, route),
    asked: (path: string) => requests.filter((request) => request.path === path).length,
    clear() {
      for (const list of [requests, slots, found]) list.length = 0
      routes.clear()
      disallowed.clear()
    },
    async stop() {
      await browsers.pool.close()
      await http.close()
      web.closeAllConnections()
      await new Promise((resolve) => web.close(resolve))
    },
  }
}
