import { type Product, recordLimits, type Variant } from '@seine/contracts'
import { type Cutter, plain } from './text.ts'

export type ProductField = Exclude<keyof Product, 'sources'>

/** What one source says of a product: absent where it says nothing. */
export type ProductDraft = { [Field in ProductField]?: NonNullable<Product[Field]> | null | undefined }

export interface SourcedDraft {
  /** `selector`, `json-ld`, `microdata`, `rdfa`, `meta`, `state`, `page`. */
  source: string
  draft: ProductDraft
}

const empty: Product = {
  name: null,
  brand: null,
  sku: null,
  mpn: null,
  gtin: null,
  productId: null,
  price: null,
  regularPrice: null,
  lowPrice: null,
  highPrice: null,
  offerCount: null,
  currency: null,
  priceText: null,
  priceValidUntil: null,
  availability: null,
  itemCondition: null,
  seller: null,
  ratingValue: null,
  ratingBest: null,
  ratingCount: null,
  category: null,
  description: null,
  images: [],
  colour: null,
  size: null,
  gtinType: null,
  breadcrumbs: [],
  features: [],
  variants: [],
  sources: {},
}

const fields = Object.keys(empty).filter((field): field is ProductField => field !== 'sources')

export const isProductField = (name: string): boolean => (fields as readonly string[]).includes(name)

/** Fields that only mean something beside the price of the same source. */
const ofPrice = new Set<ProductField>([
  'regularPrice',
  'lowPrice',
  'highPrice',
  'offerCount',
  'priceText',
  'priceValidUntil',
])

const isEmpty = (value: unknown): boolean =>
  value == null || (typeof value === 'string' ? plain(value) === '' : Array.isArray(value) && value.length === 0)

/** One product of several drafts: each field from the first that has it, texts collapsed and cut at their limit. */
export function mergeDrafts(drafts: readonly SourcedDraft[], cutter: Cutter): Product {
  const product: Record<string, unknown> = { ...empty, images: [], breadcrumbs: [], features: [], variants: [] }
  const sources: Record<string, string> = {}
  for (const field of fields) {
    const found = drafts.find(
      ({ source, draft }) =>
        !isEmpty(draft[field]) &&
        (!ofPrice.has(field) || source === 'selector' || sources.price === undefined || sources.price === source),
    )
    if (found === undefined) continue
    product[field] = bounded(field, found.draft[field], cutter)
    sources[field] = found.source
  }
  return { ...product, sources } as Product
}

const maxItems: { [Field in ProductField]?: number } = {
  images: recordLimits.maxImages,
  breadcrumbs: recordLimits.maxBreadcrumbs,
  features: recordLimits.maxFeatures,
}

function bounded(field: ProductField, value: unknown, cutter: Cutter): unknown {
  const name = `product.${field}`
  const text = (one: string): string => cutter.text(name, plain(one), recordLimits.maxTextChars)
  if (typeof value === 'string') return text(value)
  if (field === 'variants') {
    return cutter
      .list(name, value as Variant[], recordLimits.maxVariants)
      .map((variant) => boundedVariant(variant, text))
  }
  if (!Array.isArray(value)) return value
  const items = cutter.list(name, [...new Set<string>(value)], maxItems[field] ?? recordLimits.maxImages)
  if (field === 'images') return items.filter((url) => cutter.fits(name, url, recordLimits.maxTextChars))
  return items.map(text).filter((item) => item !== '')
}

function boundedVariant(variant: Variant, text: (one: string) => string): Variant {
  const kept = Object.entries(variant).map(([key, value]) => [key, typeof value === 'string' ? text(value) : value])
  return Object.fromEntries(kept) as Variant
}
