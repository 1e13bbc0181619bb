import { isProduct, linksOf } from './graph.ts'
import { siteNameOf } from './world.ts'

/** What a page says of itself, and what a report has to say of it. */
export interface PageFacts {
  readonly path: string
  /** As a reader sees it: `&` is escaped in the page. */
  readonly title: string
  readonly description: string
  readonly h1: string
  /** Null: it is no product. */
  readonly product: { readonly name: string; readonly sku: string; readonly price: string } | null
}

const things = ['lamp', 'chair', 'table', 'rug & runner', 'Türklinke', 'shelf', 'vase', 'stool']
const woods = ['oak', 'ash', 'walnut', 'beech', 'pine', 'elm', 'larch']

/** `/` for 0, else `/range-<n>/item-<n>`. */
export const pathOf = (page: number): string => (page === 0 ? '/' : `/range-${Math.floor(page / 100)}/item-${page}`)

/** Number of a page by its path. Undefined: no page of a site of this size. */
export function pageOfPath(path: string, pagesEach: number): number | undefined {
  if (path === '/') return 0
  const digits = /^\/range-\d+\/item-([1-9]\d*)$/.exec(path)?.[1]
  const page = digits === undefined ? Number.NaN : Number(digits)
  return page < pagesEach && pathOf(page) === path ? page : undefined
}

export function factsOf(site: number, page: number): PageFacts {
  const thing = things[(page + site) % things.length]!
  const wood = woods[(page * 3 + site) % woods.length]!
  const name = `${wood} ${thing} ${page}`
  const price = ((page * 37 + site * 11) % 90_000) / 100 + 1
  return {
    path: pathOf(page),
    title: `${name} at ${siteNameOf(site)}`,
    description: `What there is to know of ${name}: how it is made, what it costs and where it comes from.`,
    h1: name,
    product: isProduct(page) ? { name, sku: `S${site}-${page}`, price: price.toFixed(2) } : null,
  }
}

/** About 3 KB of HTML, the same for the same numbers. */
export function renderPage(site: number, page: number, { origin, pagesEach }: { origin: string; pagesEach: number }) {
  const { path, title, description, h1, product } = factsOf(site, page)
  const links = linksOf(page, pagesEach).map(
    (to) => `<li><a href="${pathOf(to)}">${escaped(factsOf(site, to).h1)}</a></li>`,
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="description" content="${escaped(description)}"><link rel="canonical" href="${origin}${path}">
${product === null ? '' : jsonLd(product, `${origin}${path}`)}</head><body>
<nav><a href="/">Home</a></nav><main><h1>${escaped(h1)}</h1>
<h2>About it</h2>
${textOf(site, page)}
${product === null ? '' : `<p class="price">€${product.price}</p>`}
<ul>${links.join('')}</ul></main></body></html>
`
}

function jsonLd({ name, sku, price }: NonNullable<PageFacts['product']>, url: string): string {
  const offers = { '@type': 'Offer', price, priceCurrency: 'EUR', availability: 'https://schema.org/InStock', url }
  const thing = { '@context': 'https://schema.org', '@type': 'Product', name, sku, offers }
  return `<script type="application/ld+json">${JSON.stringify(thing).replaceAll('<', '\\u003c')}</script>`
}

const words =
  'made by hand from one piece of wood that has dried for years in the open air before it is cut planed and oiled with care so nothing warps when winter comes and rooms are dry light falls on it evenly from morning until late evening people keep such things longer than they thought'.split(
    ' ',
  )
const paragraphs = 4
const wordsEach = 95

/** Different for every page, so that none is a near-duplicate of another. */
function textOf(site: number, page: number): string {
  let state = (site * 1_000_003 + page * 7_919 + 12_345) >>> 0
  let text = ''
  for (let paragraph = 0; paragraph < paragraphs; paragraph++) {
    text += '<p>'
    for (let word = 0; word < wordsEach; word++) {
      // Numerical Recipes' linear congruential generator: cheap, and the high bits are good enough.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      text += `${words[(state >>> 16) % words.length]} `
    }
    text += '.</p>\n'
  }
  return text
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;')
