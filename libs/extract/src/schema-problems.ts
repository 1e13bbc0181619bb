import { recordLimits } from '@seine/contracts'
import { isThing, type Thing, typesOf, valuesOf, walkThings } from './thing.ts'

/**
 * What search engines require of a type for a rich result (developers.google.com/search/docs/appearance/structured-data); of the
 * properties in one entry, separated by `|`, any will do.
 */
const required: Record<string, readonly string[]> = {
  Product: ['name', 'offers|review|aggregateRating'],
  ProductGroup: ['name'],
  Offer: ['price|priceSpecification', 'priceCurrency|priceSpecification'],
  AggregateOffer: ['lowPrice', 'priceCurrency'],
  AggregateRating: ['ratingValue', 'ratingCount|reviewCount'],
  Review: ['author', 'reviewRating'],
  BreadcrumbList: ['itemListElement'],
  Event: ['name', 'startDate', 'location'],
  JobPosting: ['title', 'description', 'datePosted', 'hiringOrganization', 'jobLocation|jobLocationType'],
  Recipe: ['name', 'image'],
  VideoObject: ['name', 'thumbnailUrl', 'uploadDate'],
  LocalBusiness: ['name', 'address'],
  FAQPage: ['mainEntity'],
  Question: ['name', 'acceptedAnswer|suggestedAnswer'],
}

/** Properties whose things are only mentioned: they need not be complete. */
const mentions = new Set([
  ...[
    'isRelatedTo',
    'isSimilarTo',
    'isVariantOf',
    'itemListElement',
    'itemReviewed',
    'hasVariant',
    'itemOffered',
    'mentions',
  ],
  ...['isAccessoryOrSparePartFor', 'isConsumableFor', 'about', 'makesOffer', 'hasOfferCatalog'],
])

const isReference = (thing: Thing): boolean =>
  Object.keys(thing).every((key) => key === '@id' || key === '@type' || key === '@context')

const says = (thing: Thing, property: string): boolean =>
  valuesOf(thing, property).some((value) => value !== '' && !(isThing(value) && Object.keys(value).length === 0))

/** What a page's structured data lacks, each once: `Product.name`, `Product.offers|review|aggregateRating`. */
export function schemaProblems(roots: readonly unknown[]): string[] {
  const found = new Set<string>()
  for (const root of roots) {
    walkThings(root, (thing, path) => {
      if (found.size >= recordLimits.maxSchemaProblems || isReference(thing)) return
      if (path.some((step) => mentions.has(step))) return
      for (const type of typesOf(thing)) {
        const properties = Object.hasOwn(required, type) ? (required[type] ?? []) : []
        for (const either of properties) {
          if (!either.split('|').some((property) => says(thing, property))) found.add(`${type}.${either}`)
        }
      }
    })
  }
  return [...found].slice(0, recordLimits.maxSchemaProblems)
}
