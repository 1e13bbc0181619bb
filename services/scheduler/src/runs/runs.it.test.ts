import { archivePartPath, buckets, type FetchTask, schedulerRpc } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ledgersBalance } from '../testing/database.ts'
import { makeFakeExporter } from '../testing/fake-exporter.ts'
import { type Answer, makeFakeFetcher, page, sitemap } from '../testing/fake-fetcher.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { startTestMesh, type TestMesh } from '../testing/mesh.ts'

const fast = { ratePerSecond: 5_000, concurrency: 50, burst: 50 }
const sites = [
  testSite('lamps', { policy: 'fast', sitemaps: [], group: 'home' }),
  testSite('chairs', { policy: 'fast', sitemaps: [], group: 'home' }),
  testSite('bikes', { policy: 'fast', sitemaps: [], group: 'street' }),
  testSite('asleep', { policy: 'fast', sitemaps: [], group: 'home', enabled: false }),
]

/** 1 + 40 pages. */
function plain(task: FetchTask): Answer {
  if (task.kind !== 'page' || new URL(task.url).pathname !== '/') return {}
  return { found: Array.from({ length: 40 }, (_, i) => page(new URL(`/${i}`, task.url).href)) }
}

let web: (task: FetchTask) => Answer | Promise<Answer>
let mesh: TestMesh
let fetcher: ReturnType<typeof makeFakeFetcher>

beforeAll(async () => {
  mesh = await startTestMesh({ LEASE_MS: '1s', EXPORT_DEADLINE: '1s', BATCH_WAIT: '500ms' })
  const slow = { ...fast, ratePerSecond: 200, concurrency: 2 }
  await mesh.startScheduler(testCatalogue(sites, { fast, slow }))
  fetcher = makeFakeFetcher(mesh.bus, (task) => web(task))
  await mesh.start(fetcher, makeFakeExporter(mesh.bus))
})
beforeEach(() => {
  web = plain
})
afterAll(() => mesh.close())

const call = {
  pause: (runId: string) => mesh.bus.call(schedulerRpc.pauseRun, { runId }),
  resume: (runId: string) => mesh.bus.call(schedulerRpc.resumeRun, { runId }),
  cancel: (runId: string) => mesh.bus.call(schedulerRpc.cancelRun, { runId }),
}
const planOf = (options: object) =>
  mesh.bus.call(schedulerRpc.planRun, { options: { skip_existing: false, dry_run: false, ...options } })
const tasksOf = (runId: string) => fetcher.tasks.filter((task) => task.runId === runId)
const pathOf = (task: FetchTask) => new URL(task.url).pathname

test('a paused run gets nothing more to fetch, ends what is under way, and goes on to its end when it is resumed', async () => {
  const gate = Promise.withResolvers<void>()
  web = async (task) => {
    if (pathOf(task) === '/') await gate.promise
    return plain(task)
  }
  const { id } = await mesh.createRun({ sites: ['lamps', 'chairs'], concurrency: 1 })
  await eventually(async () => expect(tasksOf(id).some((task) => pathOf(task) === '/')).toBe(true))
  expect(await call.pause(id)).toMatchObject({ status: 'paused', finishedAt: null, pagesPerSecond: 0 })
  await expect(call.pause(id)).rejects.toMatchObject({ code: 'conflict' })
  gate.resolve()
  await eventually(async () => expect(await mesh.getRun(id)).toMatchObject({ counts: { ok: 1, pending: 40 } }))
  const flags = await mesh.bus.bucket<string>(buckets.runs)
  expect((await flags.get(id))?.value).toBe('paused')

  // Another run of the same host goes on meanwhile, and wakes it again and again.
  const other = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(other.id)
  expect(tasksOf(id).filter((task) => task.kind === 'page')).toHaveLength(1)
  expect((await mesh.siteRuns(id)).map((site) => site.status)).toEqual(['running', 'waiting'])

  expect(await call.resume(id)).toMatchObject({ status: 'waiting' })
  expect(await mesh.ended(id)).toMatchObject({ status: 'completed', counts: { ok: 82, pending: 0 } })
  expect((await flags.get(id))?.value).toBe('running')
  await eventually(async () => {
    const types = (await mesh.events(id)).map((event) => event.type)
    const ofRun = types.filter((type) => /^run\.(started|paused|finished)/.test(type))
    expect(ofRun).toEqual(['run.started', 'run.paused', 'run.started', 'run.finished'])
  })
  await expect(call.pause(id)).rejects.toMatchObject({ code: 'conflict' })
  expect(await ledgersBalance(mesh.database)).toBe(true)
})

