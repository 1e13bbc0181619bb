import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type Product, productSchema, seoSchema } from '@seine/contracts'
import { describe, expect, it } from 'vitest'
import { extractPage } from './extract-page.ts'
import { parseLenientJson } from './lenient-json.ts'
import { parsePrice } from './price.ts'
import { scanPage } from './scan-page.ts'
import { typesOf, walkThings } from './thing.ts'

const folder =
  process.env.SEINE_CONFORMANCE_DIR ?? fileURLToPath(new URL('../../../../shared/conformance', import.meta.url))

const suite = (name: string, define: (path: string) => void): void => {
  const path = `${folder}/${name}`
  if (existsSync(path)) describe(name, () => define(path))
  else describe.skip(`${name}: skipped, no conformance data in ${folder}`, () => it('is not there', () => {}))
}

const extract = (url: string, html: string) => extractPage({ url, html, headers: {}, siteHosts: new Set() })

suite('structured/product-pages-1.jsonl.gz', (path) => {
  type Row = { url: string; html: string; expected: Record<string, string[]> }
  const rows = gunzipSync(readFileSync(path))
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row & { _meta?: unknown })
    .filter((row) => row._meta === undefined)

  // The benchmark knows two states of availability; these are its first.
  const available = new Set([
    ...[
      'InStock',
      'LimitedAvailability',
      'OnlineOnly',
      'InStoreOnly',
      'PreOrder',
      'PreSale',
      'BackOrder',
      'MadeToOrder',
    ],
  ])
  const benchmarked: Record<
    string,
    { least: number; of: (product: Product) => string | null; same: (a: string, b: string) => boolean }
  > = {
    price: {
      least: 0.85,
      of: ({ price }) => (price === null ? null : String(price)),
      same: (a, b) => Number(a) === Number(b),
    },
    sku: { least: 0.8, of: ({ sku }) => sku, same: (a, b) => a.trim() === b.trim() },
    availability: {
      least: 0.95,
      of: ({ availability: state }) => (state === null ? null : available.has(state) ? 'InStock' : 'OutOfStock'),
      same: (a, b) => a === b,
    },
  }

  it('are read as people read them', { timeout: 60_000 }, () => {
    const counts = new Map(Object.keys(benchmarked).map((field) => [field, { right: 0, wrong: 0, missed: 0 }]))
    for (const { url, html, expected } of rows) {
      const { seo, product } = extract(url, html)
      seoSchema.parse(seo)
      productSchema.nullable().parse(product)
      for (const [field, { of, same }] of Object.entries(benchmarked)) {
        const count = counts.get(field) as { right: number; wrong: number; missed: number }
        const accepted = expected[field] ?? []
        const found = product === null ? null : of(product)
        if (found !== null && accepted.some((value) => same(value, found))) count.right++
        else {
          if (found !== null) count.wrong++
          if (accepted.length > 0) count.missed++
        }
      }
    }
    const scores = [...counts].map(([field, { right, wrong, missed }]) => [
      field,
      (2 * right) / (2 * right + wrong + missed),
    ])
    console.log(
      `F1 over ${rows.length} shop pages: ${scores.map(([field, f1]) => `${field} ${Number(f1).toFixed(3)}`).join(', ')}`,
    )
    for (const [field, f1] of scores) {
      expect(f1, String(field)).toBeGreaterThanOrEqual(benchmarked[field as string]?.least ?? 1)
    }
  })
})

suite('prices/price-parser.json', (path) => {
  type Case = {
    text: string | null
    currencyHint?: string
    decimalSeparator?: string
    currency: string | null
    amount: string | null
  }
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] }

  it('has prices of every locale, 92 of 100 of which are read', () => {
    const right = cases.filter(({ text, currencyHint, decimalSeparator, currency, amount }) => {
      const price = parsePrice(text ?? '', { currencyText: currencyHint, decimalSeparator })
      return price.currencyText === currency && price.amount === (amount === null ? null : Number(amount))
    }).length
    console.log(`prices: ${right} of ${cases.length} right`)
    expect(right / cases.length).toBeGreaterThanOrEqual(0.92)
  })
})

suite('structured/schemaorg-examples.json', (path) => {
  type Case = { id: string; jsonHtml: string; jsonld?: unknown; jsonValid: boolean; microdata?: string | null }
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] }
  const namesOf = (root: unknown): string[] => {
    const names: string[] = []
    walkThings(root, (thing) => names.push(...typesOf(thing)))
    return names
  }

  it.each(cases.map((row) => [row.id, row] as const))('%s is read', (_, { jsonHtml, jsonld, jsonValid, microdata }) => {
    const blocks = scanPage(jsonHtml).jsonLd.flatMap(parseLenientJson)
    if (jsonValid) expect(blocks[0]).toEqual(jsonld)
    else expect(namesOf(blocks).length).toBeGreaterThan(0)
    expect(() => extract('https://example.com/', jsonHtml)).not.toThrow()
    if (microdata == null) return
    extract('https://example.com/', microdata)
    if (/itemtype/.test(microdata)) expect(namesOf(scanPage(microdata).microdata).length).toBeGreaterThan(0)
  })
})
