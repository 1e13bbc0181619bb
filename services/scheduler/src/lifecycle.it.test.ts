import { type ExportArchive, type ExportSite, type FetchTask, schedulerRpc } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ledgersBalance } from './testing/database.ts'
import { makeFakeExporter } from './testing/fake-exporter.ts'
import { type Answer, makeFakeFetcher, page } from './testing/fake-fetcher.ts'
import { testCatalogue, testSite } from './testing/fixtures.ts'
import { startTestMesh, type TestMesh } from './testing/mesh.ts'

const fast = { ratePerSecond: 5_000, concurrency: 50, burst: 50 }
const sites = [
  ...['one', 'two', 'known', 'lossy'].map((name) => testSite(name, { policy: 'fast', sitemaps: [] })),
  testSite('audited', { policy: 'home', sitemaps: [], residentialProxies: true }),
  testSite('refused', { policy: 'home' }),
]

/** 1 + 40 pages; what a test changes of it. */
function plain(task: FetchTask): Answer {
  if (task.kind !== 'page' || new URL(task.url).pathname !== '/') return {}
  return { found: Array.from({ length: 40 }, (_, i) => page(new URL(`/${i}`, task.url).href)) }
}

let web: (task: FetchTask) => Answer | Promise<Answer>
let exporting: (work: ExportSite | ExportArchive) => Parameters<typeof Object.assign>[0] | null
let mesh: TestMesh
let fetcher: ReturnType<typeof makeFakeFetcher>
let exporter: ReturnType<typeof makeFakeExporter>

beforeAll(async () => {
  mesh = await startTestMesh({ LEASE_MS: '1s', EXPORT_DEADLINE: '1s', BATCH_WAIT: '500ms' })
  const home = {
    ...fast,
    proxyPool: 'residential',
    respectRobots: false,
    robotsOverrideReason: 'its owner asked',
  } as const
  await mesh.startScheduler(testCatalogue(sites, { fast, home }))
  fetcher = makeFakeFetcher(mesh.bus, (task) => web(task))
  exporter = makeFakeExporter(mesh.bus, (work) => exporting(work))
  await mesh.start(fetcher, exporter)
})
beforeEach(() => {
  web = plain
  exporting = () => ({})
})
afterAll(() => mesh.close())

const pathOf = (task: FetchTask) => new URL(task.url).pathname

test('a cancelled run ends at once, keeps what it has, exports nothing, and goes on when it is resumed', async () => {
  const gate = Promise.withResolvers<void>()
  web = async (task) => {
    if (task.kind === 'page' && Number(pathOf(task).slice(1)) >= 20) await gate.promise
    return plain(task)
  }
  const exportsBefore = exporter.sites.length
  const { id } = await mesh.createRun({ sites: ['one', 'two'], concurrency: 1 })
  await eventually(async () => expect((await mesh.siteRuns(id))[0]?.counts.ok).toBe(21))
  const cancelled = await mesh.bus.call(schedulerRpc.cancelRun, { runId: id })
  expect(cancelled).toMatchObject({ status: 'cancelled', counts: { ok: 21, skipped: 20, pending: 0 } })
  expect((await mesh.siteRuns(id)).map((site) => site.status)).toEqual(['cancelled', 'cancelled'])
  await expect(mesh.bus.call(schedulerRpc.cancelRun, { runId: id })).rejects.toMatchObject({ code: 'conflict' })
  gate.resolve()
  expect(exporter.sites).toHaveLength(exportsBefore)

  const resumed = await mesh.bus.call(schedulerRpc.resumeRun, { runId: id })
  expect(resumed).toMatchObject({ status: 'waiting', counts: { ok: 21, pending: 20 } })
  const run = await mesh.ended(id)
  expect(run).toMatchObject({ status: 'completed', counts: { discovered: 82, ok: 82, skipped: 0 } })
  await expect(mesh.bus.call(schedulerRpc.resumeRun, { runId: id })).rejects.toMatchObject({ code: 'conflict' })
  expect(await ledgersBalance(mesh.database)).toBe(true)
})

