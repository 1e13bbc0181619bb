import { z } from 'zod'
import { seoCountsSchema } from './seo-counts.ts'

export * from './seo-counts.ts'

/** Limits of a record, so that none passes the broker's 1 MiB: at a limit the list or text is cut and `cut` names the field. */
export const recordLimits = {
  maxTextChars: 2_000,
  maxHeadings: 50,
  maxLinks: 2_000,
  maxImages: 100,
  maxOffers: 200,
  maxHreflang: 200,
  maxBreadcrumbs: 20,
  maxFeatures: 50,
  maxVariants: 50,
  maxCookieNames: 50,
  maxSchemaProblems: 30,
  /** Site selectors, and values of one that is a list. */
  maxExtracted: 100,
  maxExtractedItems: 100,
} as const

const text = z.string().max(recordLimits.maxTextChars)
const nullableText = text.nullable()

/** Which kind of GTIN: by its number of digits, except for books. */
export const gtinTypes = ['GTIN-8', 'GTIN-12', 'GTIN-13', 'GTIN-14', 'ISBN-13'] as const

/** One of the things that a product comes as: a size, a colour. */
export const variantSchema = z.strictObject({
  sku: nullableText,
  name: nullableText,
  price: z.number().nullable(),
  currency: z.string().max(3).nullable(),
  availability: nullableText,
  colour: nullableText,
  size: nullableText,
  url: nullableText,
})

export type Variant = z.output<typeof variantSchema>

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
  // Absent below: the record is older than the field.
  gtinType: z.enum(gtinTypes).nullable().optional(),
  /** From the site's root, without the product itself. */
  breadcrumbs: z.array(text).max(recordLimits.maxBreadcrumbs).optional(),
  /** `Name: value`, or a sentence. */
  features: z.array(text).max(recordLimits.maxFeatures).optional(),
  variants: z.array(variantSchema).max(recordLimits.maxVariants).optional(),
  sources: z.record(z.string(), z.string()),
})

export type Product = z.output<typeof productSchema>

const hreflangList = z.array(z.strictObject({ lang: z.string().max(40), url: text })).max(recordLimits.maxHreflang)

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
  hreflang: hreflangList,
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
  // Absent below: the record is older than the field.
  counts: seoCountsSchema.optional(),
  /** How many of h1, h2, … h6 there are. */
  headings: z.array(z.int().nonnegative()).length(6).optional(),
  sentenceCount: z.int().optional(),
  /** Words a sentence, to a tenth. Null: no sentence. */
  wordsPerSentence: z.number().nullable().optional(),
  /** Flesch reading ease by the formula of the page's language, to a tenth. Null: none for it, or too little text. */
  readingEase: z.number().nullable().optional(),
  /** Width in a desktop search result: title in Arial 20 px, description in Arial 14 px. */
  titlePixels: z.int().optional(),
  descriptionPixels: z.int().optional(),
  viewport: nullableText.optional(),
  /** `<link rel=alternate media="only screen and …">`, absolute. */
  mobileAlternate: nullableText.optional(),
  /** What structured data lacks that search engines require: `Product.name`, `Offer.price`; each once. */
  schemaProblems: z.array(z.string().max(100)).max(recordLimits.maxSchemaProblems).optional(),
  /** Distinct targets on the site's own hosts, for inlinks: see `link-list.ts`. */
  outlinks: z
    .string()
    .max(recordLimits.maxLinks * 12)
    .optional(),
  /** Hash and signature of the text outside of nav and footer, for duplicates: see `text-signature.ts`. Null: no text. */
  textHash: z.string().max(11).nullable().optional(),
  minhash: z.string().max(400).nullable().optional(),
})

export type Seo = z.output<typeof seoSchema>

/** Headers that protect a page's visitors, where their value does. */
export const securityHeaderNames = ['hsts', 'csp', 'nosniff', 'frame-options', 'referrer-policy'] as const

/** What the response headers say besides the fields of their own. Absent members: they don't say it. */
export const httpFactsSchema = z.strictObject({
  /** `1.1`, `2`. */
  version: z.string().max(8).optional(),
  /** Value of `X-Robots-Tag`: also of what is no HTML. */
  xRobotsTag: text.optional(),
  /** Of the `Link` header (RFC 8288), absolute. */
  canonical: text.optional(),
  next: text.optional(),
  prev: text.optional(),
  hreflang: hreflangList.optional(),
  /** `names`: the first, each once; `count`: all; `notSecure`: without the attribute `Secure`. */
  cookies: z
    .strictObject({
      count: z.int(),
      notSecure: z.int(),
      names: z.array(z.string().max(100)).max(recordLimits.maxCookieNames),
    })
    .optional(),
  security: z.array(z.enum(securityHeaderNames)),
})

export type HttpFacts = z.output<typeof httpFactsSchema>

// `z.json()` is recursive: no schema with it can be compiled. What is in a record comes from JSON or goes there.
const jsonValue = z.unknown() as unknown as z.ZodType<z.core.util.JSONType>

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
  /** Absent: the record is older than the field. */
  http: httpFactsSchema.optional(),
  /** Values of site selectors that are no field of a product, by name; null: it matched nothing. Absent: there are none. */
  extracted: z.record(z.string(), jsonValue).optional(),
  /** Names of required selectors that matched nothing. Absent: none. */
  missingRequired: z.array(z.string().max(64)).max(recordLimits.maxExtracted).optional(),
})

export type PageRecord = z.output<typeof pageRecordSchema>
