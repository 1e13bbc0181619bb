import { pageRecordSchema, type SiteField, siteFieldsSchema } from '@seine/contracts'
import { expect, it } from 'vitest'
import { cpuMsOf } from '../cpu-time.fixture.ts'
import { extractPage } from '../extract-page.ts'
import { makeFieldReader } from './field-reader.ts'
import { maxXPathSteps } from './xpath.ts'

type Declared = Partial<SiteField> & { name: string }

async function read(html: string, fields: Declared[], url = 'https://shop.test/p/1') {
  const reader = await makeFieldReader(siteFieldsSchema.parse(fields))
  return extractPage({ url, html, headers: {}, siteHosts: new Set(['shop.test']), fields: reader })
}

const soleValue = async (html: string, field: Partial<SiteField>): Promise<unknown> =>
  (await read(html, [{ name: 'x', ...field }])).extracted?.x

it('selects by CSS: text as a visitor sees it, an attribute, or what an element has instead of a text', async () => {
  const html = `<meta property="og:x" content="meta"><div class=a>One<p>two <script>no</script>three</div>
    <a href=/b data-n=7>link</a><img src=i.jpg><input value=v>`
  expect(await soleValue(html, { css: '.a' })).toBe('One two three')
  expect(await soleValue(html, { css: 'a', attribute: 'data-N' })).toBe('7')
  expect(await soleValue(html, { css: 'a' })).toBe('link')
  expect(await soleValue(html, { css: 'a', type: 'url' })).toBe('https://shop.test/b')
  expect(await soleValue(html, { css: 'img', type: 'url' })).toBe('https://shop.test/p/i.jpg')
  expect(await soleValue(html, { css: 'meta[property="og:x"]' })).toBe('meta')
  expect(await soleValue(html, { css: 'input' })).toBe('v')
  expect(await soleValue(html, { css: 'h1:has(b), .none' })).toBeNull()
})

it('selects by XPath: elements, attributes, texts and computed values', async () => {
  const html =
    '<!doctype html><html><body><table><tr><th>EAN</th><td> 4006381333931 </td></tr></table><a href=/b>x</a><a href=/c>y</a>'
  expect(await soleValue(html, { xpath: '//th[normalize-space()="EAN"]/following-sibling::td' })).toBe('4006381333931')
  expect(await soleValue(html, { xpath: '//a/@href', list: true })).toEqual(['/b', '/c'])
  expect(await soleValue(html, { xpath: '//a[2]/text()' })).toBe('y')
  expect(await soleValue(html, { xpath: 'count(//a)', type: 'number' })).toBe(2)
  expect(await soleValue(html, { xpath: '/html/body/table' })).toBe('EAN 4006381333931')
})

it('reads JSON of scripts, of attributes and of JSON-LD by path', async () => {
  const html = `<script type="application/ld+json">{"@type":"Thing","a":{"b":[1,2]}}</script>
    <script type="application/json">{"state":{"stock":3,"name":"N"}}</script><div data-x='{"y":[{"z":"deep"}]}'></div>`
  expect(await soleValue(html, { jsonPath: '$.a.b[*]', list: true, type: 'number' })).toEqual([1, 2])
  expect(await soleValue(html, { jsonPath: '$.state.stock', type: 'number' })).toBe(3)
  expect(await soleValue(html, { css: 'div', attribute: 'data-x', jsonPath: '$..z' })).toBe('deep')
  expect(await soleValue(html, { jsonPath: '$.state', type: 'json' })).toEqual({ stock: 3, name: 'N' })
  expect(await soleValue(html, { css: 'div', attribute: 'data-x', type: 'json' })).toEqual({ y: [{ z: 'deep' }] })
  expect(await soleValue(html, { jsonPath: '$.nothing' })).toBeNull()
})

it.each<[Partial<SiteField>, string, unknown]>([
  [{ type: 'price' }, 'ab 1.299,00 €', 1299],
  [{ type: 'number' }, '-3,5 °C', -3.5],
  [{ type: 'number' }, 'none', null],
  [{ type: 'date' }, '20.11.2026', '2026-11-20'],
  [{ type: 'date' }, 'am 3. März 2026', '2026-03-03'],
  [{ type: 'date' }, 'Nov 20, 2026', '2026-11-20'],
  [{ type: 'date' }, '2026-11-20T10:00:00+02:00', '2026-11-20T08:00:00.000Z'],
  [{ type: 'date' }, '31.02.2026', null],
  [{ type: 'boolean' }, 'Ja', true],
  [{ type: 'boolean' }, 'nein', false],
  [{ type: 'boolean' }, '', true],
  [{ regex: 'EAN: (\\d+)' }, 'SKU: 1 EAN: 22', '22'],
  [{ regex: '\\d+' }, 'no number', null],
  [{ transform: ['uppercase'] }, 'ab', 'AB'],
  [{ transform: ['digits'], type: 'number' }, 'a1b2', 12],
  [{ transform: [{ replace: '(\\d)-(\\d)', with: '$2/$1' }] }, '1-2 3-4', '2/1 4/3'],
  [{ transform: [{ map: { 'Auf  Lager': 'InStock' } }] }, 'auf lager', 'InStock'],
  [{ transform: [{ split: ',' }], list: true }, 'a, b,,c', ['a', 'b', 'c']],
])('reads %j of "%s" as %j', async (field, text, value) => {
  expect(await soleValue(`<b>${text}</b>`, { css: 'b', ...field })).toEqual(value)
})

