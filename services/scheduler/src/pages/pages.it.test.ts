import { type KnownPages, newId, type PageChanges, pageIdOf } from '@seine/contracts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeApplyChanges } from '../history/apply-changes.ts'
import { emptyDatabase, planRun, startDatabase } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { makeApplyPages } from './apply-pages.ts'
import { forgetPages } from './forget-pages.ts'
import { makeReadChanges } from './read-changes.ts'
import { makeReadPages } from './read-pages.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
let apply: ReturnType<typeof makeApplyPages>
let read: ReturnType<typeof makeReadPages>
let readChanges: ReturnType<typeof makeReadChanges>
const catalogue = testCatalogue([testSite('lamps'), testSite('books')])

beforeAll(async () => {
  server = await startDatabase()
  apply = makeApplyPages(server.database)
  read = makeReadPages(server.database)
  readChanges = makeReadChanges(server.database)
  for (const [position, site] of catalogue.sites.entries())
    await server.database.query(
      `insert into sites (name, config, version, enabled, position, imported_at) values ($1, $2, 1, true, $3, now())`,
      [site.name, JSON.stringify(site), position],
    )
})
afterAll(() => server.stop())
beforeEach(async () => {
  await emptyDatabase(server.database)
  await server.database.query('truncate page_changes, site_pages, site_exports')
})

const newRun = () => planRun(server.database, catalogue)
type Known = KnownPages['pages'][number]
const url = (n: number | string) => `https://lamps.test/p/${n}`
const page = (n: number | string, over: Partial<Known> = {}): Known => ({
  ...{ url: url(n), state: 'ok', reason: '', status: 200, title: `Lamp ${n} | Lamps`, name: `Lamp ${n}` },
  ...{ price: 10, currency: 'EUR', availability: 'InStock', issues: [], changes: [], fetchedAt: null, ...over },
})
const batch = (runId: string, pages: Known[], over: Partial<KnownPages> = {}): KnownPages => ({
  ...{ runId, site: 'lamps', attempt: 1, batch: 0, isCompared: true, pages, ...over },
})
const query = { site: 'lamps', sort: 'url', page: 1, perPage: 50 } as const
const list = async (over: Partial<Parameters<typeof read.list>[0]> = {}) => read.list({ ...query, ...over })
const named = async (over: Partial<Parameters<typeof read.list>[0]> = {}) =>
  (await list(over)).pages.map(({ url: of }) => of.slice(url('').length))
/** Which transaction wrote each row last. */
const writes = () => server.database.query('select url, xmin::text, xmax::text from site_pages order by url')

test('pages are told as they are, since when, and what changed of them', async () => {
  const first = await newRun()
  const added = { changes: ['added'], fetchedAt: '2026-11-20T10:00:00.000Z' }
  await apply(batch(first, [page(1, added), page(2, { ...added, issues: ['h1-missing'] })], { isCompared: false }))
  const second = await newRun()
  await apply(
    batch(second, [
      page(1, { price: 12, changes: ['Price'], fetchedAt: '2026-11-21T10:00:00.000Z' }),
      page(2, { issues: ['h1-missing'] }),
    ]),
  )
  const { pages, total } = await list()
  expect(total).toBe(2)
  expect(pages).toMatchObject([
    {
      ...{ id: pageIdOf('lamps', url(1)), site: 'lamps', url: url(1), price: 12 },
      changed: { runId: second, at: '2026-11-21T10:00:00.000Z', changes: ['Price'] },
      firstSeen: { runId: first, at: '2026-11-20T10:00:00.000Z' },
      lastSeen: { runId: second },
    },
    { url: url(2), issues: ['h1-missing'], changed: { runId: first, changes: ['added'] }, lastSeen: { runId: second } },
  ])
  expect(await read.get({ site: 'lamps', pageId: pageIdOf('lamps', url(2)) })).toMatchObject({
    page: { url: url(2) },
    lastRunId: second,
  })
})

test('a run that finds everything as it was writes no page', async () => {
  const pages = Array.from({ length: 300 }, (_, n) => page(n, { changes: ['added'] }))
  await apply(batch(await newRun(), pages, { isCompared: false }))
  const before = await writes()
  await apply(
    batch(
      await newRun(),
      pages.map((one) => ({ ...one, changes: [], fetchedAt: '2026-11-21T10:00:00.000Z' })),
    ),
  )
  expect(await writes()).toEqual(before)
  const last = await newRun()
  await apply(
    batch(
      last,
      pages.map((one, n) => ({ ...one, changes: [], price: n === 7 ? 8 : 10 })),
    ),
  )
  const after = await writes()
  expect(after.filter((row, n) => JSON.stringify(row) !== JSON.stringify(before[n]))).toHaveLength(1)
})

