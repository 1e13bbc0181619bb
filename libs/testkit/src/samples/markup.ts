import type { SampleProduct } from './products.ts'

export function escapeText(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

export function price(cents: number): string {
  return (cents / 100).toFixed(2)
}

/** A whole HTML page. `head` and `body` are markup, everything else text. */
export function page(parts: {
  title: string
  description: string
  canonical: string
  head?: string
  body: string
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeText(parts.title)}</title>
<meta name="description" content="${escapeText(parts.description)}">
<link rel="canonical" href="${escapeText(parts.canonical)}">
<meta property="og:title" content="${escapeText(parts.title)}">
${parts.head ?? ''}
</head>
<body>
${parts.body}
</body>
</html>
`
}

export function links(entries: readonly { href: string; text: string }[]): string {
  const items = entries.map(({ href, text }) => `<li><a href="${escapeText(href)}">${escapeText(text)}</a></li>`)
  return `<ul>\n${items.join('\n')}\n</ul>`
}

/** schema.org Product as JSON-LD, `<` escaped as in any script element. */
export function productJsonLd(product: SampleProduct, url: string): string {
  const data = {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.name,
    description: product.description,
    sku: product.sku,
    gtin13: product.gtin,
    category: product.category,
    brand: { '@type': 'Brand', name: product.brand },
    image: [`${url}.jpg`],
    aggregateRating: {
      '@type': 'AggregateRating',
      ratingValue: product.ratingValue,
      ratingCount: product.ratingCount,
      bestRating: 5,
    },
    offers: {
      '@type': 'Offer',
      url,
      price: price(product.priceCents),
      priceCurrency: product.currency,
      availability: `https://schema.org/${product.availability}`,
      itemCondition: 'https://schema.org/NewCondition',
    },
  }
  return `<script type="application/ld+json">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`
}

/** The same product as microdata around what a reader sees. */
export function productMicrodata(product: SampleProduct): string {
  return `<div itemscope itemtype="https://schema.org/Product">
<h1 itemprop="name">${escapeText(product.name)}</h1>
<p itemprop="description">${escapeText(product.description)}</p>
<meta itemprop="sku" content="${escapeText(product.sku)}"><meta itemprop="gtin13" content="${product.gtin}">
<span itemprop="brand" itemscope itemtype="https://schema.org/Brand"><span itemprop="name">${escapeText(product.brand)}</span></span>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
<span itemprop="price" content="${price(product.priceCents)}">${price(product.priceCents)} ${product.currency}</span>
<meta itemprop="priceCurrency" content="${product.currency}">
<link itemprop="availability" href="https://schema.org/${product.availability}">
</div>
</div>`
}

export function urlset(urls: readonly { loc: string; lastmod?: string }[]): string {
  const entries = urls.map(
    ({ loc, lastmod }) =>
      `<url><loc>${escapeText(loc)}</loc>${lastmod === undefined ? '' : `<lastmod>${lastmod}</lastmod>`}</url>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${entries.join('\n')}
</urlset>
`
}

export function sitemapIndex(locations: readonly string[]): string {
  const entries = locations.map((loc) => `<sitemap><loc>${escapeText(loc)}</loc></sitemap>`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${entries.join('\n')}
</sitemapindex>
`
}
