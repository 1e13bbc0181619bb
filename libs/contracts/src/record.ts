import { z } from 'zod'

/** Limits of a record, so that none passes the broker's 1 MiB: at a limit the list or text is cut and `cut` names the field. */
export const recordLimits = {
  maxTextChars: 2_000,
  maxHeadings: 50,
  maxLinks: 2_000,
  maxImages: 100,
  maxOffers: 200,
  maxHreflang: 200,
} as const

const text = z.string().max(recordLimits.maxTextChars)
const nullableText = text.nullable()

/** Product data of a page. Null: the page does not say. `sources` says where each value came from: `json-ld`, `microdata`, … */
export const productSchema = z.strictObject({
  name: nullableText,
  brand: nullableText,
  sku: nullableText,
  mpn: nullableText,
  gtin: nullableText,
  productId: nullableText,
  price: z.number().nullable(),
  regularPrice: z.number().nullable(),
  lowPrice: z.number().nullable(),
  highPrice: z.number().nullable(),
  offerCount: z.int().nullable(),
  /** ISO 4217. */
  currency: z.string().max(3).nullable(),
  /** The price as written, e.g. `1.299,00 €`. */
  priceText: nullableText,
  priceValidUntil: nullableText,
  /** schema.org term without its prefix: `InStock`, `OutOfStock`, `PreOrder`, … */
  availability: nullableText,
  itemCondition: nullableText,
  seller: nullableText,
  ratingValue: z.number().nullable(),
  ratingBest: z.number().nullable(),
  ratingCount: z.int().nullable(),
  category: nullableText,
  description: nullableText,
  images: z.array(text).max(recordLimits.maxImages),
  colour: nullableText,
  size: nullableText,
  sources: z.record(z.string(), z.string()),
})

export type Product = z.output<typeof productSchema>

/** SEO fields of an HTML page. */
export const seoSchema = z.strictObject({
  title: nullableText,
  titleCount: z.int(),
  description: nullableText,
  descriptionCount: z.int(),
  keywords: nullableText,
  h1: z.array(text).max(recordLimits.maxHeadings),
  h2: z.array(text).max(recordLimits.maxHeadings),
  /** `<link rel=canonical>`, absolute. */
  canonical: nullableText,
  metaRobots: nullableText,
  /** Value of the `X-Robots-Tag` header. */
  xRobotsTag: nullableText,
  metaRefresh: nullableText,
  relNext: nullableText,
  relPrev: nullableText,
  amphtml: nullableText,
  language: nullableText,
  hreflang: z.array(z.strictObject({ lang: z.string().max(40), url: text })).max(recordLimits.maxHreflang),
  openGraph: z.record(z.string(), text),
  twitter: z.record(z.string(), text),
  jsonLdTypes: z.array(z.string().max(100)).max(50),
  wordCount: z.int(),
  textChars: z.int(),
  /** Links to the site's own hosts; distinct URLs. */
  internalLinks: z.int(),
  externalLinks: z.int(),
  imageCount: z.int(),
  imagesWithoutAlt: z.int(),
})

export type Seo = z.output<typeof seoSchema>

/** What extraction made of one answered page. Redirects and errors have one too, with `seo: null`. */
export const pageRecordSchema = z.strictObject({
  url: z.string().max(2_048),
  status: z.int(),
  contentType: nullableText,
  /** Target of a 3xx, absolute. */
  redirectUrl: nullableText,
  /** ISO 8601, UTC. */
  fetchedAt: z.string().max(30),
  /** From request to last body byte. */
  responseTimeMs: z.number(),
  /** From request to the first header byte. */
  ttfbMs: z.number(),
  /** Decoded body bytes read. */
  sizeBytes: z.int(),
  /** Body bytes on the wire. */
  transferredBytes: z.int(),
  lastModified: nullableText,
  etag: nullableText,
  charset: nullableText,
  depth: z.int(),
  /** SHA-256 of the decoded body, hex. Null: no body. */
  bodyHash: z.string().length(64).nullable(),
  /** True: the body was longer than the policy's `maxBodyBytes`. */
  truncated: z.boolean(),
  /** Names of the fields that were cut at a limit. */
  cut: z.array(z.string()),
  seo: seoSchema.nullable(),
  product: productSchema.nullable(),
})

export type PageRecord = z.output<typeof pageRecordSchema>