test('a page that a run does not reach stays as it was, and was last seen before', async () => {
  const [first, second, third] = [await newRun(), await newRun(), await newRun()]
  await apply(batch(first, [page(1), page(2)], { isCompared: false }))
  const notChecked = page(2, { state: 'not-checked', reason: 'limit', title: null, name: null, price: null })
  await apply(batch(second, [page(1), notChecked]))
  await apply(batch(third, [page(1), notChecked]))
  const seen = async () => (await list()).pages[1]
  expect(await seen()).toMatchObject({ state: 'not-checked', price: 10, name: 'Lamp 2', lastSeen: { runId: first } })
  const fourth = await newRun()
  await apply(batch(fourth, [page(1), page(2)]))
  expect(await seen()).toMatchObject({ state: 'ok', reason: '', lastSeen: { runId: fourth } })
  const gone = page(2, { state: 'gone', reason: 'in-no-source', changes: ['removed'] })
  const fifth = await newRun()
  await apply(batch(fifth, [page(1), gone]))
  expect(await seen()).toMatchObject({ state: 'gone', lastSeen: { runId: fourth }, changed: { runId: fifth } })
})

test('a page that was never read is gone when a run has not heard of it', async () => {
  const [first, second, third] = [await newRun(), await newRun(), await newRun()]
  const robots = page(2, { state: 'skipped', reason: 'robots', status: 0, title: null, name: null, price: null })
  await apply(batch(first, [page(1), robots], { isCompared: false }))
  await apply(batch(second, [page(1), robots]))
  expect((await list({ state: 'skipped' })).pages).toMatchObject([{ url: url(2), lastSeen: { runId: second } }])
  await apply(batch(third, [page(1)]))
  expect((await list({ state: 'skipped' })).total).toBe(0)
  expect((await list({ state: 'gone' })).pages).toMatchObject([
    { url: url(2), state: 'gone', reason: 'in-no-source', lastSeen: { runId: second } },
  ])
  const fourth = await newRun()
  await apply(batch(fourth, [page(1), page(2)]))
  expect((await list()).pages[1]).toMatchObject({
    state: 'ok',
    firstSeen: { runId: first },
    lastSeen: { runId: fourth },
  })
})

test('pages that no run has seen for half a year are forgotten', async () => {
  const [first, second] = [await newRun(), await newRun()]
  const robots = page(3, { state: 'skipped', reason: 'robots' })
  await apply(batch(first, [page(1), page(2), robots], { isCompared: false }))
  await apply(batch(second, [page(1), page(2, { state: 'gone', changes: ['removed'] }), robots]))
  const inDays = (days: number) => forgetPages(server.database, Date.now() + days * 86_400_000)
  await inDays(100)
  expect(await named()).toEqual(['1', '2', '3'])
  await inDays(200)
  expect(await named()).toEqual(['1', '3'])
})

test('after a run that was compared with nothing, pages that it does not name are not checked', async () => {
  const [first, second] = [await newRun(), await newRun()]
  await apply(batch(first, [page(1), page(2)], { isCompared: false }))
  await apply(batch(second, [page(3)], { batch: 1, isCompared: false }))
  await apply(batch(second, [page(1)], { isCompared: false }))
  expect((await list()).pages.map(({ state, lastSeen }) => [state, lastSeen.runId])).toEqual([
    ['ok', second],
    ['not-checked', first],
    ['ok', second],
  ])
})

test('batches may come twice, late and in any order: the latest export of the latest run counts', async () => {
  const [first, second] = [await newRun(), await newRun()]
  const late = batch(first, [page(1, { price: 1, changes: ['Price'] })])
  await apply(batch(second, [page(2)], { batch: 1 }))
  await Promise.all([apply(batch(second, [page(1, { changes: ['Price'] })])), apply(late)])
  await apply(batch(second, [page(2)], { batch: 1 }))
  expect((await list()).pages).toMatchObject([{ price: 10, changed: { runId: second } }, { changed: null }])
  await apply(batch(second, [page(1)], { attempt: 2 }))
  await apply(batch(second, [page(1, { price: 3, changes: ['Price'] })]))
  expect((await list()).pages[0]).toMatchObject({ price: 10, changed: null })
})

test('what a page says that no database keeps is taken out, and holds up no other page', async () => {
  const runId = await newRun()
  await apply(batch(runId, [page(1, { name: 'Lamp\0 1', title: 'cut \ud83d' }), page(2)], { isCompared: false }))
  const known = (await list()).pages
  expect(known).toMatchObject([{ name: 'Lamp 1', title: 'cut \ufffd' }, { name: 'Lamp 2' }])
})

test('pages of other sites stay, and of a run that is gone nothing is kept', async () => {
  const runId = await newRun()
  await apply(batch(runId, [page(1)]))
  await apply(batch(runId, [page(1, { price: 5 })], { site: 'books' }))
  await apply(batch(newId(), [page(1, { price: 5 })], { attempt: 9 }))
  expect((await list()).pages).toMatchObject([{ price: 10 }])
  expect((await list({ site: 'books' })).pages).toMatchObject([{ price: 5 }])
  await expect(list({ site: 'nope' })).rejects.toMatchObject({ code: 'not-found' })
  await expect(read.get({ site: 'lamps', pageId: newId() })).rejects.toMatchObject({ code: 'not-found' })
})

