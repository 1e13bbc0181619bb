import { expect, it } from 'vitest'
import { extractPage } from './extract-page.ts'

const productOf = (html: string, url = 'https://shop.test/p/red-shoe-12345') =>
  extractPage({ url, html, headers: {}, siteHosts: new Set(['shop.test']) }).product

const jsonLd = (value: unknown): string => `<script type="application/ld+json">${JSON.stringify(value)}</script>`
const offer = (price: number | string, state = 'InStock') => ({
  '@type': 'Offer',
  price,
  priceCurrency: 'EUR',
  availability: `https://schema.org/${state}`,
})

it('takes the product that the page is named after, not a related one', () => {
  const product = productOf(
    `<h1>Red shoe</h1>${jsonLd([
      { '@type': 'Product', name: 'Blue sock', offers: offer(3) },
      {
        '@type': 'Product',
        name: 'Red Shoe',
        offers: offer(49),
        isRelatedTo: [{ '@type': 'Product', name: 'Red shoe laces' }],
      },
    ])}`,
  )
  expect(product).toMatchObject({ name: 'Red Shoe', price: 49 })
})

it('finds no product on a page that lists many', () => {
  const list = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    '@type': 'Product',
    name: `Thing ${name}`,
    offers: offer(1),
  }))
  expect(productOf(`<h1>All things we have</h1>${jsonLd(list)}`)).toBeNull()
  expect(
    productOf(jsonLd({ '@type': 'ItemList', itemListElement: list.map((item) => ({ '@type': 'ListItem', item })) })),
  ).toBeNull()
})

it('reads an aggregate offer as a range', () => {
  expect(
    productOf(
      jsonLd({
        '@type': 'Product',
        name: 'x',
        offers: { '@type': 'AggregateOffer', lowPrice: '1,50', highPrice: 9, offerCount: '7', priceCurrency: 'usd' },
      }),
    ),
  ).toMatchObject({ price: 1.5, lowPrice: 1.5, highPrice: 9, offerCount: 7, currency: 'USD' })
})

it('is in stock where any size is, at the price of the first that is', () => {
  const product = productOf(
    jsonLd({ '@type': 'Product', name: 'x', offers: [offer(10, 'OutOfStock'), offer(12), [offer(14)]].flat() }),
  )
  expect(product).toMatchObject({ availability: 'InStock', price: 12, lowPrice: 10, highPrice: 14, offerCount: 3 })
})

it('reads variants of a product group, the addressed one first', () => {
  const product = productOf(
    jsonLd({
      '@type': 'ProductGroup',
      name: 'Shirt',
      hasVariant: [
        { '@type': 'Product', sku: 'S', color: 'red', offers: offer(20) },
        { '@type': 'Product', sku: 'L', color: 'blue', url: 'https://shop.test/shirt?v=2', offers: offer(25) },
      ],
    }),
    'https://shop.test/shirt?v=2',
  )
  expect(product).toMatchObject({ name: 'Shirt', sku: 'L', colour: 'blue' })
})

it('tells the list price of a price specification from the price', () => {
  const product = productOf(
    jsonLd({
      '@type': 'Product',
      name: 'x',
      offers: {
        '@type': 'Offer',
        priceSpecification: [
          {
            '@type': 'UnitPriceSpecification',
            priceType: 'https://schema.org/ListPrice',
            price: 30,
            priceCurrency: 'EUR',
          },
          { '@type': 'UnitPriceSpecification', price: 20, priceCurrency: 'EUR' },
        ],
      },
    }),
  )
  expect(product).toMatchObject({ price: 20, regularPrice: 30, currency: 'EUR' })
})

it('follows references between nodes', () => {
  const product = productOf(
    jsonLd({
      '@graph': [
        { '@type': 'Product', name: 'x', offers: { '@id': '#o' } },
        { '@id': '#o', ...offer(5) },
      ],
    }),
  )
  expect(product).toMatchObject({ price: 5, availability: 'InStock' })
})

it('takes each value from the first source that has it and says which', () => {
  const product = productOf(
    `<meta property="og:type" content="product"><meta property="product:price:amount" content="99"><meta property="product:brand" content="B">
     ${jsonLd({ '@type': 'Product', name: 'Red shoe' })}
     <div itemscope itemtype="https://schema.org/Product"><h1 itemprop=name>Red shoe</h1><b itemprop=sku>R1</b></div>`,
  )
  expect(product).toMatchObject({ name: 'Red shoe', sku: 'R1', price: 99, brand: 'B' })
  expect(product?.sources).toMatchObject({ name: 'json-ld', sku: 'microdata', price: 'meta', brand: 'meta' })
})

const shop = (box: string, rest = '') =>
  `<html><body><nav><a href=/cart>Cart €0.00</a></nav><main><h1>Red shoe</h1>${box}</main>${rest}<footer>Orders over €50</footer></body></html>`

it('reads an unmarked page: price by its place, stock by its phrase, number by its label', () => {
  const product = productOf(
    shop(
      `<div class=product-info><span class=old-price>€80.00</span> <span class=price>€<b>59</b>.90</span> <button>Add to cart</button>
       <p class=stock>Only 2 left</p><table><tr><td>Item no.:<td>RS-77</table></div>`,
      `<div class=related-products>${'<div class=card><a href=/x><span class=price>€5.00</span></a><button>Add to cart</button></div>'.repeat(3)}</div>`,
    ),
  )
  expect(product).toMatchObject({
    name: 'Red shoe',
    price: 59.9,
    regularPrice: 80,
    currency: 'EUR',
    availability: 'InStock',
    sku: 'RS-77',
  })
  expect(product?.sources).toMatchObject({ price: 'page', availability: 'page', sku: 'page' })
})

it('believes a page that says it is sold out, and infers stock only from a price or button', () => {
  const box = '<span class=price>€59.90</span><span>SKU: AB-123</span>'
  expect(productOf(shop(`${box}<p>Sold out</p><a href=/cart>buy</a>`))).toMatchObject({ availability: 'OutOfStock' })
  const inferred = productOf(shop(`${box}<button>Add to basket</button>`))
  expect(inferred).toMatchObject({ availability: 'InStock', sources: { availability: 'inferred' } })
})

it('adds up what label, attribute and address say of the number', () => {
  const product = productOf(
    shop(
      '<span class=price>€9</span><button data-product-id="12345">Add to cart</button><button data-product-id="999">x</button>',
    ),
  )
  expect(product).toMatchObject({ sku: '12345' })
})

it('finds no product in a list of prices', () => {
  const tiles = [3, 4, 5, 6, 7].map(
    (n) => `<div class=card><span class=price>€${n}</span><button>Add to cart</button></div>`,
  )
  expect(productOf(shop(tiles.join('')), 'https://shop.test/shoes')).toBeNull()
})
