import { availabilityOf, conditionOf } from './availability.ts'
import { currencyCode } from './currency.ts'
import { currencyOnPage } from './currency-on-page.ts'
import { checkedGtin } from './gtin.ts'
import type { PageIdentity } from './main-product.ts'
import { parsePrice } from './price.ts'
import type { ProductDraft } from './product-draft.ts'
import { type Thing, typesOf } from './thing.ts'
import { first, gtinProperties, type Ids, integer, isAddressed, number, thingsOf } from './thing-values.ts'

const maxOffersRead = 500

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
export const bestAvailability = (states: readonly string[]): string | null =>
  states.find((state) => state === 'InStock') ?? states.find((state) => available.has(state)) ?? states[0] ?? null

/** What the offers say together: the price of the page's own one, and stock if any of them has it. */
export function offerDraft(all: Thing[], byId: Ids, page: PageIdentity): ProductDraft {
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
export function flatOffers(offers: readonly Thing[], byId: Ids, depth = 0): Thing[] {
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
export function priceOf(offer: Thing, byId: Ids): OfferPrice {
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
