import fc from 'fast-check'
import { expect, it } from 'vitest'
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

it('never throws, whatever the markup, and keeps within the limits', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }), (pieces) => {
      const { seo } = extract(pieces.join(''))
      return seo.wordCount >= 0 && seo.textChars >= seo.wordCount - 1
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
  ['headings', '<h1>x'.repeat(50_000)],
  ['comments that never end', '<!--'.repeat(100_000)],
  ['entities', `<title>${'&amp;'.repeat(100_000)}`],
  ['JSON that never ends', `<script type="application/ld+json">${'[{"a":'.repeat(50_000)}`],
  ['comments in JSON', `<script type="application/ld+json">{${'"/*'.repeat(100_000)}*/</script>`],
  ['characters in the deep', `<h1>x</h1>€ cart ${'<div>'.repeat(500)}${'1&amp;'.repeat(200_000)}`],
  ['prices', `<h1>x</h1>${'<b class=price>€1</b>'.repeat(20_000)} cart`],
  ['nested price boxes', `<h1>x</h1>€ cart ${'<div class="price elsewhere">1'.repeat(20_000)}`],
])('takes no long time over too many %s', (_, html) => {
  const started = performance.now()
  extract(html)
  expect(performance.now() - started).toBeLessThan(3_000)
})