it('takes the first match that has a value of its type, and says no where nothing is there', async () => {
  expect(await soleValue('<b>tba</b><b>5 €</b>', { css: 'b', type: 'price' })).toBe(5)
  expect(await soleValue('<b>x</b>', { css: 'i', type: 'boolean' })).toBe(false)
})

it('gives a product its values before every other source', async () => {
  const jsonLd =
    '<script type="application/ld+json">{"@type":"Product","name":"Shoe","sku":"S","offers":{"price":1,"priceCurrency":"EUR"}}</script>'
  const { product, extracted } = await read(
    `${jsonLd}<h1>Red shoe</h1><b class=p>2,50</b><i>auf Lager</i><u>9,99</u>`,
    [
      { name: 'name', css: 'h1' },
      { name: 'price', css: '.p', type: 'price' },
      { name: 'regularPrice', css: 'u', type: 'price' },
      { name: 'availability', css: 'i' },
      { name: 'mood', css: 'h1' },
    ],
  )
  expect(product).toMatchObject({
    name: 'Red shoe',
    price: 2.5,
    regularPrice: 9.99,
    sku: 'S',
    currency: 'EUR',
    availability: 'InStock',
  })
  expect(product?.sources).toMatchObject({ name: 'selector', price: 'selector', sku: 'json-ld' })
  expect(extracted).toEqual({ mood: 'Red shoe' })
})

it('makes a product of selectors alone where they say what is sold, not of a heading', async () => {
  const fields: Declared[] = [
    { name: 'name', css: 'h1' },
    { name: 'price', css: '.p', type: 'price' },
  ]
  expect((await read('<h1>Shoe</h1><b class=p>5', fields)).product).toMatchObject({ name: 'Shoe', price: 5 })
  expect((await read('<h1>About us</h1>', fields)).product).toBeNull()
})

it('names required fields that match nothing, on the pages that have them', async () => {
  const fields: Declared[] = [
    { name: 'price', css: '.p', type: 'price', required: true, pages: '/p/' },
    { name: 'ean', css: '.e', required: true },
    { name: 'note', css: '.n' },
  ]
  expect((await read('<b class=p>soon</b>', fields)).missingRequired).toEqual(['price', 'ean'])
  const other = await read('<b class=e>1</b>', fields, 'https://shop.test/about')
  expect(other.missingRequired).toEqual([])
  expect(other.extracted).toEqual({ ean: '1', note: null })
})

it('matches a pattern against the text as it is shown', async () => {
  const html = '<h1>\n  Arched\n  Lamp </h1><p title=" a\tb ">'
  expect(await soleValue(html, { css: 'h1', regex: '^(\\w+) Lamp$' })).toBe('Arched')
  expect(await soleValue(html, { xpath: '//h1/text()', regex: '^Arched Lamp$' })).toBe('Arched Lamp')
  expect(await soleValue(html, { css: 'p', attribute: 'title', regex: '^a b$' })).toBe('a b')
})

it('says which selectors can not be read and what of them, and reads the others', async () => {
  const fields = siteFieldsSchema.parse([
    { name: 'a', css: 'a[' },
    { name: 'b', xpath: '//a[' },
    { name: 'c', jsonPath: '$.[' },
    { name: 'e', css: 'b' },
    { name: 'f', css: 'b', regex: 'y{2000}' },
    { name: 'g', css: 'b', pages: 'x{2000}' },
    { name: 'h', css: 'b', transform: [{ replace: 'x{2000}', with: '' }] },
  ])
  const reader = await makeFieldReader(fields)
  expect(reader?.problems.map(({ name, index, option }) => [name, index, option])).toEqual([
    ['a', 0, 'css'],
    ['b', 1, 'xpath'],
    ['c', 2, 'jsonPath'],
    ['f', 4, 'regex'],
    ['g', 5, 'pages'],
    ['h', 6, 'transform'],
  ])
  expect(reader?.problems.every(({ problem }) => problem !== '')).toBe(true)
  const readings = (await read('<b>x</b>', fields)).fields
  expect(readings.map(({ value }) => value)).toEqual([null, null, null, 'x', null, null, null])
  expect(readings[0]?.problem).not.toBeNull()
})