test('a site retried whole is fetched anew with new message ids, the others stay', async () => {
  const { id } = await mesh.createRun({ sites: ['one', 'two'] })
  await mesh.ended(id)
  const before = fetcher.tasks.length
  await mesh.bus.call(schedulerRpc.retryRun, { runId: id, site: 'two' })
  const run = await mesh.ended(id)
  expect(run).toMatchObject({ status: 'completed', counts: { ok: 82 } })
  const again = fetcher.tasks.slice(before)
  expect(new Set(again.map((task) => task.site))).toEqual(new Set(['two']))
  expect(again).toHaveLength(42)
  expect(again.every((task) => task.attempt > 1)).toBe(true)
})

test('retrying failures fetches the failed pages alone, and exports and packs again', async () => {
  web = (task) =>
    pathOf(task) === '/7' ? { outcome: { outcome: 'failed', reason: 'http-500', status: 500 } } : plain(task)
  const told = async (runId: string) =>
    (await mesh.events(runId)).flatMap((event) => (event.type === 'pages.failed' ? [event] : []))
  // They are looked for several times a second, as long as the site runs.
  exporting = async ({ runId }) => {
    await eventually(async () => expect(await told(runId)).toHaveLength(2))
    return {}
  }
  const { id } = await mesh.createRun({ sites: ['one', 'two'] })
  expect(await mesh.ended(id)).toMatchObject({ counts: { ok: 80, failed: 2 } })
  expect((await told(id)).map(({ site, level, data }) => [site, level, data]).toSorted()).toEqual([
    ['one', 'warn', { reason: 'http-500', pages: 1 }],
    ['two', 'warn', { reason: 'http-500', pages: 1 }],
  ])
  exporting = () => ({})
  web = plain
  const before = { tasks: fetcher.tasks.length, exports: exporter.sites.length, archives: exporter.archives.length }
  await mesh.bus.call(schedulerRpc.retryRun, { runId: id, failuresOnly: true })
  expect(await mesh.ended(id)).toMatchObject({ status: 'completed', counts: { ok: 82, failed: 0 } })
  expect(fetcher.tasks.slice(before.tasks).map(pathOf)).toEqual(['/7', '/7'])
  expect(exporter.sites.slice(before.exports).map((work) => work.attempt)).toEqual([2, 2])
  expect(exporter.archives.slice(before.archives).map((work) => work.attempt)).toEqual([2])
  await expect(mesh.bus.call(schedulerRpc.retryRun, { runId: id, failuresOnly: true })).rejects.toMatchObject({
    code: 'conflict',
    message: 'there is nothing to retry',
  })
})

test('pages whose records are missing are fetched again before the next export', async () => {
  let asked = 0
  exporting = (work) => {
    if (!('site' in work)) return {}
    asked++
    if (asked > 1) return {}
    const missing = fetcher.tasks.filter((task) => task.runId === work.runId && pathOf(task) === '/3')
    return {
      status: 'incomplete',
      missingUrlIds: missing.map((task) => task.urlId),
      artifacts: [],
      reason: 'no record',
    }
  }
  const { id } = await mesh.createRun({ sites: ['one'] })
  expect(await mesh.ended(id)).toMatchObject({ status: 'completed', counts: { ok: 41, pending: 0 } })
  const tries = fetcher.tasks.filter((task) => task.runId === id && pathOf(task) === '/3')
  expect(tries.map((task) => task.attempt)).toEqual([1, 2])
})

