import { type PageRecord, recordLimits } from '@seine/contracts'
import { availabilityOf, conditionOf } from '../availability.ts'
import { currencyCode } from '../currency.ts'
import { checkedGtin } from '../gtin.ts'
import { isProductField, type ProductDraft } from '../product-draft.ts'
import type { Cutter } from '../text.ts'
import type { FieldReading } from './field-reader.ts'
import type { Json } from './field-value.ts'

/** Of the fields that name a thing for sale: a heading alone, which every page has, makes no product. */
const sells = new Set(['price', 'lowPrice', 'availability', 'sku', 'mpn', 'gtin', 'productId'])
const maxJsonChars = 20_000

/** Values that a product's field holds in one form only. */
const readers: Record<string, (text: string) => string | null> = {
  availability: availabilityOf,
  itemCondition: conditionOf,
  currency: currencyCode,
  gtin: checkedGtin,
}

/** What selectors say of the page's product; null where they say nothing of one. `mayBe`: they say enough to make one. */
export function draftFromFields(readings: readonly FieldReading[]): { draft: ProductDraft; mayBe: boolean } | null {
  const draft: Record<string, Json> = {}
  for (const { field, value } of readings) {
    if (value === null || !isProductField(field.name)) continue
    const read = Object.hasOwn(readers, field.name) ? readers[field.name] : undefined
    const known = read === undefined ? value : read(String(value))
    if (known !== null)
      draft[field.name] = typeof known === 'object' || typeof known === 'number' ? known : String(known)
  }
  const names = Object.keys(draft)
  if (names.length === 0) return null
  return { draft: draft as ProductDraft, mayBe: names.some((name) => sells.has(name)) }
}

/** What selectors say of anything else, for the record; within its limits. */
export function extractedOf(readings: readonly FieldReading[], cutter: Cutter): NonNullable<PageRecord['extracted']> {
  const extracted: Record<string, Json> = {}
  for (const { field, value } of readings) {
    if (isProductField(field.name)) continue
    const name = `extracted.${field.name}`
    if (typeof value === 'string') extracted[field.name] = cutter.text(name, value, recordLimits.maxTextChars)
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      extracted[field.name] = value.map((item) => cutter.text(name, item, recordLimits.maxTextChars))
    } else if (value !== null && typeof value === 'object') {
      extracted[field.name] = cutter.fits(name, JSON.stringify(value), maxJsonChars) ? value : null
    } else extracted[field.name] = value
  }
  return extracted
}

/** Names of the required fields that matched nothing. */
export const missingRequired = (readings: readonly FieldReading[]): string[] =>
  readings.filter(({ field, value }) => field.required && value === null).map(({ field }) => field.name)
