import { expect, it } from 'vitest'
import { scanPage } from './scan-page.ts'

it('reads nested microdata with the values of their elements', () => {
  const { microdata } = scanPage(
    `<div itemscope itemtype="http://schema.org/Product"><h1 itemprop="name">Red <b>shoe</b></h1>
     <img itemprop=image src="/a.jpg"><link itemprop=url href="/shoe"><a itemprop=brand href="/b">Brand</a>
     <div itemprop=offers itemscope itemtype="http://schema.org/Offer"><meta itemprop=price content="9.90">
     <span itemprop="priceCurrency" content="EUR">€</span></div>
     <ul><li itemprop=color>red<li itemprop=color>blue</ul><p itemprop="sku mpn">A-1</div>`,
  )
  expect(microdata).toEqual([
    {
      '@type': ['http://schema.org/Product'],
      name: ['Red shoe'],
      image: ['/a.jpg'],
      url: ['/shoe'],
      brand: ['Brand'],
      offers: [{ '@type': ['http://schema.org/Offer'], price: ['9.90'], priceCurrency: ['EUR'] }],
      color: ['red', 'blue'],
      sku: ['A-1'],
      mpn: ['A-1'],
    },
  ])
})

it('survives stray end tags as a browser does', () => {
  const { microdata } = scanPage(
    '<div itemscope itemtype=Product></span></b></td><span itemprop=name>a</p></div></span><i itemprop=sku>1</i></div>',
  )
  expect(microdata[0]).toMatchObject({ name: ['a'] })
})

it('reads RDFa with and without prefixes', () => {
  const { rdfa } = scanPage(
    `<div vocab="http://schema.org/" typeof="Product"><span property="schema:name">Shoe</span>
     <div property="offers" typeof="Offer"><span property="price" content="5">five</span></div></div>`,
  )
  expect(rdfa).toEqual([{ '@type': ['Product'], name: ['Shoe'], offers: [{ '@type': ['Offer'], price: ['5'] }] }])
})

it('gives an item the properties that it refers to, before and behind it', () => {
  const { microdata } = scanPage(
    `<p id=before><b itemprop=sku>A-1</b></p>
     <div itemscope itemtype="http://schema.org/Product" itemref="before behind none"><h1 itemprop=name>Shoe</h1></div>
     <div id="behind"><i itemprop=color>red</i><div itemprop=offers itemscope itemtype=Offer><b itemprop=price>5</b></div></div>`,
  )
  expect(microdata).toEqual([
    {
      '@type': ['http://schema.org/Product'],
      name: ['Shoe'],
      sku: ['A-1'],
      color: ['red'],
      offers: [{ '@type': ['Offer'], price: ['5'] }],
    },
  ])
})

it('leaves a part with the item that it stands in, too', () => {
  const { microdata } = scanPage(
    `<div itemscope itemtype=A><p id=x><b itemprop=name>n</b></p></div><div itemscope itemtype=B itemref=x></div>`,
  )
  expect(microdata).toEqual([
    { '@type': ['A'], name: ['n'] },
    { '@type': ['B'], name: ['n'] },
  ])
})

it('is not caught in items that refer to each other', () => {
  const { microdata } = scanPage(
    `<div id=a><div itemprop=x itemscope itemtype=A itemref="a b"></div></div>
     <div id=b><div itemprop=y itemscope itemtype=B itemref="a b"></div><i itemprop=name>n</i></div>`,
  )
  expect(() => JSON.stringify(microdata)).not.toThrow()
})
