import { categoryNames, type ShopProduct } from './products.ts'

/** Path of a product's page. */
export const productPath = (number: number): string => `/p/${number}.html`
export const categoryPath = (category: number): string => `/c/${category}.html`

/** A product as shops show it: head with social tags, menu, product data as JSON-LD, text, reviews, related products, footer. */
export function productHtml(product: ShopProduct, products: readonly ShopProduct[], origin: string): string {
  const { name, brand, sku, gtin, price, currency, availability, category, rating, ratingCount } = product
  const url = `${origin}${productPath(product.number)}`
  const image = `${origin}/img/${product.number}.jpg`
  const things = [
    {
      '@context': 'https://schema.org',
      '@type': 'Product',
      name,
      sku,
      gtin13: gtin,
      image: [image],
      description: product.description[0],
      brand: { '@type': 'Brand', name: brand },
      aggregateRating: { '@type': 'AggregateRating', ratingValue: rating, reviewCount: ratingCount },
      offers: {
        '@type': 'Offer',
        url,
        price,
        priceCurrency: currency,
        availability: `https://schema.org/${availability}`,
      },
    },
    {
      '@context': 'https://schema.org',
      '@type': 'BreadcrumbList',
      itemListElement: [
        { '@type': 'ListItem', position: 1, name: 'Home', item: `${origin}/` },
        { '@type': 'ListItem', position: 2, name: categoryNames[category], item: `${origin}${categoryPath(category)}` },
        { '@type': 'ListItem', position: 3, name },
      ],
    },
  ]
  const main = `
<nav class="breadcrumbs"><a href="/">Home</a> › <a href="${categoryPath(category)}">${categoryNames[category]}</a> › <span>${name}</span></nav>
<h1 class="product-title">${name}</h1>
<div class="gallery">${[1, 2, 3, 4].map((n) => `<img src="/img/${product.number}-${n}.jpg" alt="${name}, view ${n}" width="600" height="600" loading="lazy">`).join('')}</div>
<div class="buy"><span class="price">${price.replace('.', ',')} €</span> <del>${(Number(price) * 1.2).toFixed(2)} €</del>
<form action="/cart" method="post"><input type="hidden" name="sku" value="${sku}"><button type="submit">Add to cart</button></form></div>
<h2>Description</h2>
${product.description.map((text) => `<p>${text}</p>`).join('\n')}
<h2>Details</h2>
<table>${product.features.map(([feature, value]) => `<tr><th scope="row">${feature}</th><td>${value}</td></tr>`).join('')}</table>
<h2>Reviews</h2>
${product.description.map((text, n) => `<article class="review"><h3>Review ${n + 1}</h3><p class="stars" aria-label="${rating} of 5">★★★★</p><p>${text.slice(0, 240)}</p></article>`).join('\n')}
<h2>Related products</h2>
<ul class="related">${product.related.map((number) => teaser(products[number] ?? product)).join('')}</ul>`
  const title = `${name} | ${categoryNames[category]} | Example Shop`
  const description = (product.description[0] ?? '').slice(0, 150)
  return page({ title, description, url, image, things, main, origin })
}

/** A page that lists products. */
export function listHtml(
  list: { title: string; path: string; products: readonly ShopProduct[] },
  origin: string,
): string {
  const { title, path, products } = list
  const main = `<h1>${title}</h1>\n<ul class="grid">${products.map(teaser).join('\n')}</ul>`
  const things = [{ '@context': 'https://schema.org', '@type': 'CollectionPage', name: title }]
  const description = `${products.length} products of ${title}.`
  return page({
    title: `${title} | Example Shop`,
    description,
    url: `${origin}${path}`,
    image: null,
    things,
    main,
    origin,
  })
}

function teaser({ number, name, price }: ShopProduct): string {
  return `<li class="card"><a class="card__link" href="${productPath(number)}"><img class="card__image" src="/img/${number}-t.jpg" width="240" height="240"${number % 7 === 0 ? '' : ` alt="${name}"`}><span class="card__name">${name}</span> <span class="card__price">${price} €</span></a></li>`
}

type PageParts = {
  title: string
  description: string
  url: string
  image: string | null
  things: readonly unknown[]
  main: string
  origin: string
}

function page({ title, description, url, image, things, main, origin }: PageParts): string {
  const menu = categoryNames
    .map((name, at) => `<li class="menu__item"><a class="menu__link" href="${categoryPath(at)}">${name}</a></li>`)
    .join('\n')
  const languages = ['de', 'fr', 'es', 'it', 'x-default']
    .map((lang) => `<link rel="alternate" hreflang="${lang}" href="${url}?lang=${lang}">`)
    .join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<meta name="description" content="${description}">
<meta name="robots" content="index, follow">
<link rel="canonical" href="${url}">
${languages}
<meta property="og:title" content="${title}">
<meta property="og:type" content="website">
<meta property="og:url" content="${url}">
${image === null ? '' : `<meta property="og:image" content="${image}">`}
<meta name="twitter:card" content="summary">
<style>${styles}</style>
${things.map((thing) => `<script type="application/ld+json">${JSON.stringify(thing)}</script>`).join('\n')}
<script>${script}</script>
</head>
<body>
<header><a href="/" class="logo"><img src="/img/logo.svg" alt="Example Shop"></a>
<form action="/search"><input type="search" name="q" placeholder="Search"></form>
<nav class="menu"><ul>${menu}</ul></nav></header>
<main>${main}</main>
<footer><ul>${menu}</ul>
<p>Prices with tax. See <a href="https://policies.example/shipping" rel="nofollow">shipping</a>, <a href="https://policies.example/returns">returns</a>,
<a href="https://social.example/shop">follow us</a> or <a href="mailto:shop@example.com">write to us</a>.</p>
<p>© Example Shop, ${origin}</p></footer>
</body>
</html>
`
}

const styles = Array.from(
  { length: 40 },
  (_, n) => `.c${n}{display:flex;margin:${n}px;padding:${n % 9}px;color:#${String(n).padStart(6, '3')}}`,
).join('')

const script = `window.dataLayer=window.dataLayer||[];function track(){dataLayer.push(arguments)}${Array.from(
  { length: 40 },
  (_, n) => `track("event-${n}",{"value":${n},"if":"a<b"});`,
).join('')}`
