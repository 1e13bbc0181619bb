import { expect, test } from 'vitest'
import { type Column, cellsOf } from './column.ts'
import { fullColumns } from './full-columns.ts'
import { indexabilityOf, isNoindex } from './indexability.ts'
import { isProductRow, isReported } from './row.ts'
import { seoColumns } from './seo-columns.ts'
import type { SeoRow } from './seo-row.ts'
import { ledgerOf, productOf, recordOf, rowOf, seoOf } from './testing.ts'

function cells(columns: readonly Column<SeoRow>[], row: SeoRow) {
  return Object.fromEntries(cellsOf(columns, row).map((cell, i) => [columns[i]!.name, cell]))
}
const seo = (row: SeoRow) => cells(seoColumns, row)

test('a fetched page has its values under the names of the trade', () => {
  const record = recordOf({
    url: 'https://shop.example/a/b/lamp.html',
    lastModified: 'Wed, 18 Nov 2026 07:28:00 GMT',
    responseTimeMs: 1_234.4,
    seo: seoOf({
      title: 'Größe 😀',
      h1: ['one', 'two'],
      jsonLdTypes: ['Product', 'Offer'],
      openGraph: { 'og:title': 'OG' },
    }),
  })
  expect(seo(rowOf(record, { lastmod: '2026-11-01', source: 'sitemap' }))).toMatchObject({
    Address: record.url,
    'Status Code': 200,
    Status: 'OK',
    Indexability: 'Indexable',
    'Indexability Status': null,
    'Title 1': 'Größe 😀',
    'Title 1 Length': 7,
    'Meta Description 1': null,
    'Meta Description 1 Length': 0,
    'H1-1': 'one',
    'H1-2': 'two',
    'Text Ratio': 10,
    'Folder Depth': 2,
    'Response Time': 1.234,
    'Last Modified': Date.UTC(2026, 10, 18, 7, 28),
    'Open Graph Title': 'OG',
    'JSON-LD Types': 'Offer | Product',
    'In Sitemap': 'yes',
    'Sitemap Lastmod': Date.UTC(2026, 10, 1),
    Outcome: 'ok',
    Reason: null,
  })
})

test('a page without HTML has no lengths; one without a title has length 0', () => {
  expect(seo(rowOf(recordOf({ seo: null })))).toMatchObject({
    'Title 1': null,
    'Title 1 Length': null,
    'Word Count': null,
  })
  expect(seo(rowOf(recordOf({ seo: seoOf({ title: null }) })))).toMatchObject({ 'Title 1': null, 'Title 1 Length': 0 })
})

test('an unchanged page has the status it was confirmed with, not 304', () => {
  expect(seo(rowOf(recordOf(), { outcome: 'unchanged', reason: 'not-modified', status: 304 }))).toMatchObject({
    'Status Code': 200,
    Status: 'OK',
    Outcome: 'unchanged',
    Reason: 'not-modified',
  })
})

test.each<[string, SeoRow, string | null]>([
  ['an ordinary page', rowOf(recordOf()), null],
  ['itself as canonical', rowOf(recordOf({ seo: seoOf({ canonical: 'https://shop.example/lamp#top' }) })), null],
  ['another canonical', rowOf(recordOf({ seo: seoOf({ canonical: 'https://shop.example/' }) })), 'Canonicalised'],
  ['noindex', rowOf(recordOf({ seo: seoOf({ metaRobots: 'NOINDEX, follow' }) })), 'noindex'],
  [
    'a canonical and noindex',
    rowOf(recordOf({ seo: seoOf({ canonical: 'https://shop.example/', xRobotsTag: 'none' }) })),
    'Canonicalised,noindex',
  ],
  ['a redirect', rowOf(recordOf({ status: 302, seo: null })), 'Redirected'],
  ['404', rowOf(recordOf({ status: 404 }), { outcome: 'failed', reason: 'http-404' }), 'Client Error'],
  ['503', rowOf(recordOf({ status: 503 }), { outcome: 'failed', reason: 'http-503' }), 'Server Error'],
  ['no answer', rowOf(null, { outcome: 'failed', reason: 'dns-not-found', status: 0 }), 'No Response'],
  ['a block page', rowOf(recordOf(), { outcome: 'failed', reason: 'blocked-captcha' }), 'blocked-captcha'],
  ['robots', rowOf(null, { outcome: 'skipped', reason: 'robots', status: 0 }), 'Blocked by robots.txt'],
])('indexability of %s', (_name, row, reason) => {
  expect(indexabilityOf(row)).toEqual({ indexable: reason === null, reason })
})

test.each([
  ['googlebot: noindex', false],
  ['googlebot: nofollow, noindex', false],
  ['unavailable_after: 25 Jun 2026 15:00:00 PST, noindex', true],
  ['max-snippet: 5, none', true],
  ['index, follow', false],
  ['noindexing', false],
])('X-Robots-Tag %j', (value, expected) => {
  expect(isNoindex(null, value)).toBe(expected)
})

test('a meta refresh to another page is a redirect', () => {
  expect(seo(rowOf(recordOf({ seo: seoOf({ metaRefresh: '0; URL="/next"' }) })))).toMatchObject({
    'Redirect URL': 'https://shop.example/next',
    'Redirect Type': 'Meta Refresh',
  })
  expect(seo(rowOf(recordOf({ seo: seoOf({ metaRefresh: '5' }) })))).toMatchObject({
    'Redirect URL': null,
    'Redirect Type': null,
  })
})

test.each([
  ['ok', '', true],
  ['failed', 'timeout-headers', true],
  ['unchanged', 'fresh', true],
  ['skipped', 'robots', true],
  ['skipped', 'trap-deep-path', true],
  ['skipped', 'limit', false],
  ['skipped', 'dry-run', false],
  ['skipped', 'cancelled', false],
  ['skipped', 'max-depth', false],
  ['skipped', 'scope-exclude', false],
] as const)('whether %s %s is in seo.csv: %s', (outcome, reason, expected) => {
  expect(isReported({ ledger: ledgerOf({ outcome, reason }) })).toBe(expected)
})

test('a product that could not be fetched stays in full.csv, without the values of whatever answered', () => {
  const blocked = {
    ...rowOf(recordOf({ product: productOf({ price: 1 }) }), { outcome: 'failed', reason: 'blocked-captcha' }),
    previous: recordOf({ product: productOf({ price: 10 }) }),
  }
  expect(isProductRow(blocked)).toBe(true)
  expect(cells(fullColumns, blocked)).toMatchObject({
    Price: null,
    Name: null,
    Outcome: 'failed',
    Reason: 'blocked-captcha',
  })
  expect(isProductRow({ ...blocked, previous: null })).toBe(false)
  expect(isProductRow({ ...blocked, ledger: ledgerOf({ outcome: 'failed', status: 404 }) })).toBe(false)
})

test('where each value came from is said in a stable order', () => {
  const row = rowOf(recordOf({ product: productOf({ sources: { price: 'json-ld', name: 'open-graph' } }) }))
  expect(cells(fullColumns, row)['Value Sources']).toBe('name: open-graph | price: json-ld')
})
