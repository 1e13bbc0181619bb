import { conditionOf } from './availability.ts'
import { checkedGtin } from './gtin.ts'
import { mainProduct, type PageIdentity } from './main-product.ts'
import type { ProductDraft } from './product-draft.ts'
import { isThing, type Thing, textOf, typesOf, valuesOf } from './thing.ts'
import { bestAvailability, offerDraft } from './thing-offers.ts'
import { collectIds, first, gtinProperties, type Ids, integer, isAddressed, number, thingsOf } from './thing-values.ts'
import { featuresOf, variantsOf } from './thing-variants.ts'

export interface ThingDraft {
  draft: ProductDraft
  /** Values that hold only where nothing else says better: the number of one variant of many, a name in a number's place. */
  doubtful: ProductDraft
}

/** What structured data (JSON-LD, microdata or RDFa, as things) says of the page's product; null where it describes none. */
export function draftFromThings(roots: readonly unknown[], page: PageIdentity): ThingDraft | null {
  const byId = collectIds(roots)
  const own = mainProduct(roots, page)
  const drafts = own.map((thing) => draftOf(thing, byId, page))
  const addressed = own.findIndex((thing) => isAddressed(thing, page))
  const best = drafts[Math.max(addressed, 0)]
  if (best === undefined) return null
  const draft = { ...best }
  for (const other of drafts) fillGaps(draft, other)
  if (draft.price == null && draft.availability == null) fillGaps(draft, loneOffer(roots, byId, page))
  draft.variants = variantsOf(drafts.length > 1 ? own : [], own[0], byId)

  const doubtful: ProductDraft = {}
  const numbers = new Set(drafts.map(({ sku }) => sku).filter((sku) => sku != null))
  if (numbers.size > 1) {
    // Nodes of one name with numbers of their own are its variants.
    const states = drafts.map(({ availability }) => availability).filter((state) => state != null)
    draft.availability = bestAvailability(states)
    const amounts = drafts.map(({ price }) => price).filter((price) => price != null)
    draft.lowPrice ??= amounts.length > 0 ? Math.min(...amounts) : null
    draft.highPrice ??= amounts.length > 0 ? Math.max(...amounts) : null
  }
  if ((numbers.size > 1 && addressed === -1) || isWording(draft.sku)) {
    doubtful.sku = draft.sku
    draft.sku = null
  }
  return { draft, doubtful }
}

/** A name in the place of a number: `OPTIPLEX 9010 TOWER`. */
const isWording = (sku: string | null | undefined): boolean => sku != null && /\s\p{L}{4}/u.test(sku.trim())

/** Takes from another description of the same product what the first is silent about. */
function fillGaps(draft: ProductDraft, other: ProductDraft): void {
  for (const [field, value] of Object.entries(other)) {
    const known = draft[field as keyof ProductDraft]
    if (known == null || (Array.isArray(known) && known.length === 0)) Object.assign(draft, { [field]: value })
  }
}

function draftOf(thing: Thing, byId: Ids, page: PageIdentity): ProductDraft {
  const variants = thingsOf(thing, 'hasVariant', byId)
  const variant = variants.find((one) => isAddressed(one, page)) ?? variants[0]
  const own = thingsOf(thing, 'offers', byId).concat(thingsOf(thing, 'offerDetails', byId))
  const offers = own.length > 0 ? own : variants.flatMap((one) => thingsOf(one, 'offers', byId))
  const from = variant === undefined ? [thing] : [thing, variant]
  const text = (...properties: string[]): string | null => {
    for (const one of from) {
      const found = first(one, ...properties)
      if (found !== null) return found
    }
    return null
  }
  const rating = thingsOf(thing, 'aggregateRating', byId)[0]
  const identifier = text('productID', 'productId')?.replace(/^(?:sku|mpn|id):\s*/i, '') ?? null
  const offered = offerDraft(offers, byId, page)
  const gtin = gtinProperties
    .map((property) => text(property))
    .find((value) => value !== null && checkedGtin(value) !== null)
  return {
    ...offered,
    name: text('name'),
    brand: text('brand') ?? text('manufacturer'),
    sku: text('sku') ?? offered.sku ?? identifier ?? null,
    mpn: text('mpn'),
    gtin: gtin == null ? (offered.gtin ?? null) : checkedGtin(gtin),
    productId: identifier,
    itemCondition: conditionOf(text('itemCondition') ?? '') ?? offered.itemCondition,
    ratingValue: rating === undefined ? null : number(first(rating, 'ratingValue')),
    ratingBest: rating === undefined ? null : number(first(rating, 'bestRating')),
    ratingCount: rating === undefined ? null : integer(first(rating, 'ratingCount', 'reviewCount')),
    category: categoryOf(thing),
    description: text('description'),
    images: imagesOf(thing).concat(variant === undefined ? [] : imagesOf(variant)),
    colour: text('color', 'colour'),
    size: text('size'),
    features: featuresOf(thing, byId),
  }
}

function categoryOf(thing: Thing): string | null {
  const names = valuesOf(thing, 'category')
    .map((value) => textOf(value))
    .filter((name) => name !== null)
  return names.length === 0 ? null : names.join(' > ')
}

function imagesOf(thing: Thing): string[] {
  return valuesOf(thing, 'image')
    .map((value) => (isThing(value) ? first(value, 'contentUrl', 'url', '@id') : textOf(value)))
    .filter((url): url is string => url !== null)
}

/** The offer of a page that forgot to say whose offer it is: taken only where it is the only one. */
function loneOffer(roots: readonly unknown[], byId: Ids, page: PageIdentity): ProductDraft {
  const found: Thing[] = []
  for (const root of roots) {
    for (const thing of Array.isArray(root) ? root : [root]) {
      if (isThing(thing) && typesOf(thing).some((type) => type === 'Offer' || type === 'AggregateOffer'))
        found.push(thing)
    }
  }
  if (found.length !== 1) return {}
  return offerDraft(found, byId, page)
}
