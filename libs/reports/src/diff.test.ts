import type { PageRecord, Product } from '@seine/contracts'
import { expect, test } from 'vitest'
import { changeKey, type DiffPage, diffPage } from './diff.ts'
import type { LedgerRow } from './row.ts'
import { ledgerOf, productOf, recordOf, seoOf } from './testing.ts'

const url = 'https://shop.example/lamp'
const all = { allSourcesRead: true }
const some = { allSourcesRead: false }
const there = recordOf()
const redirect = recordOf({ status: 301, redirectUrl: 'https://shop.example/new', seo: null })
const failed = (reason: string, status: number) => ledgerOf({ outcome: 'failed', reason, status })

function page(previous: PageRecord | null, ledger: LedgerRow | null, record: PageRecord | null = null): DiffPage {
  return { url, ledger, record, previous }
}

test.each<[string, DiffPage, typeof all, string | null]>([
  ['a page that was not there is added', page(null, ledgerOf(), there), all, 'added'],
  ['a page that was 404 and is back is added', page(recordOf({ status: 404 }), ledgerOf(), there), all, 'added'],
  ['a redirect that is a page again is added', page(redirect, ledgerOf(), there), all, 'added'],
  ['404 is removed', page(there, failed('http-404', 404), recordOf({ status: 404 })), some, 'removed'],
  ['410 is removed', page(there, failed('http-410', 410), recordOf({ status: 410 })), some, 'removed'],
  ['in no source, all of them read, is removed', page(there, null), all, 'removed'],
  ['in no source, some unread, is not checked', page(there, null), some, 'notChecked'],
  ['500 is not checked', page(there, failed('http-500', 500), recordOf({ status: 500 })), all, 'notChecked'],
  ['403 is not checked', page(there, failed('http-403', 403), recordOf({ status: 403 })), all, 'notChecked'],
  ['a timeout is not checked', page(there, failed('timeout-headers', 0)), all, 'notChecked'],
  ['a block page is not checked', page(there, failed('blocked-captcha', 200), there), all, 'notChecked'],
  ['robots is not checked', page(there, ledgerOf({ outcome: 'skipped', reason: 'robots' })), all, 'notChecked'],
  ['a limit is not checked', page(there, ledgerOf({ outcome: 'skipped', reason: 'limit' })), all, 'notChecked'],
  ['a redirect is moved', page(there, ledgerOf({ status: 301 }), redirect), all, 'moved'],
  ['a redirect as before is unchanged', page(redirect, ledgerOf({ status: 301 }), redirect), all, 'unchanged'],
  [
    'a redirect elsewhere is moved',
    page({ ...redirect, redirectUrl: 'https://shop.example/x' }, ledgerOf({ status: 301 }), redirect),
    all,
    'moved',
  ],
  ['the same is unchanged', page(there, ledgerOf(), there), all, 'unchanged'],
  ['not modified is unchanged', page(there, ledgerOf({ outcome: 'unchanged', status: 304 }), there), all, 'unchanged'],
  ['a new 404 is nothing', page(null, failed('http-404', 404), recordOf({ status: 404 })), all, null],
  ['a new redirect is nothing', page(null, ledgerOf({ status: 301 }), redirect), all, null],
  ['a new failure is nothing', page(null, failed('timeout-headers', 0)), all, null],
])('%s', (_name, given, options, counts) => {
  expect(diffPage(given, options).counts).toBe(counts)
})

test('pages that were no part of the run are counted and not listed', () => {
  expect(diffPage(page(there, ledgerOf({ outcome: 'skipped', reason: 'limit' })), all).changes).toEqual([])
  expect(diffPage(page(there, null), some).changes).toEqual([])
  expect(diffPage(page(there, failed('timeout-headers', 0)), all).changes).toMatchObject([
    { reason: 'timeout-headers', name: 'A lamp' },
  ])
})

const changes = (before: Partial<PageRecord>, now: Partial<PageRecord>) =>
  diffPage(page(recordOf(before), ledgerOf(), recordOf(now)), all).changes
const productChanges = (before: Partial<Product>, now: Partial<Product>) =>
  changes({ product: productOf(before) }, { product: productOf(now) })

