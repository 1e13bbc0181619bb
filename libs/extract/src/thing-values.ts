import type { PageIdentity } from './main-product.ts'
import { maxAmount, parsePrice } from './price.ts'
import { isThing, type Thing, textOf, valuesOf, walkThings } from './thing.ts'

export type Ids = ReadonlyMap<string, Thing>

/** Nodes by `@id`, so that `{"@id": "#offer"}` can be followed. */
export function collectIds(roots: readonly unknown[]): Ids {
  const found = new Map<string, Thing>()
  for (const root of roots) {
    walkThings(root, (thing) => {
      const id = thing['@id']
      if (typeof id === 'string' && Object.keys(thing).length > 1 && !found.has(id)) found.set(id, thing)
    })
  }
  return found
}

export function thingsOf(thing: Thing, property: string, byId: Ids): Thing[] {
  return valuesOf(thing, property)
    .map((value) => {
      const id = isThing(value) && Object.keys(value).length === 1 ? value['@id'] : value
      return (typeof id === 'string' ? byId.get(id) : undefined) ?? value
    })
    .filter(isThing)
}

export const first = (thing: Thing, ...properties: string[]): string | null => {
  for (const property of properties) {
    for (const value of valuesOf(thing, property)) {
      const text = textOf(value)
      if (text !== null) return text
    }
  }
  return null
}

export const number = (text: string | null): number | null => (text === null ? null : machineNumber(text))

/** A number of structured data: the point is the decimal sign, but pages write prices of their locale as well. */
function machineNumber(text: string): number | null {
  const trimmed = text.trim()
  // Some shops write -1 for no price.
  if (trimmed.startsWith('-')) return null
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) <= maxAmount ? Number(trimmed) : null
  return parsePrice(trimmed).amount
}

export const integer = (text: string | null): number | null => {
  const digits = text?.replace(/[\s.,'\u00a0]/g, '').match(/\d+/)?.[0]
  const value = digits === undefined ? null : Number(digits)
  return value !== null && Number.isSafeInteger(value) ? value : null
}

export const gtinProperties = ['gtin13', 'gtin', 'gtin14', 'gtin12', 'gtin8', 'ean', 'ean13', 'isbn', 'upc']

export const isAddressed = (thing: Thing, page: PageIdentity): boolean => {
  const url = first(thing, 'url', '@id')
  return url !== null && (url === page.url || (url.includes('?') && page.url.endsWith(url.slice(url.indexOf('/', 8)))))
}
