import { type AnyNode, isTag } from 'domhandler'
import { availabilityOf } from './availability.ts'
import { currencyOnPage } from './currency-on-page.ts'
import { nodeText, type PageElement, readDom } from './fields/page-dom.ts'
import { checkedGtin } from './gtin.ts'
import { letters, nameSimilarity, type PageIdentity } from './main-product.ts'
import { parsePrice } from './price.ts'
import type { ProductDraft } from './product-draft.ts'
import { plain } from './text.ts'

/** Roots and properties of h-product (microformats.org/wiki/h-product) and of hProduct before it. */
const root = /(?:^|\s)(?:h-product|hproduct)(?:\s|$)/
const properties: Record<string, readonly string[]> = {
  name: ['p-name', 'fn'],
  brand: ['p-brand', 'brand'],
  category: ['p-category', 'category'],
  description: ['e-description', 'p-description', 'description'],
  price: ['p-price', 'price'],
  sku: ['p-sku', 'sku', 'u-identifier', 'identifier'],
  availability: ['p-availability', 'availability'],
  photo: ['u-photo', 'photo'],
}
/** A class of such a name, and not `tech-product`. */
const mentioned = /[\s"'=]h-?product[\s"'>]/
const maxElements = 100_000

/** What the microformats of a page say of its product; null where they describe none, or several and none by the page's name. */
export function draftFromMicroformats(html: string, page: PageIdentity): ProductDraft | null {
  if (!mentioned.test(html)) return null
  const drafts = elementsIn(readDom(html).children)
    .filter((element) => root.test(element.attribs.class ?? ''))
    .map((element) => draftOf(element, page))
    .filter(({ name }) => name != null)
  const named = drafts.find(({ name }) =>
    page.names.some((other) => nameSimilarity(letters(name ?? ''), letters(other)) > 0.5),
  )
  return named ?? (drafts.length === 1 ? (drafts[0] ?? null) : null)
}

function draftOf(element: PageElement, page: PageIdentity): ProductDraft {
  const inside = elementsIn(element.children)
  const find = (property: string): PageElement | undefined =>
    inside.find(({ attribs }) =>
      (attribs.class ?? '').split(/\s+/).some((name) => properties[property]?.includes(name)),
    )
  const text = (property: string): string | null => {
    const found = find(property)
    if (found === undefined) return null
    const value = plain(found.attribs.value ?? found.attribs.content ?? nodeText(found))
    return value === '' ? null : value
  }
  const priceText = text('price')
  const price = priceText === null ? null : parsePrice(priceText)
  const sku = text('sku')
  const photo = find('photo')?.attribs
  const image = photo?.src ?? photo?.href
  return {
    name: text('name'),
    brand: text('brand'),
    category: text('category'),
    description: text('description'),
    price: price?.amount ?? null,
    currency: currencyOnPage(price?.currency ?? null, priceText, page),
    priceText,
    sku,
    gtin: sku === null ? null : checkedGtin(sku),
    availability: availabilityOf(text('availability') ?? ''),
    images: image === undefined ? [] : [image],
  }
}

function elementsIn(nodes: readonly AnyNode[]): PageElement[] {
  const found: PageElement[] = []
  const walk = (list: readonly AnyNode[]): void => {
    for (const node of list) {
      if (!isTag(node) || found.length >= maxElements) continue
      found.push(node as PageElement)
      walk(node.children)
    }
  }
  walk(nodes)
  return found
}