test('an export that keeps failing fails its site with the reason, and the run with it when no other is left', async () => {
  exporting = (work) =>
    'site' in work && work.site === 'one' ? { status: 'failed', reason: 'disk full', artifacts: [] } : {}
  const both = await mesh.createRun({ sites: ['one', 'two'] })
  expect(await mesh.ended(both.id)).toMatchObject({ status: 'completed', reason: '1 of 2 sites failed' })
  const [one] = await mesh.siteRuns(both.id)
  expect(one).toMatchObject({ status: 'failed', reason: 'export: disk full' })
  expect(exporter.sites.filter((work) => work.runId === both.id && work.site === 'one')).toHaveLength(3)

  const alone = await mesh.createRun({ sites: ['one'] })
  expect(await mesh.ended(alone.id)).toMatchObject({ status: 'failed', reason: 'no site completed', archive: null })
  exporting = () => ({})
  await mesh.bus.call(schedulerRpc.resumeRun, { runId: alone.id })
  expect(await mesh.ended(alone.id)).toMatchObject({ status: 'completed', counts: { ok: 41 } })

  // What came in is exported; the site is not asked once more.
  const tasks = fetcher.tasks.length
  await mesh.bus.call(schedulerRpc.retryRun, { runId: both.id })
  expect(await mesh.ended(both.id)).toMatchObject({ status: 'completed', reason: null, counts: { ok: 82 } })
  expect(fetcher.tasks).toHaveLength(tasks)
})

test('what quality gates said stays with the site run until it is done anew', async () => {
  const quality = {
    status: 'warning',
    reasons: [{ gate: 'errors', status: 'warning', measured: 6, threshold: 5, text: '6 of 100 pages failed' }],
  } as const
  exporting = () => ({ quality: { ...quality, reasons: [...quality.reasons] } })
  const { id } = await mesh.createRun({ sites: ['one'] })
  await mesh.ended(id)
  expect((await mesh.siteRuns(id))[0]?.quality).toEqual(quality)
  exporting = () => ({})
  await mesh.bus.call(schedulerRpc.retryRun, { runId: id, site: 'one' })
  await mesh.ended(id)
  expect((await mesh.siteRuns(id))[0]).not.toHaveProperty('quality')
})

test('an export whose request and result are lost is asked for again', async () => {
  let asked = 0
  exporting = (work) => ('site' in work && ++asked === 1 ? null : {})
  const { id } = await mesh.createRun({ sites: ['one'] })
  expect(await mesh.ended(id)).toMatchObject({ status: 'completed' })
  expect(exporter.sites.filter((work) => work.runId === id).map((work) => work.attempt)).toEqual([1, 2])
})

test('the second run knows the first: pages that nobody links any more are asked for, and the export compares', async () => {
  const first = await mesh.createRun({ sites: ['known'] })
  await mesh.ended(first.id)
  web = (task) => {
    if (pathOf(task) === '/39') return { outcome: { outcome: 'failed', reason: 'http-404', status: 404 } }
    if (task.kind === 'page' && pathOf(task) === '/') return { found: [page('https://known.test/new')] }
    return {}
  }
  const { id } = await mesh.createRun({ sites: ['known'] })
  expect(await mesh.ended(id)).toMatchObject({ counts: { discovered: 42, ok: 41, failed: 1 } })
  const ledger = await mesh.ledger(id, 'known')
  expect(ledger.filter((row) => row.source === 'known')).toHaveLength(40)
  const [work] = exporter.sites.filter((each) => each.runId === id)
  expect(work).toMatchObject({ previousRunId: first.id, allSourcesRead: true })
})

test('a page that failed for now is driven again', async () => {
  const dead = new Set<string>()
  web = (task) => {
    if (pathOf(task) !== '/5' || dead.has(task.runId)) return plain(task)
    dead.add(task.runId)
    return { outcome: { outcome: 'deferred', reason: 'timeout-headers', countsAsFailure: true, retryAtMs: Date.now() } }
  }
  const { id } = await mesh.createRun({ sites: ['one'] })
  expect(await mesh.ended(id)).toMatchObject({ counts: { ok: 41, failed: 0 } })
  const tries = fetcher.tasks.filter((task) => task.runId === id && pathOf(task) === '/5')
  expect(tries.map(({ attempt, failures }) => ({ attempt, failures }))).toEqual([
    { attempt: 1, failures: 0 },
    { attempt: 2, failures: 1 },
  ])
})

