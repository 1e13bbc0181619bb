import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { productOf, recordOf, rowOf } from '../testing.ts'
import { makeMedianPrice, maxCurrencies } from './median-price.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'median-test-'))
})
afterAll(() => rm(dir, { recursive: true }))

type Priced = readonly [price: number | null, currency?: string | null]
const productRow = ([price, currency = 'EUR']: Priced) => rowOf(recordOf({ product: productOf({ price, currency }) }))

async function medianOf(products: readonly Priced[], maxBytes = 1_000_000) {
  await using prices = makeMedianPrice({ dir, maxBytes })
  for (const product of products) await prices.add(productRow(product))
  return await prices.read()
}

test.each<[string, Priced[], object | null]>([
  ['no product', [], null],
  ['products without a price', [[null], [null]], null],
  ['one price', [[9.99]], { value: 9.99, currency: 'EUR', products: 1 }],
  ['an odd number of prices', [[100], [9], [20.5]], { value: 20.5, currency: 'EUR', products: 3 }],
  ['an even number of prices', [[1], [30], [10.1], [10.2]], { value: 10.15, currency: 'EUR', products: 4 }],
  ['prices of several sizes', [[0], [1e-3], [7], [1e9]], { value: 3.5005, currency: 'EUR', products: 4 }],
  [
    'several currencies: that of most products',
    [[1], [900, 'RUB'], [2], [800, 'RUB'], [700, 'RUB']],
    { value: 800, currency: 'RUB', products: 3 },
  ],
  ['as many of each: the first by its name', [[5, 'USD'], [7]], { value: 7, currency: 'EUR', products: 1 }],
  ['no currency', [[5, null]], { value: 5, currency: null, products: 1 }],
])('%s', async (_name, products, expected) => {
  expect(await medianOf(products)).toEqual(expected)
})

test('a price range counts by its lowest price', async () => {
  await using prices = makeMedianPrice({ dir, maxBytes: 1_000 })
  await prices.add(rowOf(recordOf({ product: productOf({ price: null, lowPrice: 3 }) })))
  expect(await prices.read()).toMatchObject({ value: 3 })
})

test('more products than fit into memory have the same median, and leave no file', async () => {
  const many = Array.from({ length: 5_001 }, (_, n): Priced => [((n * 7_919) % 5_001) / 100])
  expect(await medianOf(many, 20_000)).toEqual({ value: 25, currency: 'EUR', products: 5_001 })
  expect(await readdir(dir)).toEqual([])
})

test('a site that calls everything a currency has the first of them counted', async () => {
  const many = Array.from({ length: maxCurrencies + 50 }, (_, n): Priced => [n, String(n)])
  expect(await medianOf([...many, [1, '149'], [1, '149'], [8, '0']])).toEqual({ value: 4, currency: '0', products: 2 })
})

test('pages that did not answer count for nothing', async () => {
  await using prices = makeMedianPrice({ dir, maxBytes: 1_000 })
  await prices.add(rowOf(recordOf({ product: productOf() }), { outcome: 'failed', status: 500 }))
  await prices.add(rowOf(recordOf({ status: 404, product: productOf() })))
  expect(await prices.read()).toBeNull()
})
