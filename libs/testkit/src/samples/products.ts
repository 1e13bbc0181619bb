import { makeRandom } from './random.ts'

export type Availability = 'InStock' | 'OutOfStock' | 'PreOrder'

export interface SampleProduct {
  readonly slug: string
  readonly name: string
  readonly brand: string
  readonly sku: string
  /** GTIN-13 with its check digit. */
  readonly gtin: string
  readonly priceCents: number
  readonly currency: string
  readonly availability: Availability
  readonly category: string
  readonly description: string
  readonly ratingValue: number
  readonly ratingCount: number
}

/** What a shop's stock is made from. */
export interface Assortment {
  readonly seed: number
  readonly currency: string
  readonly categories: readonly string[]
  readonly brands: readonly string[]
  readonly adjectives: readonly string[]
  readonly nouns: readonly string[]
  /** Products of the first generation. */
  readonly size: number
  /** What each further generation changes. */
  readonly change: {
    readonly prices: number
    readonly availabilities: number
    readonly names: number
    readonly added: number
    readonly removed: number
  }
}

export interface Stock {
  readonly products: readonly SampleProduct[]
  /** Slugs that were sold once and are gone. */
  readonly gone: readonly string[]
}

/** The stock at a generation (1 is the first), decided by the seed alone. */
export function stockAt(assortment: Assortment, generation: number): Stock {
  let serial = 0
  const next = (random: () => number) => makeProduct(assortment, ++serial, random)
  const first = makeRandom(assortment.seed)
  let products = Array.from({ length: assortment.size }, () => next(first))
  const gone: string[] = []
  for (let g = 2; g <= generation; g++) {
    const random = makeRandom(assortment.seed * 31 + g)
    const picked = shuffled(products, random)
    const take = (count: number) => new Set(picked.splice(0, Math.min(count, picked.length)))
    const { change } = assortment
    const removed = take(change.removed)
    const priced = take(change.prices)
    const moved = take(change.availabilities)
    const renamed = take(change.names)
    for (const product of products) if (removed.has(product)) gone.push(product.slug)
    products = products
      .filter((product) => !removed.has(product))
      .map((product) => {
        if (priced.has(product))
          return { ...product, priceCents: Math.round(product.priceCents * (0.8 + random() * 0.4)) }
        if (moved.has(product)) return { ...product, availability: otherThan(product.availability, random) }
        if (renamed.has(product)) return { ...product, name: `${product.name} (edition ${g})` }
        return product
      })
    for (let i = 0; i < change.added; i++) products.push(next(random))
  }
  return { products, gone }
}

function makeProduct(assortment: Assortment, serial: number, random: () => number): SampleProduct {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const name = `${pick(assortment.adjectives)} ${pick(assortment.nouns)} ${serial}`
  const category = pick(assortment.categories)
  return {
    slug: `${slugOf(name)}`,
    name,
    brand: pick(assortment.brands),
    sku: `${assortment.seed}-${String(serial).padStart(4, '0')}`,
    gtin: gtin13(assortment.seed, serial),
    priceCents: 499 + Math.floor(random() * 40_000),
    currency: assortment.currency,
    availability: random() < 0.8 ? 'InStock' : pick(['OutOfStock', 'PreOrder']),
    category,
    // Commas, quotes, a line break and characters outside ASCII: what reports have to quote.
    description: `The "${name}", for ${category.toLowerCase()};\nGröße M, 100 % recycled – ships in ${1 + Math.floor(random() * 5)} days.`,
    ratingValue: Math.round(30 + random() * 20) / 10,
    ratingCount: Math.floor(random() * 400) + 1,
  }
}

export function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function gtin13(seed: number, serial: number): string {
  const digits = `400${String(seed % 1_000).padStart(3, '0')}${String(serial).padStart(6, '0')}`
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

function otherThan(availability: Availability, random: () => number): Availability {
  const others = (['InStock', 'OutOfStock', 'PreOrder'] as const).filter((other) => other !== availability)
  return others[Math.floor(random() * others.length)]!
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}
