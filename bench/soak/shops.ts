/** Shops that change from one generation to the next, the same size for ever: what a soak's runs fetch, and what they have to find. */

/** Products of a shop at any time. */
export const productsEach = 110
/** Of those, how many are taken out and brought in by each generation. */
export const replacedEach = 4
const categories = 6
const filler = '<p>Something to read that is as long as a paragraph usually is, and says nothing at all.</p>'.repeat(80)

export interface Shop {
  /** From 0: decides what it sells and how it behaves. */
  readonly number: number
  readonly name: string
}

export const makeShops = (count: number): Shop[] =>
  Array.from({ length: count }, (_, number) => ({ number, name: `shop-${number}` }))

/** Every other shop has a sitemap; the others are found by links alone. */
export const hasSitemap = ({ number }: Shop): boolean => number % 2 === 0
/** Some answer conditional requests. */
export const hasTags = ({ number }: Shop): boolean => number % 3 === 1
/** Its home page answers 500 in every fourth generation: the site fails its preflight. Not its robots.txt, which is known for a day. */
export const isDown = ({ number }: Shop, generation: number): boolean => number === 3 && generation % 4 === 0
/** Not in the list of sites in every other generation. */
export const isListed = ({ number }: Shop, generation: number): boolean => number !== 5 || generation % 2 === 1

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly delayMs: number
}

export interface Asked {
  /** `http://<host>:<port>`. */
  readonly origin: string
  readonly path: string
  readonly generation: number
  /** How often the path was asked for in this generation, this time included. */
  readonly visit: number
  readonly ifNoneMatch: string | undefined
}

/** Cents, or null where the shop has no such product in this generation. */
export function priceOf(shop: Shop, serial: number, generation: number): number | null {
  const first = generation * replacedEach
  if (!(serial >= first && serial < first + productsEach)) return null
  // Each price moves every fifth generation.
  return 500 + (mix(shop.number, serial, Math.floor((generation + serial) / 5)) % 50_000)
}

/** A page that answers 500 all through a generation. */
const fails = (shop: Shop, serial: number, generation: number) => mix(shop.number + 101, serial, generation) % 60 === 0
/** A page that answers 503 once. */
const heals = (shop: Shop, serial: number, generation: number) => mix(shop.number + 202, serial, generation) % 45 === 0
const isSlow = (shop: Shop, serial: number, generation: number) => mix(shop.number + 303, serial, generation) % 90 === 0

const serialsOf = (generation: number): number[] =>
  Array.from({ length: productsEach }, (_, n) => generation * replacedEach + n)

/** Paths that end with a page in a generation, and the price of each in cents; null: no product. */
export function pagesOf(shop: Shop, generation: number): Map<string, number | null> {
  const pages = new Map<string, number | null>([['/', null]])
  for (let n = 0; n < categories; n++) pages.set(`/c/${n}`, null)
  for (const serial of serialsOf(generation))
    if (!fails(shop, serial, generation)) pages.set(`/p/${serial}`, priceOf(shop, serial, generation))
  return pages
}

export function answerOf(shop: Shop, { origin, path, generation, visit, ifNoneMatch }: Asked): Answer {
  if (path === '/robots.txt') {
    return plain(200, `User-agent: *\nAllow: /\n${hasSitemap(shop) ? `Sitemap: ${origin}/sitemap.xml\n` : ''}`)
  }
  if (path === '/sitemap.xml' && hasSitemap(shop)) {
    const entries = serialsOf(generation).map((serial) => `<url><loc>${origin}/p/${serial}</loc></url>`)
    const body = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join('')}</urlset>`
    return { status: 200, headers: { 'content-type': 'application/xml' }, body, delayMs: 0 }
  }
  if (path === '/' && isDown(shop, generation)) return plain(500, 'down')
  if (path === '/') return html(page('Shop', linksTo(Array.from({ length: categories }, (_, n) => `/c/${n}`))))
  const category = Number(/^\/c\/(\d+)$/.exec(path)?.[1])
  if (category < categories) {
    const mine = serialsOf(generation).filter((serial) => serial % categories === category)
    return html(page(`Category ${category}`, linksTo(mine.map((serial) => `/p/${serial}`))))
  }
  const serial = Number(/^\/p\/(\d+)$/.exec(path)?.[1])
  if (Number.isNaN(serial)) return plain(404, 'not found')
  const cents = priceOf(shop, serial, generation)
  if (cents === null) return plain(serial < generation * replacedEach ? 410 : 404, 'gone')
  if (fails(shop, serial, generation)) return plain(500, 'broken')
  if (heals(shop, serial, generation) && visit === 1) return plain(503, 'busy')
  const delayMs = isSlow(shop, serial, generation) ? 700 : 0
  const etag = `"${serial}-${cents}"`
  if (hasTags(shop) && ifNoneMatch === etag) return { status: 304, headers: { etag }, body: '', delayMs }
  const answer = html(productPage(serial, cents, `${origin}${path}`))
  return { ...answer, headers: { ...answer.headers, ...(hasTags(shop) ? { etag } : {}) }, delayMs }
}

const plain = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body,
  delayMs: 0,
})
const html = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
  delayMs: 0,
})
const page = (title: string, body: string, head = '') =>
  `<!doctype html><html lang="en"><head><title>${title}</title>${head}</head><body><h1>${title}</h1>${body}${filler}</body></html>`
const linksTo = (paths: readonly string[]) => paths.map((path) => `<a href="${path}">${path}</a>`).join('\n')

function productPage(serial: number, cents: number, url: string): string {
  const product = {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: `Thing ${serial}`,
    sku: `T-${serial}`,
    offers: {
      '@type': 'Offer',
      url,
      price: (cents / 100).toFixed(2),
      priceCurrency: 'EUR',
      availability: 'https://schema.org/InStock',
    },
  }
  const head = `<script type="application/ld+json">${JSON.stringify(product)}</script>`
  return page(`Thing ${serial}`, linksTo(['/', `/c/${serial % categories}`]), head)
}

/** A number that three others decide (Murmur3's finaliser over their combination). */
function mix(a: number, b: number, c: number): number {
  let h = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca77) ^ Math.imul(c + 1, 0xc2b2ae3d)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
