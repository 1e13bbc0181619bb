import { schedulerRpc } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFakeExporter } from './testing/fake-exporter.ts'
import { makeFakeFetcher } from './testing/fake-fetcher.ts'
import { testCatalogue, testSite } from './testing/fixtures.ts'
import { startTestMesh, type TestMesh } from './testing/mesh.ts'

const fast = { ratePerSecond: 1_000, concurrency: 50, burst: 50 }
const sites = [
  testSite('lamps', { policy: 'fast', storePages: true }),
  testSite('books', { policy: 'fast' }),
  testSite('empty', { policy: 'fast', storePages: true }),
]
const catalogue = { ...testCatalogue(sites, { fast }) }

let mesh: TestMesh
let exporter: ReturnType<typeof makeFakeExporter>
let fetcher: ReturnType<typeof makeFakeFetcher>
let gate: Promise<void> = Promise.resolve()
let exporting: 'complete' | 'failed' = 'complete'
beforeAll(async () => {
  mesh = await startTestMesh()
  await mesh.startScheduler(catalogue)
  exporter = makeFakeExporter(mesh.bus, (work) => {
    if (!('site' in work)) return {}
    if (exporting === 'failed') return { status: 'incomplete', missingUrlIds: [], reason: 'broken', artifacts: [] }
    return work.site === 'books' ? {} : { storedPages: { stored: work.site === 'lamps' ? 1 : 0, notStored: 2 } }
  })
  fetcher = makeFakeFetcher(mesh.bus, async (task) => {
    await gate
    return task.kind === 'page' ? { outcome: { etag: '"1"' } } : {}
  })
  await mesh.start(fetcher, exporter)
})
afterAll(() => mesh.close())

const reextract = (runId: string, site?: string) =>
  mesh.bus.call(schedulerRpc.reextractRun, { runId, ...(site === undefined ? {} : { site }) })
const exportsOf = (runId: string) => exporter.sites.filter((work) => work.runId === runId)

test('the exports of sites with stored pages are made again, as the catalogue says now, and nothing is fetched', async () => {
  const { id } = await mesh.createRun()
  await mesh.ended(id)
  const [lamps] = await mesh.siteRuns(id)
  expect(lamps?.storedPages).toEqual({ stored: 1, notStored: 2 })
  const before = exportsOf(id).length
  const fetched = fetcher.tasks.length
  const changed = testSite('lamps', { policy: 'fast', fields: [{ name: 'ean', css: '.ean' }] })
  Object.assign(catalogue, { sites: catalogue.sites.map((site) => (site.name === 'lamps' ? changed : site)) })

  expect((await reextract(id)).status).toBe('waiting')
  Object.assign(catalogue, { sites })
  const run = await mesh.ended(id)
  expect(run).toMatchObject({ status: 'completed', archive: { path: `bulk_runs/${id}/reports.zip` } })
  expect(exportsOf(id).slice(before)).toMatchObject([{ site: 'lamps', attempt: 2, reextract: true }])
  expect(fetcher.tasks.length).toBe(fetched)
  const [row] = await mesh.database.query<{ plan: { site: unknown } }>(
    `select plan from bulk_job_sites where job_id = $1 and site = 'lamps'`,
    [id],
  )
  expect(row?.plan.site).toMatchObject({ fields: [{ name: 'ean', css: '.ean' }], storePages: true })
  expect((await mesh.siteRuns(id)).map(({ status }) => status)).toEqual(['completed', 'completed', 'completed'])
})

test('a re-extraction that fails fetches nothing, and the run taken up again exports as before', async () => {
  const { id } = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(id)
  const fetched = fetcher.tasks.length
  exporting = 'failed'
  await reextract(id)
  expect(await mesh.ended(id)).toMatchObject({ status: 'failed' })
  expect((await mesh.siteRuns(id))[0]).toMatchObject({ status: 'failed', reason: 'export: broken' })
  exporting = 'complete'
  await mesh.bus.call(schedulerRpc.resumeRun, { runId: id })
  expect(await mesh.ended(id)).toMatchObject({ status: 'completed' })
  expect(exportsOf(id).at(-1)).not.toHaveProperty('reextract')
  expect(fetcher.tasks.length).toBe(fetched)
})

test('what was made anew is taken over by no unchanged page: the next run asks for it as if it were unknown', async () => {
  const tagsOf = (runId: string) =>
    fetcher.tasks.filter((task) => task.runId === runId && task.kind === 'page').map(({ etag }) => etag)
  const first = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(first.id)
  const second = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(second.id)
  expect(tagsOf(second.id)).toEqual(['"1"'])
  await reextract(second.id)
  await mesh.ended(second.id)
  const third = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(third.id)
  expect(tagsOf(third.id)).toEqual([undefined])
  const fresh = await mesh.createRun({ sites: ['lamps'], skip_existing: true })
  await mesh.ended(fresh.id)
  expect((await mesh.siteRuns(fresh.id))[0]?.counts).toMatchObject({ unchanged: 1 })
})

test('a run is not made anew while another one takes records over from it', async () => {
  const first = await mesh.createRun({ sites: ['lamps'] })
  await mesh.ended(first.id)
  const open = Promise.withResolvers<void>()
  gate = open.promise
  const second = await mesh.createRun({ sites: ['lamps'] })
  await eventually(async () => {
    const compared = 'select 1 from bulk_job_sites where job_id = $1 and previous_run_id = $2'
    expect(await mesh.database.query(compared, [second.id, first.id])).toHaveLength(1)
  })
  await expect(reextract(first.id)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('is compared with this run and has not ended'),
  })
  open.resolve()
  await mesh.ended(second.id)
})

test('where nothing is stored it is refused, and says why', async () => {
  const { id } = await mesh.createRun()
  await mesh.ended(id)
  for (const site of ['books', 'empty'])
    await expect(reextract(id, site)).rejects.toMatchObject({
      code: 'conflict',
      message: `no pages of '${site}' are stored of this run: a site has to say storePages before it is run`,
    })
  await expect(reextract(id, 'nope')).rejects.toMatchObject({ code: 'not-found' })
  await expect(reextract('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not-found' })
  const other = await mesh.createRun({ sites: ['books'] })
  await expect(reextract(other.id)).rejects.toMatchObject({ code: 'conflict', message: /the run is/ })
  await mesh.ended(other.id)
  await expect(reextract(other.id)).rejects.toMatchObject({
    code: 'conflict',
    message: 'no pages are stored of this run: a site has to say storePages before it is run',
  })
})
