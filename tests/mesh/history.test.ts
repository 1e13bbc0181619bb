import type { PagesRequest } from '@seine/client'
import {
  eventually,
  lampAssortment,
  type Mesh,
  type SampleSites,
  startMesh,
  startSampleSites,
  stockAt,
} from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** What runs found changed, kept page by page and asked for by URL. */
let samples: SampleSites
let mesh: Mesh

beforeAll(async () => {
  samples = await startSampleSites()
  mesh = await startMesh({ sites: samples.sites.filter(({ name }) => name === 'lamps'), env: samples.fetcherEnv })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
})

test('a product’s history has its first run and what changed since, and its prices are a series', async () => {
  const first = await mesh.run()
  samples.advance()
  const second = await mesh.run()
  const before = new Map(stockAt(lampAssortment, 1).products.map((product) => [product.slug, product]))
  const moved = stockAt(lampAssortment, 2).products.find(
    ({ slug, priceCents }) => before.has(slug) && before.get(slug)!.priceCents !== priceCents,
  )!
  const url = `${samples.originOf('lamps')}/p/${moved.slug}`
  const { data } = await eventually(async () => {
    const history = await mesh.client.pageHistory('lamps', url)
    expect(history.data.map(({ runId }) => runId)).toContain(second.id)
    expect(history.data.map(({ runId }) => runId)).toContain(first.id)
    return history
  })
  const oldPrice = before.get(moved.slug)!.priceCents / 100
  expect(data.at(-1)).toMatchObject({ runId: first.id, change: 'added', field: null, price: oldPrice })
  expect(data.find(({ field }) => field === 'Price')).toMatchObject({
    ...{ runId: second.id, change: 'changed', old: oldPrice, new: moved.priceCents / 100, currency: 'EUR' },
  })
  const prices = await mesh.client.pagePrices('lamps', url)
  expect(prices.data.map(({ runId, price }) => [runId, price])).toEqual([
    [first.id, oldPrice],
    [second.id, moved.priceCents / 100],
  ])
  expect(prices.pagination).toMatchObject({ page: 1, total: 2 })
})

test('a site’s pages are listed with what changed of them, and each has its record and what is wrong with it', async () => {
  const { data: runs } = await mesh.client.listRuns()
  const [second] = runs
  const list = (request: PagesRequest) => mesh.client.listPages('lamps', request)
  const { change, size } = lampAssortment
  const changed = await eventually(async () => {
    const found = await list({ changed: true, sort: '-price', perPage: 100 })
    expect(found.data.filter(({ changed: last }) => last?.changes.includes('Price'))).toHaveLength(change.prices)
    return found.data
  })
  expect(changed.filter(({ changed: last }) => last?.changes.includes('added'))).toHaveLength(change.added)
  expect(changed.every(({ changed: last }) => last?.runId === second!.id)).toBe(true)
  const products = await list({ search: '/p/', state: 'ok' })
  expect(products.pagination.total).toBe(size + change.added - change.removed)
  // Some products have gone, and some were never there.
  expect((await list({ status: '4xx', sort: 'url' })).data.map(({ state }) => state)).toContain('failed')

  const one = changed.find(({ changed: last }) => last?.changes.includes('Price'))!
  const page = await mesh.client.getPage('lamps', one.id)
  expect(page).toMatchObject({ ...one, recordRunId: second!.id, noRecord: null })
  expect(page.record).toMatchObject({ url: one.url, product: { price: one.price, currency: 'EUR' } })
  expect(page.record?.extracted).toMatchObject({ listPrice: one.price, recycled: true })
  expect(page.issueDetails.map(({ code }) => code)).toEqual(one.issues)
  expect(page.issueDetails.every(({ text, fix }) => text !== '' && fix !== '')).toBe(true)
  const issue = one.issues[0]!
  expect((await list({ issue, perPage: 200 })).data.map(({ id }) => id)).toContain(one.id)
  expect((await mesh.client.historyOfPage('lamps', one.id)).data[0]).toMatchObject({
    runId: second!.id,
    field: 'Price',
  })
  expect((await mesh.client.pricesOfPage('lamps', one.id)).data.at(-1)).toMatchObject({ price: one.price })
  await expect(mesh.client.getPage('lamps', second!.id)).rejects.toMatchObject({ status: 404 })

  const { total, kinds } = await mesh.client.countChanges({ run: second!.id })
  expect(kinds).toMatchObject({ price: change.prices, stock: change.availabilities })
  const changes = await mesh.client.listChanges({ run: second!.id, perPage: 200 })
  expect(changes.pagination.total).toBe(total)
  const percents = changes.data.slice(0, change.prices).map(({ percent }) => Math.abs(percent!))
  expect(percents).toEqual([...percents].sort((a, b) => b - a))
  expect(changes.data[0]).toMatchObject({ site: 'lamps', topic: 'price', field: 'Price' })
  const today = new Date(Date.now() - 3_600_000).toISOString()
  expect((await mesh.client.listChanges({ from: today, kind: 'stock' })).pagination.total).toBe(change.availabilities)
  await expect(mesh.client.listChanges({ site: 'lamps' })).rejects.toMatchObject({ status: 400 })
})

test('old results and files go when they are asked to, the last run and the history of pages stay', async () => {
  const { data } = await mesh.client.listRuns()
  const [last, old] = data
  await mesh.configure(
    samples.sites.filter(({ name }) => name === 'lamps').map((site) => ({ ...site, retain: { runs: 1 } })),
  )
  const third = await mesh.run()
  expect(third.status).toBe('completed')
  expect((await mesh.client.retain({ dryRun: true })).siteRuns.map(({ runId }) => runId)).toEqual([old!.id, last!.id])
  await mesh.client.retain()
  await eventually(async () => {
    for (const id of [old!.id, last!.id]) {
      expect((await mesh.client.getRun(id)).archive).toBeNull()
      expect(await mesh.client.artifact(id, 'lamps', 'full.csv')).toBeNull()
    }
  })
  expect(await mesh.client.artifact(third.id, 'lamps', 'full.csv')).not.toBeNull()
  expect((await mesh.archive(third.id)).has('lamps/full.csv')).toBe(true)
  expect((await mesh.client.getRun(old!.id)).counts.ok).toBeGreaterThan(0)
  expect((await mesh.client.pageHistory('lamps', samples.originOf('lamps'))).data.length).toBeGreaterThan(0)
  await expect(mesh.client.retryRun(old!.id, { site: 'lamps' })).rejects.toMatchObject({ status: 409 })
  const fourth = await mesh.run()
  expect(fourth.sites[0]?.diff).toMatchObject({ added: 0, changed: 0, removed: 0 })
})

test('a page that never changed has the one entry that it is there, and an unknown site is refused', async () => {
  const { data } = await mesh.client.pageHistory('lamps', samples.originOf('lamps'))
  expect(data.filter(({ change }) => change === 'added')).toHaveLength(1)
  await expect(mesh.client.pageHistory('nope', 'https://nope.test/')).rejects.toMatchObject({ status: 404 })
  await expect(mesh.client.pageHistory('lamps', 'nonsense')).rejects.toMatchObject({ status: 422 })
})