test('numbers that changed have a difference without the noise of binary fractions', () => {
  expect(productChanges({ price: 12.3 }, { price: 10.1 })).toMatchObject([
    { field: 'Price', old: 12.3, new: 10.1, difference: -2.2, percent: -17.89, name: 'Lamp' },
  ])
  expect(productChanges({ price: 0 }, { price: 5 })).toMatchObject([{ difference: 5, percent: null }])
  expect(productChanges({ price: null }, { price: 5 })).toMatchObject([
    { old: null, new: 5, difference: null, percent: null },
  ])
})

test('prices in different currencies have no difference', () => {
  const [price, currency] = productChanges({ price: 10, currency: 'EUR' }, { price: 11, currency: 'USD' })
  expect(price).toMatchObject({ field: 'Price', difference: null, percent: null })
  expect(currency).toMatchObject({ field: 'Currency', old: 'EUR', new: 'USD' })
})

test('blanks, the form of a letter and the order of lists are no change', () => {
  expect(
    changes(
      {
        seo: seoOf({
          title: ' A  lamp\n',
          h2: ['b', 'a'],
          jsonLdTypes: ['Product', 'Offer'],
          metaRobots: 'index, follow',
        }),
        product: productOf({ name: 'Ampe\u0301re', images: ['1', '2'] }),
      },
      {
        seo: seoOf({ title: 'A lamp', h2: ['a', 'b'], jsonLdTypes: ['Offer', 'Product'], metaRobots: 'FOLLOW,index' }),
        product: productOf({ name: 'Amp\u00e9re', images: ['2', '1', '1'] }),
      },
    ),
  ).toEqual([])
})

test('what differs with every fetch is no change', () => {
  expect(
    changes(
      {
        responseTimeMs: 1,
        sizeBytes: 1,
        bodyHash: 'a'.repeat(64),
        fetchedAt: '2026-01-01T00:00:00Z',
        seo: seoOf({ wordCount: 1 }),
      },
      {
        responseTimeMs: 2,
        sizeBytes: 2,
        bodyHash: 'b'.repeat(64),
        fetchedAt: '2026-01-02T00:00:00Z',
        seo: seoOf({ wordCount: 2 }),
      },
    ),
  ).toEqual([])
})

test('fields that the site ignores and prices that hardly move are no change', () => {
  const settings = { ignoreFields: ['Rating Count', 'Title 1'], minPriceChangePercent: 2 }
  const changesOf = (before: Partial<Product>, now: Partial<Product>) => {
    const [old, next] = [before, now].map((product) => recordOf({ product: productOf(product) }))
    return diffPage(page(old!, ledgerOf(), next!), { ...all, settings })
  }
  expect(changesOf({ ratingCount: 5, price: 100 }, { ratingCount: 6, price: 101.9 })).toEqual({
    counts: 'unchanged',
    changes: [],
  })
  expect(changesOf({ price: 100 }, { price: 98 }).changes).toMatchObject([{ field: 'Price', percent: -2 }])
  expect(changesOf({ price: 100 }, { price: null }).changes).toMatchObject([{ field: 'Price', new: null }])
  expect(changesOf({ ratingValue: 4.5 }, { ratingValue: 4.51 }).changes).toMatchObject([{ field: 'Rating' }])
})

test('product data that comes or goes as a whole is one change', () => {
  expect(changes({ product: productOf() }, { product: null })).toMatchObject([
    { field: 'Product', old: 'Lamp', new: null },
  ])
  expect(changes({ product: null }, { product: productOf() })).toMatchObject([
    { field: 'Product', old: null, new: 'Lamp' },
  ])
})

test('the order is: availability and price, removed, added, moved, other changes, not checked; then URL; then field', () => {
  const change = { url, field: null, old: null, new: null, difference: null, percent: null, name: null, reason: null }
  const inOrder = [
    { ...change, url: `${url}-1`, change: 'changed', field: 'Availability' },
    { ...change, url: `${url}-1`, change: 'changed', field: 'Price' },
    { ...change, url: `${url}-2`, change: 'changed', field: 'Availability' },
    { ...change, change: 'removed' },
    { ...change, change: 'added' },
    { ...change, change: 'moved' },
    { ...change, url: `${url}-1`, change: 'changed', field: 'Name' },
    { ...change, url: `${url}-1`, change: 'changed', field: 'Title 1' },
    { ...change, change: 'not_checked' },
  ] as const
  const keys = inOrder.map(changeKey)
  expect([...keys].sort()).toEqual(keys)
  expect(new Set(keys).size).toBe(keys.length)
})