test('tasks that the broker lost are driven again when their leases run out', async () => {
  await mesh.stop(fetcher)
  const { id } = await mesh.createRun({ sites: ['lossy'] })
  await eventually(async () => expect(await mesh.bus.pendingOn('TASKS', 'work.fetch.>')).toBe(1))
  await (await mesh.bus.jsm()).streams.purge('TASKS')
  fetcher = makeFakeFetcher(mesh.bus, (task) => web(task))
  await mesh.start(fetcher)
  expect(await mesh.ended(id)).toMatchObject({ status: 'completed', counts: { ok: 41 } })
  expect(fetcher.tasks.find((task) => task.kind === 'robots')).toMatchObject({ attempt: 2, failures: 0 })
})

test('announced batches that never come are asked for again, and then gone without', async () => {
  web = (task) => (pathOf(task) === '/8' && task.kind === 'page' ? { outcome: { announcedBatches: 1 } } : plain(task))
  const { id } = await mesh.createRun({ sites: ['one'] })
  expect(await mesh.ended(id, 30_000)).toMatchObject({ status: 'completed', counts: { ok: 41 } })
  expect(fetcher.tasks.filter((task) => task.runId === id && pathOf(task) === '/8')).toHaveLength(3)
  const [work] = exporter.sites.filter((each) => each.runId === id)
  expect(work?.allSourcesRead).toBe(false)
}, 40_000)

test('the same idempotency key gives the same run', async () => {
  const [a, b] = await Promise.all([mesh.createRun({ sites: ['one'] }, 'k1'), mesh.createRun({ sites: ['one'] }, 'k1')])
  expect(a.id).toBe(b.id)
  const other = await mesh.createRun({ sites: ['one'] }, 'k2')
  expect(other.id).not.toBe(a.id)
  await Promise.all([mesh.ended(a.id), mesh.ended(other.id)])
})

test('stats tell the backlog and progress events tell where a run is', async () => {
  const gate = Promise.withResolvers<void>()
  web = async (task) => {
    if (task.kind === 'page' && pathOf(task) !== '/') await gate.promise
    return plain(task)
  }
  const { id } = await mesh.createRun({ sites: ['one'] })
  await eventually(async () => {
    const stats = await mesh.bus.call(schedulerRpc.stats, {})
    expect(stats).toMatchObject({ pools: { http: { pending: 0, leased: 40 } }, activeRuns: 1, kinds: { page: 40 } })
  })
  gate.resolve()
  await mesh.ended(id)
  expect((await mesh.bus.call(schedulerRpc.stats, {})).activeRuns).toBe(0)
  const events = await mesh.events(id)
  const progress = events.filter((event) => event.type === 'site.progress')
  expect(progress.length).toBeGreaterThan(0)
  for (const { data } of progress) {
    const { discovered, ok, unchanged, failed, skipped, pending } = data.counts
    expect(discovered).toBe(ok + unchanged + failed + skipped + pending)
  }
})

test('what somebody may have to answer for is told, once', async () => {
  const { id } = await mesh.createRun({ sites: ['audited'] })
  await mesh.ended(id)
  const events = await mesh.events(id)
  const audits = events.filter((event) => event.level === 'warn').map(({ type, site, data }) => ({ type, site, data }))
  expect(audits).toEqual([
    { type: 'robots.overridden', site: 'audited', data: { host: 'audited.test', reason: 'its owner asked' } },
    { type: 'proxy.residential', site: 'audited', data: { host: 'audited.test', policy: 'home' } },
  ])
  await expect(mesh.createRun({ sites: ['refused'] })).rejects.toMatchObject({
    code: 'invalid',
    details: { residentialProxies: ['refused'] },
  })
})
