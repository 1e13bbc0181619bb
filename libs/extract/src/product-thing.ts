import type { Variant } from '@seine/contracts'
import { availabilityOf, conditionOf } from './availability.ts'
import { currencyCode, currencyOnPage } from './currency.ts'
import { checkedGtin } from './gtin.ts'
import { mainProduct, type PageIdentity } from './main-product.ts'
import { maxAmount, parsePrice } from './price.ts'
import type { ProductDraft } from './product-draft.ts'
import { isThing, type Thing, textOf, typesOf, valuesOf, walkThings } from './thing.ts'

const maxOffersRead = 500
const maxVariantsRead = 200

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

type Ids = ReadonlyMap<string, Thing>

/** Nodes by `@id`, so that `{"@id": "#offer"}` can be followed. */
function collectIds(roots: readonly unknown[]): Ids {
  const found = new Map<string, Thing>()
  for (const root of roots) {
    walkThings(root, (thing) => {
      const id = thing['@id']
      if (typeof id === 'string' && Object.keys(thing).length > 1 && !found.has(id)) found.set(id, thing)
    })
  }
  return found
}

function thingsOf(thing: Thing, property: string, byId: Ids): Thing[] {
  return valuesOf(thing, property)
    .map((value) => {
      const id = isThing(value) && Object.keys(value).length === 1 ? value['@id'] : value
      return (typeof id === 'string' ? byId.get(id) : undefined) ?? value
    })
    .filter(isThing)
}

const first = (thing: Thing, ...properties: string[]): string | null => {
  for (const property of properties) {
    for (const value of valuesOf(thing, property)) {
      const text = textOf(value)
      if (text !== null) return text
    }
  }
  return null
}

const number = (text: string | null): number | null => (text === null ? null : machineNumber(text))

/** A number of structured data: the point is the decimal sign, but pages write prices of their locale as well. */
function machineNumber(text: string): number | null {
  const trimmed = text.trim()
  // Some shops write -1 for no price.
  if (trimmed.startsWith('-')) return null
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) <= maxAmount ? Number(trimmed) : null
  return parsePrice(trimmed).amount
}

