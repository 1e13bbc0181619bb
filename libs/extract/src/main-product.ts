import { isThing, type Thing, textOf, typesOf, valuesOf, walkThings } from './thing.ts'

/** What tells the product of a page from other products on it. */
export interface PageIdentity {
  /** Canonical. */
  url: string
  canonical: string | null
  /** The page's name for itself: h1, og:title, title. */
  names: string[]
  /** `de-AT`; null where the page does not say. */
  language: string | null
}

const productTypes = new Set([
  ...['Product', 'ProductGroup', 'IndividualProduct', 'ProductModel', 'SomeProducts', 'ProductCollection', 'Vehicle'],
  ...['Car', 'Motorcycle', 'MotorizedBicycle', 'BusOrCoach', 'Drug', 'DietarySupplement', 'IndividualVehicle'],
])

/** Properties under which a page names products that it does not sell, or not as its own. */
const othersOf = new Set([
  ...[
    'isRelatedTo',
    'isSimilarTo',
    'isAccessoryOrSparePartFor',
    'isConsumableFor',
    'isVariantOf',
    'hasVariant',
    'model',
  ],
  ...[
    'itemListElement',
    'itemReviewed',
    'hasOfferCatalog',
    'makesOffer',
    'mentions',
    'review',
    'reviews',
    'related',
    'hasPart',
  ],
])

/** More candidates than this, none of which the page is about, are a list of products. */
const maxUnidentified = 3

interface Candidate {
  thing: Thing
  score: number
  identified: boolean
}

export const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

const pathOf = (url: string): string => url.replace(/^https?:\/\/(?:www\.)?|[?#].*$/g, '').replace(/\/$/, '')

export const isProduct = (thing: Thing): boolean =>
  typesOf(thing).some((type) => productTypes.has(type)) ||
  valuesOf(thing, 'additionalType').some((type) => typeof type === 'string' && /\bProduct$/.test(type))

const isOffer = (thing: Thing): boolean => typesOf(thing).some((type) => type === 'Offer' || type === 'AggregateOffer')

const isSold = (thing: Thing): boolean =>
  !isOffer(thing) && typesOf(thing).length > 0 && valuesOf(thing, 'offers').some((offer) => isThing(offer))

/**
 * The nodes of structured data that describe the page's own product, the best first: named as the page is, with its address, with a price,
 * not in a list of others. Empty where there is none or where many are equally likely: then the page lists products.
 */
export function mainProduct(roots: readonly unknown[], page: PageIdentity): Thing[] {
  const products: Candidate[] = []
  const sold: Candidate[] = []
  for (const root of roots) {
    walkThings(root, (thing, path) => {
      if (products.length >= 200) return
      const list = isProduct(thing) ? products : isSold(thing) ? sold : null
      if (list === null) return
      list.push(candidate(thing, path, page))
    })
  }
  const candidates = products.length > 0 ? products : sold
  const best = candidates.reduce<Candidate | null>(
    (top, next) => (top === null || next.score > top.score ? next : top),
    null,
  )
  if (best === null || best.score < 0) return []
  const rivals = candidates.filter((other) => other.score >= 0)
  if (!best.identified && rivals.length > maxUnidentified) return []
  return [
    best.thing,
    ...rivals.filter((other) => other !== best && isSame(other.thing, best.thing)).map(({ thing }) => thing),
  ]
}

function candidate(thing: Thing, path: readonly string[], page: PageIdentity): Candidate {
  const name = letters(textOf(valuesOf(thing, 'name')[0]) ?? '')
  let score = path.some((step) => othersOf.has(step)) ? -20 : 0
  let identified = false
  const similarity = Math.max(0, ...page.names.map((other) => nameSimilarity(name, letters(other))))
  if (similarity > 0.5) {
    identified = true
    score += 10 * similarity
  }
  const addresses = [...valuesOf(thing, 'url'), ...valuesOf(thing, '@id'), ...valuesOf(thing, 'mainEntityOfPage')]
    .map((value) => textOf(value))
    .filter((value): value is string => value !== null && /^(?:https?:|\/)/.test(value))
  const own = [page.url, page.canonical].filter((url) => url !== null).map(pathOf)
  if (
    addresses.some((address) =>
      own.some((path) => path === pathOf(address) || (address[0] === '/' && path.endsWith(pathOf(address)))),
    )
  ) {
    identified = true
    score += 6
  }
  if (path.includes('mainEntity')) score += 3
  if (valuesOf(thing, 'offers').length > 0) score += 2
  if (typesOf(thing).includes('ProductGroup')) score += 1
  if (name !== '') score += 1
  return { thing, score, identified }
}

/** 1 for equal names, less for one inside the other, 0 where they differ. */
export function nameSimilarity(a: string, b: string): number {
  if (a === '' || b === '') return 0
  if (a === b) return 1
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short.length >= 4 && long.includes(short) ? 0.6 + (0.3 * short.length) / long.length : 0
}

function isSame(a: Thing, b: Thing): boolean {
  return (['name', 'sku', '@id', 'url'] as const).some((property) => {
    const of = (thing: Thing): string => letters(textOf(valuesOf(thing, property)[0]) ?? '')
    return of(a) !== '' && of(a) === of(b)
  })
}
