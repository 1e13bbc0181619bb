import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Postgres } from '../database/postgres.ts'
import type { Candidate } from '../discovery/admission.ts'
import { emptyDatabase, fetchingRun, ledgersBalance, startDatabase } from '../testing/database.ts'
import { testCatalogue, testPage, testSite } from '../testing/fixtures.ts'

let database: Postgres
let stop: () => Promise<void>
beforeAll(async () => {
  ;({ database, stop } = await startDatabase())
})
afterAll(() => stop())

const catalogue = testCatalogue([testSite('lamps', { exclude: ['/login'] })])

test('a URL is entered once, however often and by whomever it is found', async () => {
  const run = await fetchingRun(database, catalogue)
  const pages = run.pages('lamps', 20)
  const entered = await Promise.all([
    run.enter('lamps', [...pages, ...pages]),
    run.enter('lamps', pages.slice(0, 10)),
    run.enter('lamps', pages),
  ])
  expect(entered.reduce((sum, each) => sum + each.rows, 0)).toBe(20)
  expect(await run.site('lamps')).toMatchObject({ discovered: 20, pending: 20, admitted: 20 })
  expect(await ledgersBalance(database)).toBe(true)
})

test('the limit holds exactly when many enter at once', async () => {
  const run = await fetchingRun(database, catalogue, { limit: 25 })
  await Promise.all(Array.from({ length: 8 }, (_, i) => run.enter('lamps', run.pages('lamps', 20, i * 10))))
  expect(await run.site('lamps')).toMatchObject({ discovered: 90, pending: 25, skipped: 65, admitted: 25 })
  expect(await run.reasons('lamps')).toEqual({ 'skipped limit': 65 })
  expect(await ledgersBalance(database)).toBe(true)
})

test('what is refused is in the ledger with its reason', async () => {
  const run = await fetchingRun(database, catalogue)
  await run.enter('lamps', [testPage('https://lamps.test/login'), testPage('https://desks.test/')])
  expect(await run.site('lamps')).toMatchObject({ discovered: 2, pending: 0, skipped: 2, admitted: 0 })
  expect(await run.reasons('lamps')).toEqual({ 'skipped scope-exclude': 1, 'skipped scope-host': 1 })
})

test('over the cap URLs are counted and dropped', async () => {
  const run = await fetchingRun(database, catalogue, {}, { maxUrlsPerSite: 10, freshForMs: 0 })
  await run.enter('lamps', run.pages('lamps', 30))
  expect(await run.site('lamps')).toMatchObject({ discovered: 10, pending: 10 })
  expect(await run.reasons('lamps')).toEqual({ 'dropped url-cap': 20 })
})

test('sitemaps are counted apart, and one that is refused was not read', async () => {
  const run = await fetchingRun(database, catalogue)
  const sitemap = (depth: number) => testPage(`https://lamps.test/map-${depth}.xml`, { kind: 'sitemap', depth })
  await run.enter('lamps', [sitemap(0), sitemap(5), sitemap(6)])
  expect(await run.site('lamps')).toMatchObject({ discovered: 0, sources: 3, sourcesPending: 2, sourcesFailed: 1 })
})

test('a fresh result is taken over with the age and the run of its fetch', async () => {
  const hourMs = 3_600_000
  const settings = { maxUrlsPerSite: 1_000, freshForMs: 2 * hourMs }
  const chain = async (previous: string | null, nowMs: number) => {
    const run = await fetchingRun(database, catalogue, { skip_existing: true }, settings)
    await database.query('update bulk_job_sites set previous_run_id = $2 where job_id = $1', [run.runId, previous])
    await run.enter('lamps', run.pages('lamps', 1), nowMs)
    return run
  }
  const first = await chain(null, 0)
  await first.apply('lamps', [first.outcome('lamps', '/0', 1)], 0)
  const second = await chain(first.runId, hourMs)
  expect(await second.url('lamps', '/0')).toMatchObject({ outcome: 'unchanged', reason: 'fresh' })
  const third = await chain(second.runId, 1.5 * hourMs)
  expect(await third.url('lamps', '/0')).toMatchObject({ outcome: 'unchanged' })
  const [row] = await database.query('select record_run_id from urls where id = $1', [third.idOf('lamps', '/0')])
  expect(row).toEqual({ record_run_id: first.runId })
  // Three hours after the fetch it is stale, although the last run took it over half that time ago.
  const fourth = await chain(third.runId, 3 * hourMs)
  expect(await fourth.url('lamps', '/0')).toMatchObject({ state: 0, outcome: null })
})

