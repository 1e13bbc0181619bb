import { html, notFound, type SampleAnswer, type SampleHost, text } from './host.ts'
import { price, productJsonLd } from './markup.ts'
import { type Assortment, stockAt } from './products.ts'

export const appAssortment: Assortment = {
  seed: 303,
  currency: 'EUR',
  categories: ['Chairs'],
  brands: ['Nordlys', 'Hocker & Co'],
  adjectives: ['Round', 'Tall', 'Folding', 'Oak'],
  nouns: ['Chair', 'Stool', 'Bench'],
  size: 6,
  change: { prices: 1, availabilities: 1, names: 0, added: 1, removed: 1 },
}

/** A shop that is an application: every page is the same empty shell, which a script fills with what the API says. */
export const app: SampleHost = {
  name: 'app',
  about: 'shop: one empty shell for every page, filled by a script from an API',
  answer({ origin, path, generation }): SampleAnswer {
    const { products } = stockAt(appAssortment, generation)
    if (path === '/robots.txt') return text('User-agent: *\nAllow: /\n')
    if (path === '/assets/app.js') return { status: 200, headers: { 'content-type': 'text/javascript' }, body: script }
    if (path === '/api/') {
      const links = products.map(({ slug, name }) => ({ href: `/p/${slug}`, text: name }))
      return json({ title: 'Chairs', heading: 'Chairs', body: `${products.length} chairs`, links, head: '' })
    }
    const product = products.find(({ slug }) => path === `/api/p/${slug}` || path === `/p/${slug}`)
    if (path !== '/' && product === undefined) return notFound()
    if (product === undefined || !path.startsWith('/api/')) return html(shell)
    return json({
      title: `${product.name} | Chairs`,
      heading: product.name,
      body: `${product.description} ${price(product.priceCents)} €`,
      links: [{ href: '/', text: 'Home' }],
      head: productJsonLd(product, `${origin}/p/${product.slug}`),
    })
  },
}

/** Every page as it is once it is filled. */
export function appPages(generation: number): { path: string; title: string }[] {
  const { products } = stockAt(appAssortment, generation)
  return [
    { path: '/', title: 'Chairs' },
    ...products.map(({ slug, name }) => ({ path: `/p/${slug}`, title: `${name} | Chairs` })),
  ]
}

const shell = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Loading</title><script type="module" src="/assets/app.js"></script></head>
<body><div id="root"></div><noscript>This shop needs JavaScript.</noscript></body>
</html>
`

const script = `const page = await (await fetch('/api' + location.pathname)).json()
document.title = page.title
const root = document.getElementById('root')
const heading = document.createElement('h1')
heading.textContent = page.heading
const words = document.createElement('p')
words.textContent = page.body
root.append(heading, words)
for (const link of page.links) {
  const anchor = document.createElement('a')
  anchor.href = link.href
  anchor.textContent = link.text
  root.append(anchor)
}
document.head.insertAdjacentHTML('beforeend', page.head)
`

function json(value: unknown): SampleAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