const integer = (text: string | null): number | null => {
  const digits = text?.replace(/[\s.,'\u00a0]/g, '').match(/\d+/)?.[0]
  const value = digits === undefined ? null : Number(digits)
  return value !== null && Number.isSafeInteger(value) ? value : null
}

const gtinProperties = ['gtin13', 'gtin', 'gtin14', 'gtin12', 'gtin8', 'ean', 'ean13', 'isbn', 'upc']

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

/** `additionalProperty` as `Name: value unit`. */
function featuresOf(thing: Thing, byId: Ids): string[] {
  return thingsOf(thing, 'additionalProperty', byId).flatMap((property) => {
    const name = first(property, 'name', 'propertyID')
    const value = first(property, 'value')
    if (value === null) return name === null ? [] : [name]
    const unit = first(property, 'unitText')
    return [`${name === null ? '' : `${name}: `}${value}${unit === null ? '' : ` ${unit}`}`]
  })
}

/** What the product comes as: its `hasVariant`, else nodes of its own name, else its offers, where these differ in number or address. */
function variantsOf(nodes: readonly Thing[], product: Thing | undefined, byId: Ids): Variant[] {
  if (product === undefined) return []
  const declared = thingsOf(product, 'hasVariant', byId)
  const candidates =
    declared.length > 0 ? declared : nodes.length > 1 ? nodes : flatOffers(thingsOf(product, 'offers', byId), byId)
  const variants = candidates.slice(0, maxVariantsRead).map((one) => variantOf(one, byId))
  const keys = new Set(
    variants.map(({ sku, url, colour, size, name }) => JSON.stringify([sku, url, colour, size, name])),
  )
  return keys.size > 1 && variants.some(({ sku, url, colour, size }) => sku ?? url ?? colour ?? size) ? variants : []
}

function variantOf(thing: Thing, byId: Ids): Variant {
  const offers = thingsOf(thing, 'offers', byId)
  const offer = offers[0] ?? thing
  const { price, currency, written } = priceOf(offer, byId)
  const code = currency ?? written
  return {
    sku: first(thing, 'sku') ?? first(offer, 'sku'),
    name: first(thing, 'name'),
    price,
    currency: code === null ? null : currencyCode(code),
    availability: availabilityOf(first(offer, 'availability') ?? ''),
    colour: first(thing, 'color', 'colour'),
    size: first(thing, 'size'),
    url: first(thing, 'url') ?? first(offer, 'url'),
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

const isAddressed = (thing: Thing, page: PageIdentity): boolean => {
  const url = first(thing, 'url', '@id')
  return url !== null && (url === page.url || (url.includes('?') && page.url.endsWith(url.slice(url.indexOf('/', 8)))))
}

const isAggregate = (offer: Thing): boolean =>
  typesOf(offer).includes('AggregateOffer') || (first(offer, 'lowPrice') !== null && first(offer, 'price') === null)

const available = new Set([
  'InStock',
  'LimitedAvailability',
  'OnlineOnly',
  'InStoreOnly',
  'PreOrder',
  'PreSale',
  'BackOrder',
  'MadeToOrder',
])

/** Of several offers or variants: whether any of them can be had. */
const bestAvailability = (states: readonly string[]): string | null =>
  states.find((state) => state === 'InStock') ?? states.find((state) => available.has(state)) ?? states[0] ?? null

/** What the offers say together: the price of the page's own one, and stock if any of them has it. */
function offerDraft(all: Thing[], byId: Ids, page: PageIdentity): ProductDraft {
  const aggregate = all.find(isAggregate)
  const single = flatOffers(all, byId).slice(0, maxOffersRead)
  const prices = single.map((offer) => ({ offer, ...priceOf(offer, byId) }))
  const priced = prices.filter(({ price }) => price !== null)
  const states = [...all, ...single]
    .map((offer) => availabilityOf(first(offer, 'availability') ?? ''))
    .filter((state) => state !== null)
  const own =
    priced.find(({ offer }) => isAddressed(offer, page)) ??
    priced.find(({ offer }) => availabilityOf(first(offer, 'availability') ?? '') === 'InStock') ??
    priced[0]
  const offer = own?.offer ?? single[0] ?? aggregate
  if (offer === undefined) return {}
  const amounts = priced.map(({ price }) => price as number)
  const low =
    number(aggregate === undefined ? null : first(aggregate, 'lowPrice')) ??
    (amounts.length > 1 ? Math.min(...amounts) : null)
  const high =
    number(aggregate === undefined ? null : first(aggregate, 'highPrice')) ??
    (amounts.length > 1 ? Math.max(...amounts) : null)
  const currency =
    own?.currency ??
    (aggregate === undefined ? null : first(aggregate, 'priceCurrency')) ??
    first(offer, 'priceCurrency')
  return {
    price: own?.price ?? low ?? high,
    regularPrice: own?.regularPrice ?? null,
    lowPrice: low,
    highPrice: high,
    offerCount:
      (aggregate === undefined ? null : integer(first(aggregate, 'offerCount'))) ??
      (all.length > 0 ? Math.max(single.length, 1) : null),
    currency: currency == null ? currencyOnPage(own?.written ?? null, own?.text ?? null, page) : currencyCode(currency),
    priceText: own?.text ?? (aggregate === undefined ? null : first(aggregate, 'lowPrice')),
    priceValidUntil: first(offer, 'priceValidUntil'),
    availability: bestAvailability(states),
    itemCondition: conditionOf(first(offer, 'itemCondition') ?? ''),
    seller: first(offer, 'seller', 'offeredBy'),
    sku: first(offer, 'sku', 'identifier'),
    gtin:
      gtinProperties.map((property) => checkedGtin(first(offer, property) ?? '')).find((value) => value !== null) ??
      null,
  }
}

/** Single offers, also those inside of aggregates and of offers that only hold others. */
function flatOffers(offers: readonly Thing[], byId: Ids, depth = 0): Thing[] {
  return offers.flatMap((offer) => {
    const inner = depth < 3 ? thingsOf(offer, 'offers', byId) : []
    if (inner.length > 0 && (isAggregate(offer) || first(offer, 'price') === null))
      return flatOffers(inner, byId, depth + 1)
    return isAggregate(offer) ? [] : [offer]
  })
}

interface OfferPrice {
  price: number | null
  regularPrice: number | null
  currency: string | null
  /** Currency that the price text itself names. */
  written: string | null
  text: string | null
}

/** Price of one offer: its own, or that of its specifications, among which list prices are what it was before. */
function priceOf(offer: Thing, byId: Ids): OfferPrice {
  const specifications = thingsOf(offer, 'priceSpecification', byId)
  const isListPrice = (one: Thing): boolean =>
    /ListPrice|Strikethrough|SRP|MSRP|RegularPrice/i.test(first(one, 'priceType', 'name') ?? '')
  const regular = specifications.find(isListPrice)
  const plainOnes = specifications.filter((one) => !isListPrice(one))
  const specified =
    plainOnes.find((one) => first(one, 'price') !== null) ?? (regular === undefined ? undefined : regular)
  const text = first(offer, 'price') ?? (specified === undefined ? null : first(specified, 'price', 'minPrice'))
  const price = number(text)
  const regularPrice = regular === undefined || regular === specified ? null : number(first(regular, 'price'))
  return {
    price,
    regularPrice: regularPrice === price ? null : regularPrice,
    currency: first(offer, 'priceCurrency') ?? (specified === undefined ? null : first(specified, 'priceCurrency')),
    written: text === null ? null : parsePrice(text).currency,
    text,
  }
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
