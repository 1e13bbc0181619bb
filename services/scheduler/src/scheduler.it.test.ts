import { type FetchTask, schedulerRpc } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFakeExporter } from './testing/fake-exporter.ts'
import { type Answer, makeFakeFetcher, page, sitemap } from './testing/fake-fetcher.ts'
import { testCatalogue, testSite } from './testing/fixtures.ts'
import { startTestMesh, type TestMesh } from './testing/mesh.ts'

const fast = { ratePerSecond: 1_000, concurrency: 50, burst: 50 }
const catalogue = testCatalogue(
  [
    testSite('lamps', { policy: 'fast' }),
    testSite('books', { policy: 'fast', followLinks: false }),
    testSite('gone', { policy: 'fast' }),
  ],
  { fast },
)

/** Lamps: links of a tree. Books: one sitemap of 1,000 pages. Gone: its name does not resolve. */
function web(task: FetchTask): Answer {
  const { hostname, pathname } = new URL(task.url)
  if (hostname === 'gone.test')
    return { outcome: { outcome: 'failed', reason: 'dns-not-found', detail: 'gone.test does not resolve', status: 0 } }
  if (task.kind === 'robots')
    return hostname === 'books.test' ? { found: [sitemap('https://books.test/sitemap.xml')] } : {}
  if (task.kind === 'sitemap') {
    if (hostname !== 'books.test') return { outcome: { outcome: 'failed', reason: 'http-404', status: 404 } }
    const urls = Array.from({ length: 1_000 }, (_, i) =>
      page(`https://books.test/book-${i}`, { source: 'sitemap', depth: 0 }),
    )
    return { found: urls }
  }
  if (hostname === 'books.test') return {}
  const depth = pathname.split('/').filter(Boolean).length
  if (depth > 2) return {}
  if (pathname === '/1/1') return { outcome: { outcome: 'failed', reason: 'http-404', status: 404 } }
  const base = pathname === '/' ? '' : pathname
  return {
    found: Array.from({ length: 4 }, (_, i) => page(`https://lamps.test${base}/${i}`, { depth: task.depth + 1 })),
  }
}

let mesh: TestMesh
let exporter: ReturnType<typeof makeFakeExporter>
beforeAll(async () => {
  mesh = await startTestMesh()
  await mesh.startScheduler(catalogue)
  exporter = makeFakeExporter(mesh.bus)
  await mesh.start(makeFakeFetcher(mesh.bus, web), exporter)
})
afterAll(() => mesh.close())

test('a run over several sites ends with every page counted once, reports and an archive', async () => {
  const created = await mesh.createRun()
  expect(created.status).toBe('waiting')
  const run = await mesh.ended(created.id)

  expect(run).toMatchObject({ status: 'completed', reason: '1 of 3 sites failed' })
  expect(run.archive?.path).toBe(`bulk_runs/${run.id}/reports.zip`)
  expect(run.steps.map((step) => step.state)).toEqual(['completed', 'completed', 'completed', 'completed', 'completed'])
  const [lamps, books, gone] = await mesh.siteRuns(run.id)
  // 1 + 4 + 16 + 64, less the four below the page that is gone.
  expect(lamps).toMatchObject({ status: 'completed', counts: { discovered: 81, ok: 80, failed: 1, pending: 0 } })
  expect(lamps?.reasons).toEqual({ 'http-404': 1 })
  expect(books).toMatchObject({ status: 'completed', counts: { discovered: 1_001, ok: 1_001, pending: 0 } })
  expect(gone).toMatchObject({ status: 'failed', reason: 'preflight: gone.test does not resolve' })
  expect(gone?.steps.map((step) => step.state)).toEqual(['failed', 'pending', 'pending', 'pending'])
  const ledger = await mesh.ledger(run.id, 'books')
  expect(ledger).toHaveLength(1_001)
  expect(ledger.map((row) => row.url)).toEqual([...ledger.map((row) => row.url)].sort())

  await eventually(async () => {
    const types = (await mesh.events(run.id)).map((event) => `${event.site ?? ''} ${event.type}`)
    expect(types).toContain(' run.finished')
    const own = types.filter((type) => !type.includes('progress'))
    expect(own[0]).toBe(' run.created')
    expect(own.filter((type) => type === 'lamps site.step')).toHaveLength(4)
    expect(own.filter((type) => type === 'lamps site.finished')).toHaveLength(1)
    expect(own.filter((type) => type === ' run.finished')).toHaveLength(1)
    expect(types).toContain(' run.progress')
  })
})

test('a limit holds exactly, and the rest is skipped with the reason', async () => {
  const { id } = await mesh.createRun({ sites: ['books'], limit: 7 })
  await mesh.ended(id)
  const [books] = await mesh.siteRuns(id)
  expect(books?.counts).toMatchObject({ discovered: 1_001, ok: 7, skipped: 994 })
  expect(books?.reasons).toEqual({ limit: 994 })
})

test('a dry run counts and fetches no page', async () => {
  const { id } = await mesh.createRun({ sites: ['books', 'lamps'], dry_run: true })
  const run = await mesh.ended(id)
  expect(run).toMatchObject({ status: 'completed', archive: null })
  const [books, lamps] = await mesh.siteRuns(id)
  expect(books?.counts).toMatchObject({ discovered: 1_001, ok: 0, skipped: 1_001 })
  expect(lamps?.counts.ok).toBe(0)
  expect(lamps?.steps.map((step) => step.state)).toEqual(['completed', 'completed', 'completed', 'skipped'])
})

test('with skip_existing the fresh pages of the run before are not fetched again', async () => {
  const first = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(first.id)
  const { id } = await mesh.createRun({ sites: ['lamps'], skip_existing: true })
  await mesh.ended(id)
  const [lamps] = await mesh.siteRuns(id)
  expect(lamps?.counts).toMatchObject({ unchanged: 80, ok: 0, failed: 1 })
  const unchanged = (await mesh.ledger(id, 'lamps')).filter((row) => row.outcome === 'unchanged')
  expect(new Set(unchanged.map((row) => row.recordRunId))).toEqual(new Set([first.id]))
})

test('a run cut short by a limit is no base for one that is not', async () => {
  const full = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(full.id)
  const cut = await mesh.createRun({ sites: ['lamps'], limit: 2 })
  await mesh.ended(cut.id)
  const next = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(next.id)
  const bases = exporter.sites.filter((work) => work.runId === next.id).map((work) => work.previousRunId)
  expect(bases).toEqual([full.id])
})

test('unknown sites and bad requests are refused by name', async () => {
  await expect(mesh.createRun({ sites: ['lamps', 'nope', 'nada'] })).rejects.toMatchObject({
    code: 'invalid',
    message: "unknown sites 'nope', 'nada'",
    details: { unknownSites: ['nope', 'nada'] },
  })
  const runId = '00000000-0000-7000-8000-000000000000'
  await expect(mesh.getRun(runId)).rejects.toMatchObject({ code: 'not-found' })
  await expect(mesh.bus.call(schedulerRpc.cancelRun, { runId })).rejects.toMatchObject({ code: 'not-found' })
})
