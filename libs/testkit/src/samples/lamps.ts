import { gzipSync } from 'node:zlib'
import { html, notFound, redirect, type SampleAnswer, type SampleHost, text, xml } from './host.ts'
import { escapeText, links, page, price, productJsonLd, sitemapIndex, urlset } from './markup.ts'
import { type Assortment, type SampleProduct, type Stock, slugOf, stockAt } from './products.ts'

export const lampAssortment: Assortment = {
  seed: 101,
  currency: 'EUR',
  categories: ['Table lamps', 'Floor lamps', 'Pendants', 'Bulbs & spares', 'Outdoor'],
  brands: ['Lumen & Söhne', 'Halo', 'Northlight', 'Ampère'],
  adjectives: ['Arched', 'Brass', 'Paper', 'Dimmable', 'Tiny', 'Smoked', 'Folding', 'Opal'],
  nouns: ['Lamp', 'Lantern', 'Pendant', 'Sconce', 'Uplighter'],
  size: 120,
  change: { prices: 12, availabilities: 6, names: 3, added: 5, removed: 4 },
}

const productsPerSitemap = 60
/** In the sitemap, and never there: every real sitemap has some. */
const deadEntries = ['/p/discontinued-1', '/p/discontinued-2']

/** A shop with everything in its sitemap: an index with gzipped children, named in robots.txt; JSON-LD on every product. */
export const lamps: SampleHost = {
  name: 'lamps',
  about: 'shop: sitemap index with gzipped children, JSON-LD, dead sitemap entries, a disallowed cart',
  answer({ origin, path, generation }): SampleAnswer {
    const stock = stockAt(lampAssortment, generation)
    if (path === '/robots.txt') {
      return text(`User-agent: *\nDisallow: /cart/\n\nSitemap: ${origin}/sitemaps/index.xml\n`)
    }
    if (path.startsWith('/sitemaps/')) return sitemap(origin, path, stock)
    if (path === '/') return html(home(origin, stock))
    if (path === '/about') return html(about(origin))
    if (path === '/about-us') return redirect('/about')
    if (path.startsWith('/c/')) return category(origin, path, stock)
    if (path === '/cart/') return html('<!doctype html><title>Cart</title>')
    const slug = path.startsWith('/p/') ? path.slice(3) : ''
    if (stock.gone.includes(slug)) return { ...notFound(), status: 410 }
    const product = stock.products.find((candidate) => candidate.slug === slug)
    return product === undefined ? notFound() : html(productPage(origin, product))
  },
}

/** Every page that answers 200, as a run that reads the sitemap and follows links finds it. */
export function lampPages(generation: number): { path: string; title: string; product: SampleProduct | null }[] {
  const { products } = stockAt(lampAssortment, generation)
  return [
    { path: '/', title: 'Lamps', product: null },
    { path: '/about', title: 'About Lamps', product: null },
    ...lampAssortment.categories.map((name) => ({
      path: `/c/${slugOf(name)}`,
      title: `${name} | Lamps`,
      product: null,
    })),
    ...products.map((product) => ({ path: `/p/${product.slug}`, title: productTitle(product), product })),
  ]
}

export function productTitle(product: SampleProduct): string {
  return `${product.name} | Lamps`
}

function sitemap(origin: string, path: string, { products }: Stock): SampleAnswer {
  const parts = Math.ceil(products.length / productsPerSitemap)
  if (path === '/sitemaps/index.xml') {
    const children = Array.from({ length: parts }, (_, i) => `${origin}/sitemaps/products-${i + 1}.xml.gz`)
    return xml(sitemapIndex([`${origin}/sitemaps/pages.xml`, ...children]))
  }
  if (path === '/sitemaps/pages.xml') {
    const pages = ['/', '/about', ...deadEntries, ...lampAssortment.categories.map((name) => `/c/${slugOf(name)}`)]
    return xml(urlset(pages.map((at) => ({ loc: origin + at }))))
  }
  const part = Number(/^\/sitemaps\/products-(\d+)\.xml\.gz$/.exec(path)?.[1])
  if (!(part >= 1 && part <= parts)) return notFound()
  const entries = products
    .slice((part - 1) * productsPerSitemap, part * productsPerSitemap)
    .map((product) => ({ loc: `${origin}/p/${product.slug}`, lastmod: '2026-01-15' }))
  return { status: 200, headers: { 'content-type': 'application/gzip' }, body: gzipSync(urlset(entries)) }
}

function home(origin: string, { products }: Stock): string {
  const categories = lampAssortment.categories.map((name) => ({ href: `/c/${slugOf(name)}`, text: name }))
  return page({
    title: 'Lamps',
    description: `A shop with ${products.length} lamps.`,
    canonical: `${origin}/`,
    head: `<link rel="alternate" hreflang="en" href="${origin}/">`,
    body: `<h1>Lamps</h1>${links([...categories, { href: '/about-us', text: 'About us' }, { href: '/cart/', text: 'Cart' }])}`,
  })
}

function about(origin: string): string {
  return page({
    title: 'About Lamps',
    description: 'Who we are.',
    canonical: `${origin}/about`,
    head: '<meta name="robots" content="noindex, follow">',
    body: '<h1>About us</h1><h2>History</h2><p>Lamps since 1921.</p><a href="mailto:hello@lamps.sample.test">Write</a>',
  })
}

function category(origin: string, path: string, { products }: Stock): SampleAnswer {
  const name = lampAssortment.categories.find((candidate) => `/c/${slugOf(candidate)}` === path)
  if (name === undefined) return notFound()
  const entries = products
    .filter((product) => product.category === name)
    .map((product) => ({ href: `/p/${product.slug}`, text: `${product.name}, ${price(product.priceCents)} €` }))
  return html(
    page({
      title: `${name} | Lamps`,
      description: `${entries.length} of our ${name.toLowerCase()}.`,
      canonical: origin + path,
      body: `<h1>${escapeText(name)}</h1>${links(entries)}<a href="/">Home</a>`,
    }),
  )
}

function productPage(origin: string, product: SampleProduct): string {
  const url = `${origin}/p/${product.slug}`
  return page({
    title: productTitle(product),
    description: product.description,
    canonical: url,
    head: productJsonLd(product, url),
    body: `<h1>${escapeText(product.name)}</h1>
<p>${escapeText(product.description)}</p>
<p class="price">${price(product.priceCents)} €</p>
<img src="${url}.jpg" alt="${escapeText(product.name)}"><img src="/badge.png">
<a href="/c/${slugOf(product.category)}">${escapeText(product.category)}</a> <a href="/">Home</a>`,
  })
}
