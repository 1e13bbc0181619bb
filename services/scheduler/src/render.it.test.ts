import type { FetchTask } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ledgersBalance } from './testing/database.ts'
import { makeFakeExporter } from './testing/fake-exporter.ts'
import { type Answer, makeFakeFetcher, page } from './testing/fake-fetcher.ts'
import { testCatalogue, testSite } from './testing/fixtures.ts'
import { startTestMesh, type TestMesh } from './testing/mesh.ts'

const auto = { policy: 'fast', sitemaps: [], render: 'auto' }
const catalogue = testCatalogue(
  [
    testSite('app', auto),
    testSite('mixed', auto),
    testSite('lonely', auto),
    testSite('forced', { policy: 'fast', render: 'browser' }),
  ],
  { fast: { ratePerSecond: 5_000, concurrency: 50, burst: 50 } },
)

const shells: Record<string, (path: string) => boolean> = {
  'app.test': () => true,
  'lonely.test': () => true,
  // Behind the twentieth page: a locator of stores.
  'mixed.test': (path) => path === '/20/stores',
  'forced.test': () => true,
}

/** Each page but a shell that nothing has filled leads to the next; the home page of `mixed` to forty. */
function web(task: FetchTask): Answer {
  const { hostname, pathname } = new URL(task.url)
  if (task.kind === 'sitemap') return { outcome: { outcome: 'failed', reason: 'http-404', status: 404 } }
  if (task.kind !== 'page') return {}
  const isShell = task.pool === 'http' && shells[hostname]!(pathname)
  if (isShell && task.lookForShell === true)
    return {
      outcome: { outcome: 'deferred', reason: 'needs-browser', retryAtMs: Date.now(), countsAsFailure: false },
    }
  if (isShell) return {}
  const to = (path: string) => page(new URL(path, task.url).href, { depth: task.depth + 1 })
  if (hostname === 'mixed.test') {
    if (pathname === '/') return { found: Array.from({ length: 40 }, (_, i) => to(`/${i}`)) }
    return pathname === '/20' ? { found: [to('/20/stores')] } : {}
  }
  return task.depth < 9 ? { found: [to(`/${task.depth}`)] } : {}
}

let mesh: TestMesh
const fetched: FetchTask[] = []
const fetcher = (pool: 'http' | 'browser') =>
  makeFakeFetcher(
    mesh.bus,
    (task) => {
      fetched.push(task)
      return web(task)
    },
    undefined,
    pool,
  )

beforeAll(async () => {
  mesh = await startTestMesh({ BROWSER_WAIT: '1s' })
  await mesh.startScheduler(catalogue)
  await mesh.start(fetcher('http'), makeFakeExporter(mesh.bus))
})
beforeEach(() => void fetched.splice(0))
afterAll(() => mesh.close())

async function run(site: string) {
  const { id } = await mesh.createRun({ sites: [site] })
  expect(await mesh.ended(id)).toMatchObject({ status: 'completed' })
  const [siteRun] = await mesh.siteRuns(id)
  expect(await ledgersBalance(mesh.database)).toBe(true)
  const renders = await eventually(async () => {
    const events = await mesh.events(id)
    expect(events.map((event) => event.type)).toContain('run.finished')
    return events.filter((event) => event.type === 'site.render').map(({ level, data }) => ({ level, ...data }))
  })
  const asked = (pool: string) => fetched.filter((task) => task.pool === pool).map((task) => task.kind)
  return { siteRun, renders, http: asked('http'), browser: asked('browser') }
}

test('where no fetcher has a browser, shells are taken as they are once the wait is over, with a warning', async () => {
  const { siteRun, renders, http } = await run('lonely')
  expect(siteRun).toMatchObject({ counts: { discovered: 1, ok: 1, failed: 0 }, reasons: {} })
  expect(renders).toEqual([{ level: 'warn', from: 'browser', to: 'http', reason: 'no-browser-fetcher' }])
  expect(http).toEqual(['robots', 'page', 'page'])
})

test('a site whose home page is a shell goes over to the browser, and its next run begins there', async () => {
  await mesh.start(fetcher('browser'))
  const first = await run('app')
  expect(first.siteRun).toMatchObject({ counts: { discovered: 10, ok: 10 } })
  expect(first.renders).toEqual([{ level: 'info', from: 'http', to: 'browser', reason: 'needs-browser' }])
  expect(first.http).toEqual(['robots', 'page'])
  expect(first.browser).toEqual(Array.from({ length: 10 }, () => 'page'))

  fetched.splice(0)
  const second = await run('app')
  expect(second.siteRun).toMatchObject({ counts: { discovered: 10, ok: 10 } })
  expect(second.renders).toEqual([{ level: 'info', from: 'http', to: 'browser', reason: 'remembered' }])
  expect(second.http).toEqual(['robots'])
})

test('a shell among many pages goes there alone', async () => {
  const { siteRun, renders, http, browser } = await run('mixed')
  expect(siteRun).toMatchObject({ counts: { discovered: 42, ok: 42 } })
  expect(renders).toEqual([])
  expect(http.filter((kind) => kind === 'page')).toHaveLength(42)
  expect(browser).toEqual(['page'])
})

test('of a site that is rendered, files are read as they are sent', async () => {
  const { siteRun, http, browser } = await run('forced')
  expect(siteRun).toMatchObject({ counts: { discovered: 10, ok: 10 } })
  expect(http.sort()).toEqual(['robots', 'sitemap'])
  expect(new Set(browser)).toEqual(new Set(['page']))
})
