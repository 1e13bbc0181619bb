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

it('says which kind of GTIN it is', () => {
  const typeOf = (gtin: string) => productOf(jsonLd({ '@type': 'Product', name: 'x', gtin }))?.gtinType
  expect(typeOf('4006381333931')).toBe('GTIN-13')
  expect(typeOf('9780306406157')).toBe('ISBN-13')
  expect(typeOf('96385074')).toBe('GTIN-8')
  expect(typeOf('4006381333932')).toBeNull()
})

it('reads breadcrumbs, from whichever source has them, without the product itself', () => {
  const crumb = (position: number, name: string) => ({
    '@type': 'ListItem',
    position,
    item: { '@id': `/${position}`, name },
  })
  const list = {
    '@type': 'BreadcrumbList',
    itemListElement: [crumb(2, 'Shoes'), crumb(1, 'Home'), crumb(3, 'Red shoe')],
  }
  expect(productOf(jsonLd([{ '@type': 'Product', name: 'Red shoe' }, list]))).toMatchObject({
    breadcrumbs: ['Home', 'Shoes'],
    category: 'Home > Shoes',
  })
  const marked = `<ol itemscope itemtype="https://schema.org/BreadcrumbList"><li itemprop=itemListElement itemscope itemtype="https://schema.org/ListItem">
    <a itemprop=item href=/><span itemprop=name>Home</span></a><meta itemprop=position content=1></ol>`
  expect(productOf(`${jsonLd({ '@type': 'Product', name: 'Red shoe' })}${marked}`)?.breadcrumbs).toEqual(['Home'])
  expect(
    productOf(
      shop(
        '<span class=price>€9</span><button>Add to cart</button>',
        '<ul class=breadcrumb><li>Home<li>›<li>Shoes</ul>',
      ),
    )?.breadcrumbs,
  ).toEqual(['Home', 'Shoes'])
})

it('reads additional properties as features', () => {
  const additionalProperty = [
    { '@type': 'PropertyValue', name: 'Weight', value: 1.5, unitText: 'kg' },
    { '@type': 'PropertyValue', value: 'Waterproof' },
  ]
  expect(productOf(jsonLd({ '@type': 'Product', name: 'x', additionalProperty }))?.features).toEqual([
    'Weight: 1.5 kg',
    'Waterproof',
  ])
})

it('lists variants where they differ: declared ones, nodes of one name, or offers', () => {
  const declared = productOf(
    jsonLd({
      '@type': 'ProductGroup',
      name: 'Shirt',
      hasVariant: [
        {
          '@type': 'Product',
          sku: 'S',
          name: 'Shirt S',
          size: 'S',
          color: 'red',
          url: '/shirt?v=1',
          offers: offer(20),
        },
        { '@type': 'Product', sku: 'L', size: 'L', offers: offer('25,50', 'OutOfStock') },
      ],
    }),
  )
  expect(declared?.variants).toEqual([
    {
      sku: 'S',
      name: 'Shirt S',
      price: 20,
      currency: 'EUR',
      availability: 'InStock',
      colour: 'red',
      size: 'S',
      url: 'https://shop.test/shirt?v=1',
    },
    {
      sku: 'L',
      name: null,
      price: 25.5,
      currency: 'EUR',
      availability: 'OutOfStock',
      colour: null,
      size: 'L',
      url: null,
    },
  ])
  const offers = [
    { ...offer(1), sku: 'a' },
    { ...offer(2), sku: 'b' },
  ]
  expect(
    productOf(jsonLd({ '@type': 'Product', name: 'x', offers }))?.variants?.map(({ sku, price }) => [sku, price]),
  ).toEqual([
    ['a', 1],
    ['b', 2],
  ])
  expect(productOf(jsonLd({ '@type': 'Product', name: 'x', offers: [offer(1), offer(2)] }))?.variants).toEqual([])
})

it('takes a sign that countries share for the currency of the page’s own', () => {
  const currencyOf = (html: string, url?: string) => productOf(html, url)?.currency
  const box = (price: string) => shop(`<span class=price>${price}</span><button>Add to cart</button>`)
  const inLanguage = (language: string, price: string) => box(price).replace('<html>', `<html lang="${language}">`)
  expect(currencyOf(box('$9.90'))).toBe('USD')
  expect(currencyOf(box('$9.90'), 'https://shop.example.ca/p/1')).toBe('CAD')
  expect(currencyOf(inLanguage('en-US', '$9.90'), 'https://shop.com.au/p/1')).toBe('AUD')
  expect(currencyOf(inLanguage('es-MX', '$9.90'))).toBe('MXN')
  expect(currencyOf(inLanguage('da', '99 kr'))).toBe('DKK')
  expect(currencyOf(inLanguage('en-CA', 'US$9.90'))).toBe('USD')
  expect(currencyOf(inLanguage('en-CA', '9.90 USD'))).toBe('USD')
  const metas = '<meta property="og:type" content="product"><meta property="og:price:amount" content="$5">'
  expect(currencyOf(metas, 'https://shop.co.nz/')).toBe('NZD')
})

it('reads microformats where nothing better is there', () => {
  expect(
    productOf(
      `<div class="h-product"><h1 class="p-name">Red shoe</h1><img class=u-photo src=/r.jpg><span class="p-price">€9.50</span>
       <span class="p-brand">Hot</span><data class=u-identifier value=4006381333931>EAN</data></div>`,
    ),
  ).toMatchObject({
    name: 'Red shoe',
    price: 9.5,
    currency: 'EUR',
    brand: 'Hot',
    gtin: '4006381333931',
    images: ['https://shop.test/r.jpg'],
    sources: { price: 'microformat' },
  })
  const two = '<div class=hproduct><b class=fn>A thing</b><b class=price>$1</b></div>'
  expect(productOf(`<h1>All</h1>${two}${two.replace('A thing', 'B thing')}`)).toBeNull()
})

const state = (value: unknown): string =>
  `<script id="__NEXT_DATA__" type="application/json">${JSON.stringify(value)}</script>`

it('reads the state that scripts are handed: the object with the page’s name, a price only where it is shown', () => {
  const box = '<b class=was>€80</b><i>€49.90</i><button>Add to cart</button>'
  const product = productOf(
    shop(
      box,
      state({
        props: {
          product: {
            name: 'Red Shoe',
            sku: 'RS-9',
            brand: { name: 'Hot' },
            price: { value: 49.9, currency: 'EUR' },
            inStock: false,
          },
          related: [{ name: 'Blue sock', sku: 'BS', price: 3 }],
        },
      }),
    ),
  )
  expect(product).toMatchObject({ sku: 'RS-9', price: 49.9, currency: 'EUR', brand: 'Hot', availability: 'OutOfStock' })
  expect(product?.sources).toMatchObject({ sku: 'state', price: 'state' })
  // In cents, and nobody says so.
  const cents = productOf(shop(box, state({ product: { title: 'Red shoe', sku: 'RS-9', price: 4990 } })))
  expect(cents).toMatchObject({ price: 49.9, sku: 'RS-9', sources: { price: 'page' } })
})

it('believes no state that contradicts itself, and makes no product of state alone', () => {
  const twice = state([
    { name: 'Red shoe', sku: 'A' },
    { name: 'Red shoe', sku: 'B' },
  ])
  expect(productOf(shop('<span class=price>€9</span><button>Add to cart</button>', twice))?.sku).not.toMatch(/^[AB]$/)
  expect(productOf(`<h1>Red shoe</h1><p>About it.</p>${state({ name: 'Red shoe', sku: 'A' })}`)).toBeNull()
})