test('a paused run can be cancelled, and counts for no backlog', async () => {
  const gate = Promise.withResolvers<void>()
  web = async (task) => {
    if (task.kind === 'page' && pathOf(task) !== '/') await gate.promise
    return plain(task)
  }
  const { id } = await mesh.createRun({ sites: ['bikes'] })
  await eventually(async () => expect((await mesh.getRun(id)).counts.pending).toBe(40))
  expect((await mesh.bus.call(schedulerRpc.stats, {})).kinds.page).toBe(40)
  await call.pause(id)
  expect((await mesh.bus.call(schedulerRpc.stats, {})).kinds.page).toBe(0)
  expect(await call.cancel(id)).toMatchObject({ status: 'cancelled', counts: { skipped: 40, pending: 0 } })
  gate.resolve()
})

test('a dry run counts pages of sitemaps and fetches none', async () => {
  web = (task) => (task.kind === 'robots' ? { found: [sitemap('https://lamps.test/sitemap.xml')] } : listed(task))
  const { id } = await mesh.createRun({ sites: ['lamps'], dry_run: true })
  const run = await mesh.ended(id)
  expect(run).toMatchObject({ status: 'completed', archive: null, counts: { ok: 0, failed: 0, pending: 0 } })
  expect(run.counts.skipped).toBe(run.counts.discovered)
  expect(run.counts.discovered).toBeGreaterThanOrEqual(5)
  expect(tasksOf(id).filter((task) => task.kind === 'page')).toEqual([])
  const [site] = await mesh.siteRuns(id)
  expect(Object.keys(site!.reasons)).toEqual(['dry-run'])
  expect(site!.artifacts).toEqual([])
})

function listed(task: FetchTask): Answer {
  if (task.kind !== 'sitemap') return {}
  return { found: [1, 2, 3, 4].map((n) => page(`https://lamps.test/s${n}`, { source: 'sitemap', depth: 0 })) }
}

test('skip_existing takes over pages with a young result and asks for the others alone', async () => {
  web = (task) =>
    pathOf(task) === '/7' ? { outcome: { outcome: 'failed', reason: 'http-500', status: 500 } } : plain(task)
  const first = await mesh.createRun({ sites: ['chairs'] })
  expect(await mesh.ended(first.id)).toMatchObject({ counts: { ok: 40, failed: 1 } })
  web = plain
  const { id } = await mesh.createRun({ sites: ['chairs'], skip_existing: true })
  expect(await mesh.ended(id)).toMatchObject({ counts: { discovered: 41, ok: 1, unchanged: 40 } })
  expect(
    tasksOf(id)
      .filter((task) => task.kind === 'page')
      .map(pathOf),
  ).toEqual(['/7'])
})

test('group and exclude choose sites; names that nobody has are refused', async () => {
  const names = async (options: object) => (await planOf(options)).sites.map((site) => site.site)
  expect(await names({ group: 'home' })).toEqual(['lamps', 'chairs'])
  expect(await names({ exclude: ['lamps'] })).toEqual(['chairs', 'bikes'])
  expect(await names({ sites: ['asleep', 'bikes'], group: 'home' })).toEqual(['asleep'])
  for (const options of [
    { group: 'none' },
    { exclude: ['lmaps'] },
    { sites: ['bikes'], exclude: ['bikes'] },
    { policy: 'none' },
  ])
    await expect(planOf(options)).rejects.toMatchObject({ code: 'invalid' })
})

test('a run can have another policy for all its sites and be slower than it, never faster', async () => {
  const { sites: planned } = await planOf({ policy: 'slow', at_most: { ratePerSecond: 1_000, concurrency: 1 } })
  expect(planned[0]).toMatchObject({ site: 'lamps', policy: 'slow', ratePerSecond: 200, concurrency: 1 })
  let atOnce = 0
  let most = 0
  web = async (task) => {
    most = Math.max(most, ++atOnce)
    await Promise.resolve()
    atOnce--
    return plain(task)
  }
  const { id } = await mesh.createRun({ sites: ['lamps'], policy: 'slow', at_most: { concurrency: 1 } })
  await mesh.ended(id)
  expect(most).toBe(1)
  const plans = await mesh.bus.bucket<{ policy: object; site: object }>(buckets.plans)
  expect((await plans.get(`${id}.lamps`))?.value).toMatchObject({
    policy: { ratePerSecond: 200, concurrency: 1 },
    site: { policy: 'slow' },
  })
})

