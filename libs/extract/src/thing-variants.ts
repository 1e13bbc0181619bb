import type { Variant } from '@seine/contracts'
import { availabilityOf } from './availability.ts'
import { currencyCode } from './currency.ts'
import type { Thing } from './thing.ts'
import { flatOffers, priceOf } from './thing-offers.ts'
import { first, type Ids, thingsOf } from './thing-values.ts'

const maxVariantsRead = 200

/** `additionalProperty` as `Name: value unit`. */
export function featuresOf(thing: Thing, byId: Ids): string[] {
  return thingsOf(thing, 'additionalProperty', byId).flatMap((property) => {
    const name = first(property, 'name', 'propertyID')
    const value = first(property, 'value')
    if (value === null) return name === null ? [] : [name]
    const unit = first(property, 'unitText')
    return [`${name === null ? '' : `${name}: `}${value}${unit === null ? '' : ` ${unit}`}`]
  })
}

/** What the product comes as: its `hasVariant`, else nodes of its own name, else its offers, where these differ in number or address. */
export function variantsOf(nodes: readonly Thing[], product: Thing | undefined, byId: Ids): Variant[] {
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
