import { html, notFound, type SampleAnswer, type SampleHost, text } from './host.ts'
import { links, page, productJsonLd, productMicrodata } from './markup.ts'
import { type Assortment, type SampleProduct, stockAt } from './products.ts'

export const bookAssortment: Assortment = {
  seed: 202,
  currency: 'GBP',
  categories: ['Fiction', 'History', 'Science'],
  brands: ['Penguin & Puffin', 'Éditions du Phare', 'Hart'],
  adjectives: ['Silent', 'Hidden', 'Last', 'Invisible', 'Golden', "Winter's"],
  nouns: ['Harbour', 'Atlas', 'Garden', 'Cipher', 'Voyage'],
  size: 54,
  change: { prices: 5, availabilities: 2, names: 1, added: 2, removed: 1 },
}

const booksPerPage = 12

/** A shop without a sitemap: only links lead through its pages; microdata on every book, JSON-LD on every other one. */
export const books: SampleHost = {
  name: 'books',
  about: 'shop: no sitemap, found by links alone, pagination, microdata and JSON-LD, a PDF',
  answer({ origin, path, generation }): SampleAnswer {
    const { products } = stockAt(bookAssortment, generation)
    if (path === '/robots.txt') return text('User-agent: *\nAllow: /\n')
    if (path === '/') return html(listing(origin, products, 1))
    if (path === '/catalogue.pdf') {
      return { status: 200, headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.4\n%%EOF\n' }
    }
    const number = Number(/^\/page\/(\d+)$/.exec(path)?.[1])
    if (number >= 2 && number <= pageCount(products)) return html(listing(origin, products, number))
    const slug = path.startsWith('/book/') ? path.slice(6) : ''
    const book = products.find((candidate) => candidate.slug === slug)
    return book === undefined ? notFound() : html(bookPage(origin, book))
  },
}

/** Every page that answers 200. The PDF is none: its extension is out of every site's scope. */
export function bookPages(generation: number): { path: string; title: string; product: SampleProduct | null }[] {
  const { products } = stockAt(bookAssortment, generation)
  const listings = Array.from({ length: pageCount(products) }, (_, i) => ({
    path: i === 0 ? '/' : `/page/${i + 1}`,
    title: listingTitle(i + 1),
    product: null,
  }))
  return [...listings, ...products.map((product) => ({ path: `/book/${product.slug}`, title: product.name, product }))]
}

function pageCount(products: readonly SampleProduct[]): number {
  return Math.ceil(products.length / booksPerPage)
}

function listingTitle(number: number): string {
  return number === 1 ? 'Books' : `Books, page ${number}`
}

function listing(origin: string, products: readonly SampleProduct[], number: number): string {
  const shown = products.slice((number - 1) * booksPerPage, number * booksPerPage)
  const pathOf = (at: number) => (at === 1 ? '/' : `/page/${at}`)
  const isLast = number === pageCount(products)
  const previous = number === 1 ? '' : `<link rel="prev" href="${pathOf(number - 1)}">`
  const next = isLast ? '' : `<link rel="next" href="${pathOf(number + 1)}">`
  const more = isLast ? [] : [{ href: pathOf(number + 1), text: 'Next' }]
  return page({
    title: listingTitle(number),
    description: `Books ${(number - 1) * booksPerPage + 1} to ${(number - 1) * booksPerPage + shown.length}`,
    canonical: origin + pathOf(number),
    head: previous + next,
    body: `<h1>Books</h1>${links([
      ...shown.map((book) => ({ href: `/book/${book.slug}#details`, text: book.name })),
      ...more,
      { href: '/catalogue.pdf', text: 'Catalogue' },
      { href: 'https://www.example.org/', text: 'Elsewhere' },
    ])}`,
  })
}

function bookPage(origin: string, book: SampleProduct): string {
  const url = `${origin}/book/${book.slug}`
  return page({
    title: book.name,
    description: book.description,
    canonical: url,
    head: Number(book.sku.at(-1)) % 2 === 0 ? productJsonLd(book, url) : '',
    body: `${productMicrodata(book)}<a href="/">All books</a>`,
  })
}