test('a plan says what is known of sites from their last run, and starts nothing', async () => {
  const before = (await mesh.bus.call(schedulerRpc.listRuns, {})).total
  const known = await planOf({ sites: ['lamps', 'asleep'], at_most: { ratePerSecond: 10 }, concurrency: 3 })
  expect(known).toMatchObject({ sitesTotal: 2, newSites: 1, knownPages: 41, concurrency: 3 })
  expect(known.sites[0]).toMatchObject({ knownPages: 41, ratePerSecond: 10 })
  // Forty-one pages at ten a second.
  expect(known.expectedMs).toBeGreaterThanOrEqual(4_100)
  expect(known.sites[1]).toMatchObject({ previousRunId: null, knownPages: null, expectedMs: null })
  expect((await planOf({ sites: ['lamps'], limit: 5 })).knownPages).toBe(5)
  expect((await planOf({ sites: ['lamps'], dry_run: true })).expectedMs).toBeNull()
  expect((await mesh.bus.call(schedulerRpc.listRuns, {})).total).toBe(before)
})

test('runs are listed by status, site, time and kind, in either order, each once over all pages', async () => {
  const list = (request: object) => mesh.bus.call(schedulerRpc.listRuns, request)
  const all = await list({ perPage: 500 })
  expect(all.runs.map((run) => run.createdAt)).toEqual(
    all.runs
      .map((run) => run.createdAt)
      .toSorted()
      .reverse(),
  )
  const oldestFirst = await list({ perPage: 500, sort: 'created' })
  expect(oldestFirst.runs.map((run) => run.id)).toEqual(all.runs.map((run) => run.id).toReversed())
  const pages = await Promise.all([1, 2, 3].map((n) => list({ page: n, perPage: 2, sort: '-finished' })))
  expect(new Set(pages.flatMap((each) => each.runs.map((run) => run.id))).size).toBe(6)
  expect((await list({ dryRun: true })).runs.every((run) => run.options.dry_run)).toBe(true)
  expect((await list({ site: 'bikes', status: ['cancelled', 'paused'] })).total).toBe(1)
  // Of a run the changes are those of its sites, in the list as alone; where no site was compared there are none.
  for (const { id, diff } of all.runs) {
    const { sites } = await mesh.bus.call(schedulerRpc.listSiteRuns, { runId: id })
    const compared = sites.flatMap((site) => site.diff ?? [])
    expect(diff?.added).toBe(compared.length === 0 ? undefined : compared.reduce((sum, { added }) => sum + added, 0))
    expect((await mesh.bus.call(schedulerRpc.getRun, { runId: id })).diff).toEqual(diff)
  }
  const middle = all.runs[2]!.createdAt
  const [late, early] = await Promise.all([list({ from: middle }), list({ to: middle })])
  expect([late.total, early.total]).toEqual([3, all.total - 3])
})

test('files of runs are listed with their sizes, the latest first, of one run, site or name alone', async () => {
  const list = (request: object) => mesh.bus.call(schedulerRpc.listFiles, request)
  const all = await list({ perPage: 500 })
  expect(all.total).toBe(all.files.length)
  expect(all.files.map((file) => file.createdAt)).toEqual(
    all.files
      .map((file) => file.createdAt)
      .toSorted()
      .reverse(),
  )
  const { runId } = all.files[0]!
  const own = await list({ runId })
  expect(own.files.filter((file) => file.site === null)).toHaveLength(1)
  const parts = [1, 2].map((part) => ({ path: archivePartPath(runId, part), sha256: '0'.repeat(64), sizeBytes: part }))
  await mesh.database.query('update bulk_jobs set archive_parts = $2::jsonb where id = $1', [
    runId,
    JSON.stringify(parts),
  ])
  const inParts = (await list({ runId })).files.filter((file) => file.site === null)
  expect(inParts.map((each) => [each.file, each.sizeBytes])).toEqual([
    ['reports-part01.zip', 1],
    ['reports-part02.zip', 2],
  ])
  expect((await list({ site: 'chairs' })).files.every((file) => file.site === 'chairs')).toBe(true)
  expect((await list({ file: 'none.csv' })).total).toBe(0)
})
