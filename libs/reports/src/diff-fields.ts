import type { PageRecord, Product, Seo } from '@seine/contracts'
import { joined } from './column.ts'

/** What is compared of two records of a page. */
export interface DiffField {
  readonly name: string
  /** Availability and prices: their changes come first in the file. */
  readonly first: boolean
  /** The field as it is compared and shown: blanks collapsed, lists sorted. */
  value(record: PageRecord): string | number | null
  /** Whether the difference of two numbers means anything. Absent: always. */
  comparable?(before: PageRecord, now: PageRecord): boolean
}

const tidy = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : text.normalize('NFC').replace(/\s+/g, ' ').trim() || null

const sorted = (values: readonly string[] | undefined): string | null =>
  joined([...new Set((values ?? []).map((value) => tidy(value) ?? ''))].filter(Boolean).sort())

const sameCurrency = (before: PageRecord, now: PageRecord): boolean =>
  before.product?.currency === now.product?.currency

function product(name: string, key: keyof Product, first = false): DiffField {
  return {
    name,
    first,
    value(record) {
      const value = record.product?.[key]
      return typeof value === 'number' ? value : tidy(value as string | null | undefined)
    },
    ...(/Price/.test(name) ? { comparable: sameCurrency } : {}),
  }
}

function seo(name: string, value: (seo: Seo) => string | null): DiffField {
  return { name, first: false, value: (record) => (record.seo === null ? null : value(record.seo)) }
}

/**
 * Fields of a product, compared where both records have one. Left out is what changes without news: ratings' texts,
 * sources, the price as written.
 */
export const productDiffFields: readonly DiffField[] = [
  product('Availability', 'availability', true),
  product('Price', 'price', true),
  product('Regular Price', 'regularPrice', true),
  product('Low Price', 'lowPrice', true),
  product('High Price', 'highPrice', true),
  product('Currency', 'currency', true),
  product('Offer Count', 'offerCount'),
  product('Name', 'name'),
  product('Brand', 'brand'),
  product('SKU', 'sku'),
  product('MPN', 'mpn'),
  product('GTIN', 'gtin'),
  product('Product ID', 'productId'),
  product('Condition', 'itemCondition'),
  product('Seller', 'seller'),
  product('Price Valid Until', 'priceValidUntil'),
  product('Rating', 'ratingValue'),
  product('Rating Count', 'ratingCount'),
  product('Category', 'category'),
  product('Colour', 'colour'),
  product('Size', 'size'),
  product('Description', 'description'),
  { name: 'Images', first: false, value: (record) => sorted(record.product?.images) },
]

/** Fields of every page. Left out is what changes with each fetch: times, sizes, counts of words and links, hashes. */
export const pageDiffFields: readonly DiffField[] = [
  { name: 'Status Code', first: false, value: (record) => record.status },
  seo('Title 1', (page) => tidy(page.title)),
  seo('Meta Description 1', (page) => tidy(page.description)),
  seo('Meta Keywords 1', (page) => sorted(page.keywords?.split(','))),
  seo('H1', (page) => sorted(page.h1)),
  seo('H2', (page) => sorted(page.h2)),
  seo('Meta Robots 1', (page) => sorted(page.metaRobots?.toLowerCase().split(','))),
  seo('X-Robots-Tag 1', (page) => sorted(page.xRobotsTag?.toLowerCase().split(','))),
  seo('Canonical Link Element 1', (page) => tidy(page.canonical)),
  seo('Meta Refresh 1', (page) => tidy(page.metaRefresh)),
  seo('Language', (page) => tidy(page.language)),
  seo('Hreflang', (page) => sorted(page.hreflang.map(({ lang, url }) => `${lang}: ${url}`))),
  seo('JSON-LD Types', (page) => sorted(page.jsonLdTypes)),
]

/** The fields whose numbers are prices, for colours in a workbook. */
export const priceFields: readonly string[] = productDiffFields
  .map((field) => field.name)
  .filter((name) => /^(Regular |Low |High )?Price$/.test(name))
