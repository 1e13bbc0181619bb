import { productSchema, seoSchema } from '@seine/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cpuMsOf } from './cpu-time.fixture.ts'
import { extractPage } from './extract-page.ts'

const extract = (html: string) =>
  extractPage({ url: 'https://shop.test/', html, headers: {}, siteHosts: new Set(['shop.test']) })

const piece = fc.constantFrom(
  ...[
    '<',
    '>',
    '</',
    '/>',
    '"',
    "'",
    '=',
    '&',
    '&amp',
    '&#x110000;',
    '&#0;',
    '<!--',
    '-->',
    '<![CDATA[',
    '<?',
    '<!doctype',
    '\0',
    ' ',
    '\n',
  ],
  ...[
    '<a href=',
    '<title>',
    '</title>',
    '<h1>',
    '</h1>',
    '<p>',
    '<li>',
    '<td>',
    '</table>',
    '<svg>',
    '</svg>',
    '<template>',
    '<script>',
  ],
  ...[
    '</script>',
    '<script type="application/ld+json">',
    '{"@type":"Product","offers":[',
    '<div itemscope itemtype=Product>',
    '</div>',
  ],
  ...[
    '<span itemprop=price>',
    '<span itemprop=offers itemscope>',
    '</span>',
    '<meta property="og:type" content="product">',
    '€',
    '1.299,00 €',
  ],
  ...[
    '<button class=price>',
    'add to cart',
    'SKU: ',
    '<base href="//[">',
    '<base href=x:y>',
    '<link rel=canonical href="http://[">',
    '😀',
    '\ud800',
  ],
  ...[
    '<div typeof=Product property=name resource>',
    '<noscript>',
    '<plaintext>',
    '<textarea>',
    '<select><option>',
    '<body hidden>',
    '<x-y>',
    '</x-z>',
  ],
)

it('never throws, whatever the markup, and keeps within the limits', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }), (pieces) => {
      const { seo, product } = extract(pieces.join(''))
      seoSchema.parse(seo)
      productSchema.nullable().parse(product)
      return seo.wordCount >= 0 && seo.textChars >= seo.wordCount - 1
    }),
    { numRuns: 3_000 },
  )
})

it('keeps to the record whatever structured data claims', { timeout: 60_000 }, () => {
  const wild = fc.oneof(
    fc.constantFrom(
      'Infinity',
      '1e400',
      '-1',
      'NaN',
      '9'.repeat(400),
      'x'.repeat(5_000),
      '€',
      null,
      true,
      {},
      [],
      [[]],
      '1.299,00 €',
      1e300,
    ),
    fc.double(),
    fc.string(),
  )
  const property = fc.constantFrom(
    ...[
      '@id',
      'name',
      'sku',
      'url',
      'image',
      'brand',
      'category',
      'color',
      'gtin13',
      'price',
      'priceCurrency',
      'lowPrice',
      'highPrice',
    ],
    ...[
      'offerCount',
      'availability',
      'ratingValue',
      'ratingCount',
      'bestRating',
      'seller',
      'description',
      'priceSpecification',
      'position',
    ],
  )
  const nodes = fc.letrec((tie) => ({
    node: fc
      .tuple(
        fc.constantFrom('Product', 'Offer', 'AggregateOffer', 'ProductGroup', ['Product', 3], 'BreadcrumbList', 7),
        fc.dictionary(property, wild),
        fc.dictionary(
          fc.constantFrom(
            'offers',
            'hasVariant',
            'aggregateRating',
            'isRelatedTo',
            'mainEntity',
            '@graph',
            'itemListElement',
            'brand',
          ),
          fc.oneof({ maxDepth: 4 }, wild, tie('node'), fc.array(tie('node'), { maxLength: 3 })),
          { maxKeys: 3 },
        ),
      )
      .map(([type, plain, nested]) => ({ '@type': type, ...plain, ...nested })),
  })).node
  fc.assert(
    fc.property(nodes, (node) => {
      const { seo, product } = extract(`<script type="application/ld+json">${JSON.stringify(node)}</script>`)
      seoSchema.parse(seo)
      productSchema.nullable().parse(product)
    }),
    { numRuns: 3_000 },
  )
})

it.each([
  ['open elements', '<div>'.repeat(100_000)],
  ['unknown end tags', `${'<x-a>'.repeat(600)}${'</x-b>'.repeat(50_000)}`],
  ['attributes', `<a ${'x=1 '.repeat(100_000)}href=/y>z</a>`],
  ['items', '<div itemscope itemprop=a>'.repeat(50_000)],
  ['properties', '<b itemprop=a>x'.repeat(50_000)],
  ['references', `<div id=a>${'<p itemscope itemprop=a itemref="a a a">x'.repeat(20_000)}`],
  ['parts', `<p itemscope itemref="${'b '.repeat(20_000)}">${'<p id=b itemprop=a itemscope>'.repeat(20_000)}`],
  ['microformats', '<div class="h-product p-name">€1'.repeat(20_000)],
  ['state', `<h1>shoe</h1>€1 cart <script type="application/json">[${'{"name":"shoe","sku":"a","a":['.repeat(5_000)}`],
  [
    'states',
    `<h1>shoe</h1>€1 cart <script type="application/json">[${'{"name":"shoe","sku":"a"},'.repeat(20_000)}]</script>`,
  ],
  ['links', '<a href=/x target=_blank>click here</a>'.repeat(20_000)],
  ['headings', '<h1>x'.repeat(50_000)],
  ['marks that are no words', '- '.repeat(500_000)],
  ['comments that never end', '<!--'.repeat(100_000)],
  ['entities', `<title>${'&amp;'.repeat(100_000)}`],
  ['JSON that never ends', `<script type="application/ld+json">${'[{"a":'.repeat(50_000)}`],
  ['comments in JSON', `<script type="application/ld+json">{${'"/*'.repeat(100_000)}*/</script>`],
  ['characters in the deep', `<h1>x</h1>€ cart ${'<div>'.repeat(500)}${'1&amp;'.repeat(200_000)}`],
  ['prices', `<h1>x</h1>${'<b class=price>€1</b>'.repeat(20_000)} cart`],
  ['nested price boxes', `<h1>x</h1>€ cart ${'<div class="price elsewhere">1'.repeat(20_000)}`],
])('takes no long time over too many %s', { timeout: 30_000 }, async (_, html) => {
  expect(await cpuMsOf(() => extract(html))).toBeLessThan(3_000)
})
