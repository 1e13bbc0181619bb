import { type Product, recordLimits } from '@seine/contracts'
import { type Cutter, plain } from './text.ts'

export type ProductField = Exclude<keyof Product, 'sources'>

/** What one source says of a product: absent where it says nothing. */
export type ProductDraft = { [Field in ProductField]?: NonNullable<Product[Field]> | null | undefined }

export interface SourcedDraft {
  /** `json-ld`, `microdata`, `rdfa`, `meta`, `page`. */
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
  sources: {},
}

const fields = Object.keys(empty).filter((field): field is ProductField => field !== 'sources')

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
  const product: Record<string, unknown> = { ...empty, images: [] }
  const sources: Record<string, string> = {}
  for (const field of fields) {
    const found = drafts.find(
      ({ source, draft }) =>
        !isEmpty(draft[field]) && (!ofPrice.has(field) || sources.price === undefined || sources.price === source),
    )
    if (found === undefined) continue
    product[field] = bounded(field, found.draft[field], cutter)
    sources[field] = found.source
  }
  return { ...product, sources } as Product
}

function bounded(field: ProductField, value: unknown, cutter: Cutter): unknown {
  if (typeof value === 'string') return cutter.text(`product.${field}`, plain(value), recordLimits.maxTextChars)
  if (!Array.isArray(value)) return value
  const urls = cutter.list(`product.${field}`, [...new Set<string>(value)], recordLimits.maxImages)
  return urls.filter((url) => cutter.fits(`product.${field}`, url, recordLimits.maxTextChars))
}