it('reads nothing where an expression goes wrong on a page only', async () => {
  const { fields } = await read('<b>x</b><b>y</b>', [{ name: 'x', xpath: 'xs:integer(//b[1])' }])
  expect(fields[0]).toMatchObject({ value: null, matches: 0 })
  expect(fields[0]?.problem).toMatch(/./)
})

it('has no reader for a site without selectors', async () => {
  expect(await makeFieldReader([])).toBeNull()
  expect(await makeFieldReader(undefined)).toBeNull()
})

it('keeps what it reads within the limits of a record', async () => {
  const { extracted, cut } = await read(
    `<b>${'x'.repeat(9_000)}</b>${'<i>y</i>'.repeat(5_000)}<u data-j='${JSON.stringify('z'.repeat(50_000))}'>`,
    [
      { name: 'long', css: 'b' },
      { name: 'many', css: 'i', list: true },
      { name: 'json', css: 'u', attribute: 'data-j', type: 'json' },
    ],
  )
  expect(pageRecordSchema.shape.extracted.parse(extracted)).toEqual(extracted)
  expect(extracted?.long).toHaveLength(2_000)
  expect(extracted?.many).toHaveLength(100)
  expect(cut).toContain('extracted.long')
})

it.each([
  ['nested quantifiers', { css: 'b', regex: '(a+)+$' }, `<b>${'a'.repeat(50_000)}!</b>`],
  ['alternatives', { css: 'b', regex: '^(a|a)*b' }, `<b>${'a'.repeat(50_000)}</b>`],
  ['depth', { css: 'div div div b' }, `${'<div>'.repeat(50_000)}<b>x`],
  ['depth by XPath', { xpath: '//div//b' }, `${'<div>'.repeat(20_000)}<b>x`],
  ['matches', { css: 'b', list: true }, '<b>x</b>'.repeat(100_000)],
  ['text', { css: 'body' }, `<body>${'<p>x'.repeat(100_000)}`],
  ['depth', { css: 'b' }, '<li><a x>'.repeat(300_000)],
  [
    'siblings at the depth limit',
    { xpath: '//li[2]//text()', list: true },
    `${'<b>'.repeat(250)}${'<li>x<li><a>y</a>'.repeat(30_000)}`,
  ],
])('takes no long time over hostile %s', { timeout: 30_000 }, async (_, field, html) => {
  expect(await cpuMsOf(() => soleValue(html, field))).toBeLessThan(5_000)
})

it('gives up an XPath that takes too many steps on a page, and says so', async () => {
  const html = `${'<b>'.repeat(250)}${'<li>x<li><a>y</a>'.repeat(30_000)}`
  const declared = [{ name: 'x', xpath: '//li//text()', list: true }]
  const [reading] = (await read(html, declared)).fields
  expect(reading).toMatchObject({ value: null, problem: `takes more than ${maxXPathSteps} steps on this page` })
  const small = await read(`<ul>${'<li>x</li>'.repeat(3_000)}</ul>`, declared)
  expect(small.fields[0]).toMatchObject({ problem: null, matches: 1_000 })
})

it('keeps the texts of elements that are too deep, and what comes after them in its place', async () => {
  const html = `<main>${'<div>'.repeat(2_000)}deep${'</div>'.repeat(2_000)}<b>after</b></main><i>beside</i>`
  expect(await soleValue(html, { css: 'main' })).toBe('deep after')
  expect(await soleValue(html, { css: 'main ~ i' })).toBe('beside')
})

it('tells the beginnings of what a selector found, as found', async () => {
  const fields = siteFieldsSchema.parse([
    { name: 'prices', css: 'b', type: 'price', list: true },
    { name: 'offers', jsonPath: '$.offers' },
    { name: 'none', css: 'i' },
  ])
  const html = `<script type="application/ld+json">{"@type":"Product","offers":[{"sku":1}]}</script>
    ${'<b> 1,00 € </b>'.repeat(4)}<b>${'x'.repeat(400)}</b>`
  const [prices, offers, none] = (await read(html, fields)).fields
  expect(prices?.matches).toBe(5)
  expect(prices?.samples()).toHaveLength(3)
  expect(prices?.samples()[0]).toContain('1,00 €')
  expect(offers?.samples()).toEqual(['[{"sku":1}]'])
  expect(none?.samples()).toEqual([])
})
