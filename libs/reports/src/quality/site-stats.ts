import type { PageRecord, Product } from '@seine/contracts'
import { answerOf } from '../cross-page/page-state.ts'
import { isGone, type ReportRow } from '../row.ts'
import type { MedianPrice } from './median-price.ts'

/** Counts of a site run that quality is judged by, and the next run's is compared with. In pages. */
export interface SiteStats {
  /** Answered 2xx, now or (unchanged) before. */
  readonly pages: number
  /** Asked for: answered, redirected or failed. */
  readonly tried: number
  /** Failed other than with 404 and 410: those say what the site means to say. */
  readonly errors: number
  readonly blockPages: number
  readonly products: number
  /** Products without any price. */
  readonly emptyPrices: number
  /** Products with a value, by field; pages with a value, by site selector as `selector:<name>`. */
  readonly fields: Readonly<Record<string, number>>
  /** Pages on which a required selector matched nothing, by selector. */
  readonly missingRequired: Readonly<Record<string, number>>
  /** Null: no product has a price. Absent: written before it was counted. */
  readonly medianPrice?: MedianPrice | null
}

/** Fields of a product that a shop's pages have or have not; what most shops never say is left out. */
export const coveredFields = [
  'name',
  'brand',
  'sku',
  'gtin',
  'price',
  'currency',
  'availability',
  'ratingValue',
  'category',
  'description',
  'images',
] as const satisfies (keyof Product)[]

/** Selectors counted by name; sites have a hundred at most. */
const maxSelectors = 100

export interface StatsCounter {
  add(row: ReportRow): void
  read(): SiteStats
}

export function countStats(): StatsCounter {
  const counts = { pages: 0, tried: 0, errors: 0, blockPages: 0, products: 0, emptyPrices: 0 }
  const fields: Record<string, number> = {}
  const missingRequired: Record<string, number> = {}

  function addRecord({ product, extracted, missingRequired: missing }: PageRecord): void {
    for (const [name, value] of Object.entries(extracted ?? {})) if (hasValue(value)) raise(fields, `selector:${name}`)
    for (const name of missing ?? []) raise(missingRequired, name)
    if (product === null) return
    counts.products++
    if (product.price === null && product.lowPrice === null) counts.emptyPrices++
    for (const field of coveredFields) if (hasValue(product[field])) raise(fields, field)
  }
  return {
    add(row) {
      const { ledger, record } = row
      if (ledger.outcome === 'skipped') return
      counts.tried++
      const answer = answerOf(row)
      if (ledger.outcome === 'failed') {
        if (!isGone(ledger.status)) counts.errors++
        if (ledger.reason.startsWith('blocked-')) counts.blockPages++
      } else if (answer === 'ok') {
        counts.pages++
        if (record !== null) addRecord(record)
      }
    },
    read: () => ({ ...counts, fields: sorted(fields), missingRequired: sorted(missingRequired) }),
  }
}

const hasValue = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)

function raise(counts: Record<string, number>, key: string): void {
  if (counts[key] === undefined && Object.keys(counts).length >= maxSelectors + coveredFields.length) return
  counts[key] = (counts[key] ?? 0) + 1
}

// Two exports of a run meet pages in one order, but names in records may come in any: keeps I8.
const sorted = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