test('pages are filtered, sorted and given a page at a time', async () => {
  const first = await newRun()
  const pages = [
    page('a', { changes: ['added'], fetchedAt: '2026-11-20T10:00:00.000Z' }),
    page('b', { price: 5, issues: ['h1-missing', 'title-missing'] }),
    page('c', { price: null, name: null, title: 'About 100% us', status: 301 }),
    page('d', { state: 'failed', reason: 'http-404', status: 404, price: null, name: null }),
    page('e_1', { state: 'failed', reason: 'timeout', status: 0, price: 20 }),
  ]
  await apply(batch(first, pages, { isCompared: false }))
  await apply(
    batch(
      await newRun(),
      pages.map((one) => ({
        ...one,
        changes: one.price === 5 ? ['Price'] : [],
        fetchedAt: '2026-11-21T10:00:00.000Z',
      })),
    ),
  )
  expect(await named({ status: '3xx' })).toEqual(['c'])
  expect(await named({ status: 404 })).toEqual(['d'])
  expect(await named({ status: 'none' })).toEqual(['e_1'])
  expect(await named({ state: 'failed' })).toEqual(['d', 'e_1'])
  expect(await named({ issue: 'title-missing' })).toEqual(['b'])
  expect(await named({ changed: true })).toEqual(['b'])
  expect(await named({ changed: false, state: 'ok' })).toEqual(['a', 'c'])
  expect(await named({ search: '100%' })).toEqual(['c'])
  expect(await named({ search: '_' })).toEqual(['e_1'])
  expect(await named({ search: 'LAMP B' })).toEqual(['b'])
  expect(await named({ sort: 'price' })).toEqual(['b', 'a', 'e_1', 'c', 'd'])
  expect(await named({ sort: '-price' })).toEqual(['e_1', 'a', 'b', 'c', 'd'])
  expect(await named({ sort: '-changed' })).toEqual(['b', 'a', 'c', 'd', 'e_1'])
  expect(await named({ sort: '-url', page: 2, perPage: 2 })).toEqual(['c', 'b'])
  expect((await list({ perPage: 2, state: 'ok' })).total).toBe(3)
})

const change = (n: number, over: Partial<PageChanges['changes'][number]>): PageChanges['changes'][number] => ({
  ...{ url: url(n), change: 'changed', field: 'Price', old: 10, new: 5, difference: -5, percent: -50, name: 'Lamp' },
  ...{ reason: null, price: 5, currency: 'EUR', fetchedAt: '2026-11-20T10:00:00.000Z', ...over },
})
const whole = { field: null, old: null, new: null, difference: null, percent: null } as const

test('changes of all sites are told by what matters most, of a run or of a period, and counted by topic', async () => {
  const applyChanges = makeApplyChanges(server.database)
  const [first, second] = [await newRun(), await newRun()]
  const changes = [
    change(1, { field: 'Title 1', percent: null }),
    change(2, { percent: 3 }),
    change(3, { percent: -50 }),
    change(4, { field: 'Availability', percent: null }),
    change(5, { ...whole, change: 'added', price: null }),
    change(6, { ...whole, change: 'added' }),
    change(7, { ...whole, change: 'removed', reason: 'http-404', price: null }),
    change(8, { ...whole, change: 'moved' }),
    change(9, { field: 'Brand', percent: null }),
  ]
  await applyChanges({ runId: second, site: 'lamps', attempt: 1, batch: 0, changes })
  const book = change(1, { percent: 90, fetchedAt: '2026-11-01T10:00:00.000Z' })
  await applyChanges({ runId: first, site: 'books', attempt: 1, batch: 0, changes: [book] })
  const ask = { page: 1, perPage: 50 }
  const found = await readChanges({ ...ask, runId: second })
  expect(found.changes.map(({ url: of, topic }) => [Number(of.slice(url('').length)), topic])).toEqual([
    ...[
      [3, 'price'],
      [2, 'price'],
      [4, 'stock'],
      [7, 'removed'],
      [6, 'added'],
      [5, 'added'],
      [9, 'product'],
    ],
    ...[
      [8, 'moved'],
      [1, 'seo'],
    ],
  ])
  expect(found.topics).toEqual({ price: 2, stock: 1, removed: 1, added: 2, product: 1, moved: 1, seo: 1 })
  expect(found.changes[0]).toMatchObject({
    site: 'lamps',
    pageId: pageIdOf('lamps', url(3)),
    old: 10,
    new: 5,
    percent: -50,
  })
  const prices = await readChanges({ ...ask, from: '2026-11-01T00:00:00Z', to: '2026-11-30T00:00:00Z', topic: 'price' })
  expect(prices).toMatchObject({
    total: 3,
    changes: [{ site: 'books', percent: 90 }, { percent: -50 }, { percent: 3 }],
  })
  const site = await readChanges({
    ...ask,
    from: '2026-11-01T00:00:00+01:00',
    to: '2026-11-20T00:00:00Z',
    site: 'books',
  })
  expect(site).toMatchObject({ total: 1, topics: { price: 1 } })
  expect((await readChanges({ ...ask, runId: second, page: 2, perPage: 5 })).changes).toHaveLength(4)
})
