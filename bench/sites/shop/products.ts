/** Products of a shop that is made up, each from its number alone: the same shop every time. */
export type ShopProduct = {
  number: number
  name: string
  brand: string
  sku: string
  gtin: string
  /** With two decimals. */
  price: string
  currency: 'EUR'
  /** schema.org term. */
  availability: 'InStock' | 'OutOfStock' | 'PreOrder'
  rating: string
  ratingCount: number
  category: number
  /** Paragraphs. */
  description: string[]
  features: [name: string, value: string][]
  /** Numbers of other products. */
  related: number[]
}

export const categoryNames = [
  'Lamps',
  'Chairs',
  'Desks',
  'Shelves',
  'Kettles',
  'Pans',
  'Knives',
  'Blankets',
  'Curtains',
  'Clocks',
  'Mirrors',
  'Vases',
  'Drills',
  'Saws',
  'Paints',
  'Brushes',
  'Tents',
  'Backpacks',
  'Bottles',
  'Stoves',
] as const

const brands = ['Alder', 'Birke', 'Corvo', 'Dünen', 'Estela', 'Fjord', 'Grão', 'Holm', 'Isola', 'Juniper']
const adjectives = ['Quiet', 'Folding', 'Large', 'Light', 'Oak', 'Steel', 'Round', 'Classic', 'Compact', 'Tall']
const syllables = ['la', 'ver', 'mon', 'ti', 'res', 'al', 'do', 'sen', 'ka', 'lu', 'pra', 'en', 'go', 'mi', 'for', 'té']
const featureNames = [
  'Width',
  'Height',
  'Depth',
  'Weight',
  'Material',
  'Colour',
  'Made in',
  'Power',
  'Warranty',
  'Care',
]
const relatedCount = 12
const paragraphs = 6
const wordsOfParagraph = 90

/** Mulberry32: numbers from 0 to 1 that depend on the seed alone. */
function makeRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** @param count how many products the shop has: related ones are among them. */
export function shopProduct(number: number, count: number): ShopProduct {
  const random = makeRandom(number)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T
  const word = (): string => Array.from({ length: 1 + below(3) }, () => pick(syllables)).join('')
  const sentences = (words: number): string => {
    let text = ''
    for (let left = words; left > 0; ) {
      const length = Math.min(left, 6 + below(12))
      const sentence = Array.from({ length }, word).join(' ')
      text += `${text === '' ? '' : ' '}${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
      left -= length
    }
    return text
  }
  const category = number % categoryNames.length
  const brand = pick(brands)
  return {
    number,
    name: `${brand} ${pick(adjectives)} ${categoryNames[category]} ${number}`,
    brand,
    sku: `SKU-${String(number).padStart(6, '0')}`,
    gtin: gtin13(4_000_000_00000 + number),
    price: (1 + below(50_000) / 100).toFixed(2),
    currency: 'EUR',
    availability: pick(['InStock', 'InStock', 'InStock', 'OutOfStock', 'PreOrder'] as const),
    rating: (3 + below(21) / 10).toFixed(1),
    ratingCount: 1 + below(900),
    category,
    description: Array.from({ length: paragraphs }, () => sentences(wordsOfParagraph)),
    features: featureNames.map((name) => [name, `${1 + below(300)} ${word()}`]),
    related: Array.from({ length: relatedCount }, () => below(count)),
  }
}

/** Twelve digits and their check digit. */
function gtin13(twelve: number): string {
  const digits = String(twelve).padStart(12, '0')
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
