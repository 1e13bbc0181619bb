import { recordLimits } from '@seine/contracts'
import { expect, it } from 'vitest'
import { extractPage } from './extract-page.ts'

const read = (html: string, options: { url?: string; headers?: Record<string, string> } = {}) =>
  extractPage({
    url: options.url ?? 'https://shop.test/a/page.html',
    html,
    headers: options.headers ?? {},
    siteHosts: new Set(['shop.test']),
  })

it('reads the head of a page', () => {
  const { seo } = read(
    `<!doctype html><html lang="de-AT"><head><title> Rote
       Schuhe &amp; mehr </title><title>second</title>
     <meta name="Description" content="All our&#32;&#32;shoes"><meta name=keywords content='a, b'>
     <meta name="robots" content="noindex"><meta name="robots" content="nofollow">
     <meta http-equiv="Refresh" content="5; url=/b">
     <link rel="canonical" href="../c.html#top"><link rel=next href="?p=2"><link rel=prev href="?p=0">
     <link rel="amphtml" href="//amp.test/c"><link rel="alternate" hreflang="en" href="/en">
     <meta property="og:title" content="OG"><meta property="og:title" content="OG 2">
     <meta name="twitter:card" content="summary"></head><body></body></html>`,
    { headers: { 'x-robots-tag': 'noarchive' } },
  )
  expect(seo).toMatchObject({
    title: 'Rote Schuhe & mehr',
    titleCount: 2,
    description: 'All our shoes',
    descriptionCount: 1,
    keywords: 'a, b',
    metaRobots: 'noindex, nofollow',
    xRobotsTag: 'noarchive',
    metaRefresh: '5; url=/b',
    canonical: 'https://shop.test/c.html',
    relNext: 'https://shop.test/a/page.html?p=2',
    relPrev: 'https://shop.test/a/page.html?p=0',
    amphtml: 'https://amp.test/c',
    language: 'de-AT',
    hreflang: [{ lang: 'en', url: 'https://shop.test/en' }],
    openGraph: { 'og:title': 'OG' },
    twitter: { 'twitter:card': 'summary' },
  })
})

it('reads headings as a browser shows them, and counts only visible words', () => {
  const { seo } = read(
    `<body><h1>One<br>two <span hidden>no</span><b>th</b>ree</h1><h2>a</h2><h2> b </h2>
     <script>var words = 1</script><style>p {}</style><template><p>tpl</p></template><noscript>js off</noscript>
     <p>four<p>five<div hidden>six <p>seven</p></div><svg><title>pic</title></svg></body>`,
  )
  expect(seo.h1).toEqual(['One two three'])
  expect(seo.h2).toEqual(['a', 'b'])
  expect(seo.title).toBeNull()
  expect(seo.wordCount).toBe(7)
  expect(seo.textChars).toBe('One two three a b four five'.length)
})

it('collapses whitespace but not no-break spaces', () => {
  expect(read('<p> a&nbsp;b  c<br>d </p>').seo).toMatchObject({ wordCount: 4, textChars: 'a\u00a0b c d'.length })
})

it('counts every ideograph as a word', () => {
  expect(read('<p>価格 abc').seo.wordCount).toBe(3)
})

it('resolves links against the base, once each, with the host telling internal from external', () => {
  const { links, seo } = read(
    `<base href="/shop/"><a href="x.html#a">1</a><a href=x.html>again</a><a href="https://other.test/?b" rel="noopener nofollow">2</a>
     <a href="mailto:a@b.c">3</a><a href="#top">4</a><area href="//shop.test/y"><a>none</a>`,
  )
  expect(links).toEqual([
    { url: 'https://shop.test/shop/x.html', nofollow: false },
    { url: 'https://other.test/?b', nofollow: true },
    { url: 'https://shop.test/y', nofollow: false },
  ])
  expect([seo.internalLinks, seo.externalLinks]).toEqual([2, 1])
})

