import { qualityGates, qualitySchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { productOf, recordOf, rowOf } from '../testing.ts'
import { fewestPages, judgeQuality, qualityDefaults } from './judge-quality.ts'
import { readSiteReport, siteReportJson } from './site-report.ts'
import { countStats, type SiteStats } from './site-stats.ts'

const stats = (over: Partial<SiteStats> = {}): SiteStats => ({
  pages: 100,
  tried: 100,
  errors: 0,
  blockPages: 0,
  products: 100,
  emptyPrices: 0,
  fields: { price: 90, sku: 50, 'selector:delivery': 80 },
  missingRequired: {},
  ...over,
})
const judged = (now: Partial<SiteStats>, before: Partial<SiteStats> | null = {}) =>
  judgeQuality(stats(now), before === null ? null : stats(before))

test('a run like the one before passes', () => {
  expect(judged({})).toEqual({ status: 'passed', reasons: [] })
})

test.each<[string, Partial<SiteStats>, string, string | null]>([
  ['19 % fewer pages', { pages: 81 }, 'pages-drop', null],
  ['20 % fewer pages', { pages: 80 }, 'pages-drop', 'warning'],
  ['half of the pages', { pages: 50 }, 'pages-drop', 'failed'],
  ['more pages', { pages: 110 }, 'pages-drop', null],
  ['4 errors in 100', { errors: 4 }, 'errors', null],
  ['5 errors in 100', { errors: 5 }, 'errors', 'warning'],
  ['30 errors in 100', { errors: 30 }, 'errors', 'failed'],
  ['a block page in 100', { blockPages: 1 }, 'block-pages', 'warning'],
  ['10 block pages in 100', { blockPages: 10 }, 'block-pages', 'failed'],
  ['20 products without a price', { emptyPrices: 20 }, 'empty-prices', 'warning'],
  ['60 products without a price', { emptyPrices: 60 }, 'empty-prices', 'failed'],
  [
    'a required selector that matches nothing on 5 pages',
    { missingRequired: { delivery: 5 } },
    'required-missing',
    'warning',
  ],
  [
    'a required selector that matches nothing on 50 pages',
    { missingRequired: { delivery: 50 } },
    'required-missing',
    'failed',
  ],
  ['14 points fewer prices', { fields: { price: 76, sku: 50, 'selector:delivery': 80 } }, 'field-drop', null],
  ['15 points fewer prices', { fields: { price: 75, sku: 50, 'selector:delivery': 80 } }, 'field-drop', 'warning'],
  ['a selector that gives nothing any more', { fields: { price: 90, sku: 50 } }, 'field-drop', 'failed'],
])('%s', (_name, now, gate, status) => {
  const quality = judged(now)
  expect(quality.status).toBe(status ?? 'passed')
  expect(quality.reasons.map((reason) => [reason.gate, reason.status])).toEqual(status === null ? [] : [[gate, status]])
  expect(() => qualitySchema.parse(quality)).not.toThrow()
})

test('every gate has a default', () => {
  expect(Object.keys(qualityDefaults)).toEqual([...qualityGates])
})

test('the worst decides and comes first, and each is said in a sentence with its measure', () => {
  expect(judged({ errors: 6, emptyPrices: 70 })).toEqual({
    status: 'failed',
    reasons: [
      { gate: 'empty-prices', status: 'failed', measured: 70, threshold: 60, text: '70 of 100 products have no price' },
      { gate: 'errors', status: 'warning', measured: 6, threshold: 5, text: '6 of 100 pages failed' },
    ],
  })
})

test('without a run before nothing is compared with it', () => {
  expect(judged({ pages: 20, fields: {} }, null)).toEqual({ status: 'passed', reasons: [] })
})

test('a few pages say nothing', () => {
  const few = { pages: fewestPages - 1, tried: fewestPages - 1, products: fewestPages - 1 }
  expect(judged({ ...few, errors: 5, emptyPrices: 5, fields: {} }, few).status).toBe('passed')
})

test('a site has its own thresholds, and may switch a gate off', () => {
  const now = stats({ errors: 40, emptyPrices: 3 })
  const settings = { errors: { warning: null, failed: null }, 'empty-prices': { warning: 1, failed: 2.5 } }
  expect(judgeQuality(now, null, settings)).toMatchObject({ status: 'failed', reasons: [{ gate: 'empty-prices' }] })
})

test('counts tell errors from pages that are gone, and block pages from both', () => {
  const counter = countStats()
  const failed = (reason: string, status: number) => rowOf(null, { outcome: 'failed', reason, status })
  counter.add(
    rowOf(recordOf({ product: productOf({ price: null, sku: 'L' }), extracted: { delivery: 'today', note: null } })),
  )
  counter.add(rowOf(recordOf({ product: productOf({ price: null, lowPrice: 5 }), missingRequired: ['delivery'] })))
  counter.add(rowOf(recordOf({ status: 301, seo: null })))
  counter.add(failed('http-404', 404))
  counter.add(failed('timeout-headers', 0))
  counter.add(rowOf(recordOf(), { outcome: 'failed', reason: 'blocked-captcha' }))
  counter.add(rowOf(null, { outcome: 'skipped', reason: 'robots' }))
  expect(counter.read()).toEqual({
    pages: 2,
    tried: 6,
    errors: 2,
    blockPages: 1,
    products: 2,
    emptyPrices: 1,
    fields: { availability: 2, currency: 2, name: 2, 'selector:delivery': 1, sku: 1 },
    missingRequired: { delivery: 1 },
  })
})

test('names of selectors are counted up to a bound', () => {
  const counter = countStats()
  for (let n = 0; n < 300; n++) counter.add(rowOf(recordOf({ extracted: { [`field-${n}`]: 'x' } })))
  expect(Object.keys(counter.read().fields).length).toBeLessThanOrEqual(111)
})

test('a report is read as it was written, and anything else is none', () => {
  const report = {
    site: 's',
    runId: 'r',
    previousRunId: null,
    rows: { full: 1, seo: 2, issues: 3 },
    outcomes: {},
    reasons: {},
  }
  const whole = {
    ...report,
    diff: { added: 0, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 },
    issues: {},
    stats: stats(),
    quality: judged({}),
  }
  expect(readSiteReport(siteReportJson(whole))).toEqual(whole)
  expect(readSiteReport('{"seineReport": 99}')).toBeNull()
  expect(readSiteReport('{')).toBeNull()
})
