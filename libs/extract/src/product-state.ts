import { availabilityOf } from './availability.ts'
import { currencyCode } from './currency.ts'
import { checkedGtin } from './gtin.ts'
import { letters, nameSimilarity, type PageIdentity } from './main-product.ts'
import type { ProductDraft } from './product-draft.ts'
import { isThing, type Thing, textOf, walkThings } from './thing.ts'

/** Objects of a page's state that are looked at. */
const maxObjects = 50_000
/** Below this a name is another product's. */
const leastSimilarity = 0.85

const keys = {
  name: ['name', 'title', 'productName', 'displayName', 'item_name'],
  price: [
    'price',
    'currentPrice',
    'salePrice',
    'finalPrice',
    'sellingPrice',
    'priceValue',
    'amount',
    'value',
    'current',
  ],
  currency: ['currency', 'currencyCode', 'priceCurrency', 'currencyIso'],
  sku: ['sku', 'skuId', 'skuCode', 'articleNumber', 'itemNumber', 'productCode', 'item_id'],
  gtin: ['gtin', 'gtin13', 'ean', 'upc', 'barcode', 'isbn'],
  mpn: ['mpn', 'manufacturerPartNumber'],
  brand: ['brand', 'brandName', 'manufacturer', 'vendor', 'item_brand'],
  availability: [
    'availability',
    'stockStatus',
    'availabilityStatus',
    'inStock',
    'isInStock',
    'available',
    'isAvailable',
  ],
} as const

/**
 * The page's product in the state that its scripts are handed: the object that has the page's own name and anything that only what is
 * sold has. There is no vocabulary to rely on, so a price counts only where the page shows the same one to its visitors (`4990` may be
 * cents), and a stock only where it is said in words or yes and no. Null where there is no such object, or several that differ.
 */
export function draftFromState(
  states: Iterable<unknown>,
  page: PageIdentity,
  shownAmounts: ReadonlySet<number>,
): ProductDraft | null {
  const names = page.names.map(letters).filter((name) => name.length >= 4)
  if (names.length === 0) return null
  const drafts: ProductDraft[] = []
  let objects = 0
  for (const root of states) {
    walkThings(root, (thing) => {
      if (objects++ > maxObjects) return
      const name = text(thing, keys.name)
      if (name === null || !names.some((own) => nameSimilarity(letters(name), own) >= leastSimilarity)) return
      const draft = draftOf(thing, name, shownAmounts)
      if (draft.sku != null || draft.price != null || draft.gtin != null) drafts.push(draft)
    })
    if (objects > maxObjects) break
  }
  const [first] = drafts
  if (first === undefined) return null
  return Object.fromEntries(
    Object.entries(first).filter(([field, value]) =>
      drafts.every((other) => (other[field as keyof ProductDraft] ?? value) === value),
    ),
  )
}

function draftOf(thing: Thing, name: string, shownAmounts: ReadonlySet<number>): ProductDraft {
  const priced = keys.price.map((key) => thing[key]).find((value) => value != null)
  const inner = isThing(priced) ? priced : thing
  const amount = Number(text(inner, keys.price) ?? Number.NaN)
  const gtin = text(thing, keys.gtin)
  const currency = text(inner, keys.currency) ?? text(thing, keys.currency)
  const isShown = shownAmounts.has(amount)
  return {
    name,
    sku: text(thing, keys.sku),
    mpn: text(thing, keys.mpn),
    gtin: gtin === null ? null : checkedGtin(gtin),
    brand: text(thing, keys.brand),
    price: isShown ? amount : null,
    currency: isShown && currency !== null ? currencyCode(currency) : null,
    availability: availabilityIn(thing),
  }
}

function availabilityIn(thing: Thing): string | null {
  for (const key of keys.availability) {
    const value = thing[key]
    if (typeof value === 'boolean') return value ? 'InStock' : 'OutOfStock'
    if (typeof value === 'string') {
      const state = availabilityOf(value)
      if (state !== null) return state
    }
  }
  return null
}

function text(thing: Thing, names: readonly string[]): string | null {
  for (const name of names) {
    const found = Object.hasOwn(thing, name) ? textOf(thing[name]) : null
    if (found !== null) return found
  }
  return null
}