it('takes a link for nofollow only where every link to it is, or the page asks so', () => {
  expect(read('<a rel=nofollow href=/a>1</a><a href=/a#x>2</a>').links).toEqual([
    { url: 'https://shop.test/a', nofollow: false },
  ])
  expect(read('<meta name=robots content="noindex,nofollow"><a href=/a>1</a>').links[0]?.nofollow).toBe(true)
  expect(read('<meta name=robots content="follow, max-image-preview:none"><a href=/a>1</a>').links[0]?.nofollow).toBe(
    false,
  )
  expect(read('<a href=/a>1</a>', { headers: { 'x-robots-tag': 'none' } }).links[0]?.nofollow).toBe(true)
})

it('counts images, and those without an alt attribute', () => {
  expect(read('<img src=a><img src=b alt=""><img src=c alt=c>').seo).toMatchObject({
    imageCount: 3,
    imagesWithoutAlt: 1,
  })
})

it('cuts every list and text at its limit and says so', () => {
  const many = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i)).join('')
  const { seo, links, cut } = read(
    `<title>${'t'.repeat(5_000)}</title>` +
      many(recordLimits.maxLinks + 1, (i) => `<a href="/${i}">x</a>`) +
      many(recordLimits.maxHeadings + 1, (i) => `<h2>${i}</h2>`) +
      many(recordLimits.maxHreflang + 1, (i) => `<link rel=alternate hreflang=en href="/${i}">`) +
      many(300, (i) => `<meta property="og:x${i}" content="${i}">`),
  )
  expect(seo.title).toHaveLength(recordLimits.maxTextChars)
  expect(links).toHaveLength(recordLimits.maxLinks)
  expect(seo.h2).toHaveLength(recordLimits.maxHeadings)
  expect(seo.hreflang).toHaveLength(recordLimits.maxHreflang)
  expect(cut.sort()).toEqual(['h2', 'hreflang', 'links', 'openGraph', 'title'])
})

it('keeps a record under the size of a message, also where every field is at its limit', () => {
  const long = '\u0001'.repeat(1_900)
  const many = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i)).join('')
  const { seo, product, cut } = read(
    `<title>${long}</title>` +
      many(60, (i) => `<h1>${i}${long}</h1><h2>${i}${long}</h2>`) +
      many(150, (i) => `<meta property="og:x${i}" content="${long}"><meta name="twitter:x${i}" content="${long}">`) +
      many(200, (i) => `<link rel=alternate hreflang=en href="/${i}${'x'.repeat(1_900)}">`) +
      `<script type="application/ld+json">${JSON.stringify({ '@type': 'Product', name: 'x', image: Array.from({ length: 200 }, (_, i) => `/${i}${'y'.repeat(1_900)}`), description: long })}</script>`,
  )
  expect(Buffer.byteLength(JSON.stringify({ seo, product }))).toBeLessThan(1_000_000)
  expect(cut).toContain('h2')
})

it('reads a product from JSON-LD and says so', () => {
  const { product, seo } = read(
    `<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebPage"},{"@type":["Product","Thing"],
      "name":"Kettle","sku":"K-1","gtin13":"4006381333931","brand":{"@type":"Brand","name":"Hot"},"image":["/k.jpg"],
      "offers":[{"@type":"Offer","price":"49.90","priceCurrency":"EUR","availability":"http://schema.org/InStock"}],
      "aggregateRating":{"ratingValue":"4,5","reviewCount":12},}]}</script>`,
  )
  expect(product).toMatchObject({
    name: 'Kettle',
    sku: 'K-1',
    gtin: '4006381333931',
    brand: 'Hot',
    price: 49.9,
    currency: 'EUR',
    availability: 'InStock',
    ratingValue: 4.5,
    ratingCount: 12,
    images: ['https://shop.test/k.jpg'],
  })
  expect(product?.sources).toMatchObject({ name: 'json-ld', price: 'json-ld' })
  expect(seo.jsonLdTypes).toEqual(['WebPage', 'Product', 'Thing', 'Brand', 'Offer'])
})

it('has no product for a page that is about none', () => {
  expect(read('<h1>About us</h1><p>We sell kettles for $5.').product).toBeNull()
})