test('a page of the run before is asked for conditionally, and keeps its record while it is unchanged', async () => {
  await emptyDatabase(database)
  let ms = 0
  const next = async (previous: string | null) => {
    ms += 60_000
    const run = await fetchingRun(database, catalogue)
    await database.query('update bulk_job_sites set previous_run_id = $2 where job_id = $1', [run.runId, previous])
    await run.enter('lamps', run.pages('lamps', 1), ms)
    const [task] = (await run.claim(ms)).tasks
    return { ...run, task: task! }
  }
  const record = async (run: { runId: string; idOf: (site: string, path: string) => string }) => {
    const [row] = await database.query('select record_run_id from urls where id = $1', [run.idOf('lamps', '/0')])
    return row
  }
  const content = { page: 'p'.repeat(22), extraction: 'e'.repeat(22) }
  const first = await next(null)
  expect(first.task).not.toHaveProperty('etag')
  await first.apply('lamps', [first.outcome('lamps', '/0', 1, { etag: '"1"', content })])

  const second = await next(first.runId)
  expect(second.task).toMatchObject({ etag: '"1"', known: content })
  await second.apply('lamps', [
    second.outcome('lamps', '/0', 1, { outcome: 'unchanged', reason: 'not-modified', status: 304 }),
  ])
  expect(await record(second)).toEqual({ record_run_id: first.runId })

  const third = await next(second.runId)
  expect(third.task).toMatchObject({ etag: '"1"', known: content })
  await third.apply('lamps', [third.outcome('lamps', '/0', 1, { etag: '"2"' })])
  expect(await record(third)).toEqual({ record_run_id: null })
  const fourth = await next(third.runId)
  expect(fourth.task.etag).toBe('"2"')
  expect(fourth.task).not.toHaveProperty('known')
})

test('a page that only the run before knew belongs to the sitemap that names it later', async () => {
  const run = await fetchingRun(database, catalogue)
  const source = async () => {
    const [row] = await database.query('select source, lastmod from urls where id = $1', [run.idOf('lamps', '/0')])
    return row
  }
  const [page] = run.pages('lamps', 1)
  await run.enter('lamps', [{ ...page!, source: 'known' }])
  await run.enter('lamps', [{ ...page!, source: 'sitemap', lastmod: '2026-11-01' }])
  expect(await source()).toEqual({ source: 'sitemap', lastmod: '2026-11-01' })
  await run.enter('lamps', [{ ...page!, source: 'link' }])
  expect(await source()).toEqual({ source: 'sitemap', lastmod: '2026-11-01' })
})

test('a calendar is cut off exactly, however many enter it at once', async () => {
  const run = await fetchingRun(database, catalogue)
  const day = (n: number, more: Partial<Candidate> = {}) =>
    testPage(`https://lamps.test/events?date=${new Date(n * 86_400_000).toISOString().slice(0, 10)}`, more)
  const days = (from: number, n: number) => Array.from({ length: n }, (_, i) => day(from + i))
  await Promise.all(Array.from({ length: 6 }, (_, i) => run.enter('lamps', days(i * 150, 300))))
  expect(await run.site('lamps')).toMatchObject({ discovered: 1_050, pending: 1_000, skipped: 50 })
  expect(await run.reasons('lamps')).toEqual({ 'skipped trap-calendar': 50 })

  // The sitemap came later, and its word is taken: what it lists is no trap, whoever found it first.
  const [row] = await database.query<{ url: string }>(`select url from urls where reason = 'trap-calendar' limit 1`)
  await run.enter('lamps', [testPage(row!.url, { source: 'sitemap', depth: 0 }), day(5_000, { source: 'sitemap' })])
  expect(await run.site('lamps')).toMatchObject({ discovered: 1_051, pending: 1_002, skipped: 49 })
  expect(await run.reasons('lamps')).toEqual({ 'skipped trap-calendar': 49 })
  expect(await ledgersBalance(database)).toBe(true)
})

test('of a shop with facets and of paths without end, so many pages are entered and the rest is counted', async () => {
  const run = await fetchingRun(database, catalogue)
  const facets = Array.from({ length: 2_100 }, (_, i) =>
    testPage(`https://lamps.test/all?colour=${i}&size=${i % 7}&sort=up`),
  )
  const deep = Array.from({ length: 5_010 }, (_, i) => testPage(`https://lamps.test/a/b/c/d/e/f/g/h/${i}`))
  await run.enter('lamps', [...facets, ...deep])
  expect(await run.site('lamps')).toMatchObject({ pending: 7_000, skipped: 110 })
  expect(await run.reasons('lamps')).toEqual({ 'skipped trap-facets': 100, 'skipped trap-deep': 10 })
})
