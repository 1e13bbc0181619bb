import { hash64, hashText, minhashSlots, type PageRecord, writeLink, writeMinhash } from '@seine/contracts'
import { recordOf } from '../../services/exporter/src/testing.ts'

const sentence = 'A lamp of brass and glass that lights a room of twenty square metres without a shade. '
/** Categories, by which pages are sorted first. */
export const categories = 97

/** Deterministic noise. */
function noise(n: number): number {
  let x = Math.imul(n ^ (n >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

/** Every tenth page says nearly the same as the one before it. */
function minhashOf(n: number): string {
  const like = n % 10 === 1 ? n - 1 : n
  const slots = Uint16Array.from({ length: minhashSlots }, (_, i) => noise(like * minhashSlots + i) & 0xffff)
  if (like !== n) slots[7] = 1
  return writeMinhash(slots)
}

/** The pages of a made-up shop, the same ones each time. */
export function samplePages({ pages, linksPerPage }: { pages: number; linksPerPage: number }) {
  const digits = String(pages).length
  const urlOf = (n: number): string =>
    `https://shop.example/category-${String(n % categories).padStart(2, '0')}/product-${String(n).padStart(digits, '0')}.html`

  function recordAt(n: number): PageRecord {
    const path = new URL(urlOf(n)).pathname
    const base = recordOf({
      path,
      product: {
        name: `Lamp ${n}`,
        price: 10 + (n % 900),
        availability: 'InStock',
        sku: `L-${n}`,
        brand: 'Lux',
        description: sentence.repeat(8),
      },
    })!
    const isRedirect = n % 50 === 3
    if (isRedirect)
      return {
        ...base,
        url: urlOf(n),
        status: 301,
        redirectUrl: urlOf(n - 1),
        seo: null,
        product: null,
        http: { security: [] },
      }
    let outlinks = ''
    for (let i = 0; i < linksPerPage; i++)
      outlinks += writeLink(urlOf(i < 20 ? i : noise(n * 64 + i) % pages), 1 + (i & 1), i === 21)
    return {
      ...base,
      url: urlOf(n),
      bodyHash: hashText(noise(n), n).repeat(6).slice(0, 64),
      http: {
        version: '1.1',
        security: ['hsts', 'nosniff'],
        cookies: { count: 2, notSecure: 1, names: ['session', 'basket'] },
      },
      seo: {
        ...base.seo!,
        title: `Lamp ${n % 1000} of brass and glass, for rooms | Lux`,
        description: sentence.repeat(2),
        descriptionCount: 1,
        h1: [`Lamp ${n}`],
        h2: ['Details', 'Reviews', 'Similar lamps'],
        canonical: urlOf(n),
        openGraph: { 'og:title': `Lamp ${n}`, 'og:type': 'product', 'og:image': 'https://shop.example/image.jpg' },
        jsonLdTypes: ['BreadcrumbList', 'Offer', 'Product'],
        hreflang: [
          { lang: 'en', url: urlOf(n) },
          { lang: 'de', url: urlOf(n + (n % 2 === 0 ? 1 : -1)) },
        ],
        counts: { canonicalElements: 1, canonicalTargets: 1, internalHyperlinks: linksPerPage, imagesWithoutSize: 3 },
        headings: [1, 3, 0, 0, 0, 0],
        sentenceCount: 12,
        wordsPerSentence: 14.2,
        readingEase: 62.1,
        titlePixels: 420,
        descriptionPixels: 900,
        imageCount: 6,
        imagesWithoutAlt: 1,
        schemaProblems: ['Product.review'],
        outlinks,
        textHash: hash64(`text ${n}`),
        minhash: minhashOf(n),
      },
    }
  }

  return {
    urlOf,
    recordAt,
    /** It answered 404. */
    isLost: (n: number): boolean => n % 200 === 7,
  }
}
