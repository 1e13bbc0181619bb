import { expect, it } from 'vitest'
import { cpuMsOf } from './cpu-time.fixture.ts'
import { extractPage } from './extract-page.ts'
import { readScriptStates, stateLimits } from './script-state.ts'

const read = (...scripts: string[]) => [...readScriptStates(scripts)]

it.each([
  ['an assignment', 'window.__STATE__ = {"sku": "a1"};', { sku: 'a1' }],
  ['… to a key', "window['__STATE__']={'sku':'a1',};x()", { sku: 'a1' }],
  ['… of a variable', 'var x=1,product = { sku: "a1", sizes: [1, 2] /* } */ }', { sku: 'a1', sizes: [1, 2] }],
  ['a push', "dataLayer.push({ event: 'view_item', items: [{ item_id: '7', price: 5 }] })", 'view_item'],
  ['a list', 'dataLayer = [{"price": 5}]', [{ price: 5 }]],
  ['JSON in a string', String.raw`window.s = JSON.parse("{\"sku\":\"5\\\" pipe\"}")`, { sku: '5" pipe' }],
  ['… escaped as in a URL', "s = JSON.parse(decodeURIComponent('%7B%22sku%22%3A1%7D'))", { sku: 1 }],
  ['a call', '__NUXT__=(function(a,b){return {sku:a,a:b,inStock:!0,price:null}}("x",[2]))', { sku: 'x', a: [2] }],
])('reads %s', (_, script, expected) => {
  const [value] = read(script)
  if (typeof expected === 'string') expect(value).toMatchObject({ event: expected })
  else expect(value).toMatchObject(expected)
})

it.each([
  ['code', 'const price = function(){ return {a: 1} }; a = {}; b = []; c == {"price": 1}'],
  ['what holds nothing that is sold', 'window.settings = {"theme": "dark"}; // price'],
  ['what never closes', 'window.state = {"price": [1, 2'],
  ['text that is no JSON', 'price = JSON.parse("nonsense")'],
  ['an escape that is none', 'price = JSON.parse(decodeURIComponent("%E0%A4%A"))'],
])('passes over %s', (_, script) => {
  expect(read(script)).toEqual([])
})

it('goes on behind a literal that it has read', () => {
  expect(read('a = {"sku": {"b": 1}}; c = {"sku": 2}')).toEqual([{ sku: { b: 1 } }, { sku: 2 }])
})

it('stops at its limits', () => {
  expect(read('a={"sku":1};'.repeat(stateLimits.maxLiterals + 5))).toHaveLength(stateLimits.maxLiterals)
  expect(read(`a={"sku":"${'x'.repeat(stateLimits.maxLiteralChars)}"};b={"sku":1}`)).toEqual([{ sku: 1 }])
  expect(read('x'.repeat(stateLimits.maxChars), 'a={"sku":1}')).toEqual([])
})

it.each([
  ['nested brackets', `price={"a":${'['.repeat(1_000_000)}`],
  ['open strings', 'price={"a":"'.repeat(100_000)],
  ['assignments', '={a:'.repeat(500_000)],
  ['blanks', `price ${' '.repeat(1_000_000)}={"a":1}`],
  ['names of arguments', `price=(function(${'a,'.repeat(9_000)}`.repeat(20)],
])('takes no long time over hostile %s', { timeout: 30_000 }, async (_, script) => {
  expect(await cpuMsOf(() => read(script))).toBeLessThan(2_000)
})

const page = (script: string, body = '') =>
  extractPage({
    url: 'https://shop.test/p/1',
    html: `<title>Walnut desk lamp</title><h1>Walnut desk lamp</h1><div class="price">€ 49,90</div>
      <button>Add to cart</button>${body}<script>${script}</script>`,
    headers: {},
    siteHosts: new Set(),
  }).product

it('gives a product what its page’s scripts know of it, where its price is the one that is shown', () => {
  const state = { product: { name: 'Walnut desk lamp', sku: 'WDL-9', price: 49.9, brand: 'Holz', inStock: false } }
  expect(page(`window.__STATE__ = ${JSON.stringify(state)}`)).toMatchObject({
    sku: 'WDL-9',
    price: 49.9,
    brand: 'Holz',
    availability: 'OutOfStock',
    sources: { sku: 'state', price: 'state', brand: 'state', availability: 'state' },
  })
  const cents = JSON.stringify(state).replace('49.9', '4990')
  expect(page(`window.__STATE__ = ${cents}`)).toMatchObject({ price: 49.9, sources: { price: 'page', sku: 'state' } })
})

it('takes structured data before them, and nothing of other products', () => {
  const known = { '@type': 'Product', name: 'Walnut desk lamp', sku: 'LD-1', brand: 'Ahorn' }
  const jsonLd = `<script type="application/ld+json">${JSON.stringify(known)}</script>`
  const script = 'dataLayer.push({ecommerce:{items:[{item_name:"Walnut desk lamp",item_id:"WDL-9",price:49.9}]}})'
  expect(page(script, jsonLd)).toMatchObject({ sku: 'LD-1', brand: 'Ahorn', sources: { price: 'state' } })
  expect(page(script.replace('Walnut', 'Oak'))).toMatchObject({ sku: null })
})
