import { availabilityOf, conditionOf } from './availability.ts'
import { currencyCode } from './currency.ts'
import { currencyOnPage } from './currency-on-page.ts'
import { checkedGtin } from './gtin.ts'
import type { PageIdentity } from './main-product.ts'
import { parsePrice } from './price.ts'
import type { ProductDraft } from './product-draft.ts'
import type { PageScan } from './scan-page.ts'

/** What Open Graph and product metas say of the page's product; null where they don't say that there is one. */
export function draftFromMetas(scan: PageScan, page: PageIdentity): ProductDraft | null {
  const metas = new Map<string, string>()
  for (const { name, content } of scan.metas)
    if (!metas.has(name) && content.trim() !== '') metas.set(name, content.trim())
  const one = (...names: string[]): string | null => {
    for (const name of names) {
      const content = metas.get(name) ?? metas.get(name.replace(/^(?:product|og):/, 'og:product:'))
      if (content !== undefined) return content
    }
    return null
  }
  const labelled = twitterLabels(metas)
  const regularText = one('product:original_price:amount', 'product:price:original', 'og:price:standard_amount')
  const saleText = one('product:sale_price:amount')
  const plainText = one('product:price:amount', 'og:price:amount', 'product:price', 'og:price')
  const priceText = saleText ?? plainText ?? labelled.price
  const isProduct = /\bproduct\b|^og:product/i.test(metas.get('og:type') ?? '')
  if (!isProduct && priceText === null) return null
  const price = priceText === null ? null : parsePrice(priceText)
  const regular = regularText ?? (saleText === null ? null : plainText)
  const regularPrice = regular === null ? null : parsePrice(regular).amount
  const currency = one('product:sale_price:currency', 'product:price:currency', 'og:price:currency', 'product:currency')
  const gtin = one('product:ean', 'product:gtin', 'product:upc', 'product:isbn', 'book:isbn')
  const images = scan.metas
    .filter(({ name }) => name === 'og:image' || name === 'og:image:url')
    .map(({ content }) => content)
  return {
    name: one('og:title', 'twitter:title'),
    brand: one('product:brand', 'og:brand'),
    sku: one('product:retailer_item_id', 'product:sku', 'og:sku', 'product:retailer_part_no'),
    mpn: one('product:mfr_part_no', 'product:mpn'),
    gtin: gtin === null ? null : checkedGtin(gtin),
    productId: one('product:id', 'product:product_id'),
    price: price?.amount ?? null,
    regularPrice: regularPrice === price?.amount ? null : regularPrice,
    currency:
      (currency === null ? null : currencyCode(currency)) ?? currencyOnPage(price?.currency ?? null, priceText, page),
    priceText,
    availability: availabilityOf(one('product:availability', 'og:availability') ?? labelled.availability ?? ''),
    itemCondition: conditionOf(one('product:condition', 'og:condition') ?? ''),
    category: one('product:category', 'og:category'),
    description: one('og:description', 'description', 'twitter:description'),
    images,
    colour: one('product:color'),
    size: one('product:size'),
  }
}

/** Twitter's product card: `label1` names what `data1` says. */
function twitterLabels(metas: ReadonlyMap<string, string>): { price: string | null; availability: string | null } {
  const found: { price: string | null; availability: string | null } = { price: null, availability: null }
  for (const at of ['1', '2']) {
    const label = metas.get(`twitter:label${at}`)?.toLowerCase() ?? ''
    const data = metas.get(`twitter:data${at}`)
    if (data === undefined) continue
    if (/price|preis|prix|precio|prezzo|preço|cena|цена/.test(label)) found.price ??= data
    else if (/availab|stock|verfügbar|disponib/.test(label)) found.availability ??= data
  }
  return found
}
