import { newId, type PageChanges } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { emptyDatabase, planRun, startDatabase, storeSites } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { makeApplyChanges } from './apply-changes.ts'
import { makeForgetChanges } from './forget-changes.ts'
import { makeReadHistory } from './read-history.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
let apply: ReturnType<typeof makeApplyChanges>
let read: ReturnType<typeof makeReadHistory>
const catalogue = testCatalogue([testSite('lamps'), testSite('books')])

beforeAll(async () => {
  server = await startDatabase()
  apply = makeApplyChanges(server.database)
  read = makeReadHistory(server.database)
  await storeSites(server.database, catalogue.sites, Date.now())
})
afterAll(() => server.stop())
beforeEach(async () => {
  await emptyDatabase(server.database)
  await server.database.query('truncate page_changes')
})

const newRun = () => planRun(server.database, catalogue)
const url = 'https://lamps.test/p/1'
type Change = PageChanges['changes'][number]

const added: Change = {
  ...{ url, change: 'added', field: null, old: null, new: null, difference: null, percent: null, name: 'Lamp' },
  ...{ reason: null, price: 10, currency: 'EUR', fetchedAt: '2026-11-20T10:00:00.123Z' },
}
const priceMove = (old: number, next: number): Change => ({
  ...{ ...added, change: 'changed', field: 'Price', old, new: next, difference: next - old, percent: 1, price: next },
})
const batch = (runId: string, changes: Change[], over: Partial<PageChanges> = {}): PageChanges => ({
  ...{ runId, site: 'lamps', attempt: 1, batch: 0, changes, ...over },
})
const ask = { site: 'lamps', url, page: 1, perPage: 50 }
const fieldsOf = async () => (await read.history(ask)).changes.map(({ runId, field }) => [runId, field])

test('a page’s changes are told newest first, run by run, each with its values', async () => {
  const [first, second] = [await newRun(), await newRun()]
  await apply(batch(first, [added, { ...added, url: 'https://lamps.test/p/2' }]))
  const name: Change = { ...added, change: 'changed', field: 'Name', old: 'Lamp', new: 'Lamp "XL"', name: 'Lamp "XL"' }
  await apply(batch(second, [name, priceMove(10, 12)]))
  const { changes, total } = await read.history(ask)
  expect(total).toBe(3)
  expect(changes).toMatchObject([
    { runId: second, field: 'Name', change: 'changed', old: 'Lamp', new: 'Lamp "XL"', difference: null },
    { runId: second, field: 'Price', old: 10, new: 12, difference: 2, price: 12, currency: 'EUR' },
    { runId: first, field: null, change: 'added', old: null, new: null, at: '2026-11-20T10:00:00.123Z' },
  ])
  expect((await read.history({ ...ask, page: 2, perPage: 2 })).changes.map(({ runId }) => runId)).toEqual([first])
})

test('a batch that comes again changes nothing', async () => {
  const runId = await newRun()
  const one = batch(runId, [added])
  await apply(one)
  await apply(one)
  await Promise.all([apply(batch(runId, [priceMove(1, 2)], { batch: 1 })), apply(one)])
  expect((await read.history(ask)).total).toBe(2)
})

test('the changes of a later export take the place of an earlier one’s, in whatever order they come', async () => {
  const runId = await newRun()
  await apply(batch(runId, [added, priceMove(1, 2)]))
  await apply(batch(runId, [{ ...added, name: 'Other' }], { attempt: 2 }))
  await apply(batch(runId, [priceMove(1, 2)], { batch: 1 }))
  expect(await fieldsOf()).toEqual([[runId, null]])
  expect((await read.history(ask)).changes[0]?.name).toBe('Other')
  await apply(batch(runId, [], { attempt: 3 }))
  expect(await fieldsOf()).toEqual([])
})

test('exports of other sites and runs stay as they are', async () => {
  const [first, second] = [await newRun(), await newRun()]
  await apply(batch(first, [added]))
  await apply(batch(second, [priceMove(10, 11)]))
  await apply(batch(second, [{ ...added, url: 'https://books.test/' }], { site: 'books' }))
  await apply(batch(second, [], { attempt: 2 }))
  expect(await fieldsOf()).toEqual([[first, null]])
  expect((await read.history({ ...ask, site: 'books', url: 'https://books.test/' })).total).toBe(1)
})

test('changes of a run that is gone are let go of', async () => {
  await apply(batch(newId(), [added]))
  expect((await read.history(ask)).total).toBe(0)
})

test('prices are a point for each run in which they were new or others', async () => {
  const runs = [await newRun(), await newRun(), await newRun(), await newRun()]
  await apply(batch(runs[0]!, [added]))
  const availability: Change = { ...added, change: 'changed', field: 'Availability', old: 'InStock', new: 'OutOfStock' }
  await apply(batch(runs[1]!, [availability]))
  await apply(batch(runs[2]!, [priceMove(10, 12), { ...priceMove(10, 12), field: 'Currency', old: 'EUR', new: 'USD' }]))
  await apply(batch(runs[3]!, [{ ...added, change: 'removed', price: null, currency: null, reason: 'http-404' }]))
  expect(await read.prices(ask)).toEqual({
    prices: [
      { runId: runs[0], at: '2026-11-20T10:00:00.123Z', price: 10, currency: 'EUR' },
      { runId: runs[2], at: '2026-11-20T10:00:00.123Z', price: 12, currency: 'EUR' },
    ],
    total: 2,
  })
  expect((await read.prices({ ...ask, page: 2, perPage: 1 })).prices).toMatchObject([{ runId: runs[2] }])
})

test('a page nobody knows has no history, an unknown site and a URL that is none are refused', async () => {
  expect(await read.history({ ...ask, url: 'https://lamps.test/none' })).toEqual({ changes: [], total: 0 })
  await expect(read.history({ ...ask, site: 'nope' })).rejects.toMatchObject({ code: 'not-found' })
  await expect(read.prices({ ...ask, url: 'nonsense' })).rejects.toMatchObject({ code: 'invalid' })
})

test('the URL may be written as people do', async () => {
  await apply(batch(await newRun(), [added]))
  expect((await read.history({ ...ask, url: 'HTTPS://lamps.test:443/p/../p/1#x' })).total).toBe(1)
})

test('changes older than they are kept are forgotten, a bounded number at a time', async () => {
  const [first, second] = [await newRun(), await newRun()]
  const fetchedAt = '2026-11-20T10:00:00.123Z'
  const day = 24 * 3_600_000
  await apply(batch(first, [added, { ...added, field: 'Name' }, { ...added, field: 'Brand' }]))
  await apply(batch(second, [{ ...priceMove(10, 12), fetchedAt: new Date(Date.parse(fetchedAt) + day).toISOString() }]))
  const forget = (keptDays: number, ageMs: number) =>
    makeForgetChanges({
      ...{ database: server.database, keptDays, log: silentLogger, rowsAtOnce: 2 },
      nowMs: () => Date.parse(fetchedAt) + ageMs,
    })()
  expect(await forget(0, 10_000 * day)).toBe('idle')
  expect(await forget(30, 30 * day)).toBe('idle')
  expect(await fieldsOf()).toHaveLength(4)
  expect(await forget(30, 30 * day + 1)).toBe('more')
  expect(await forget(30, 30 * day + 1)).toBe('idle')
  expect(await fieldsOf()).toEqual([[second, 'Price']])
})
