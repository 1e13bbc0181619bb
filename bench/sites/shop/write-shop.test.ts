import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extractPage } from '@seine/extract'
import { afterAll, expect, it } from 'vitest'
import { findPages } from '../pages.ts'
import { shopProduct } from './products.ts'
import { writeShop } from './write-shop.ts'

const folder = mkdtempSync(`${tmpdir()}/shop-`)
afterAll(() => rmSync(folder, { recursive: true }))
const origin = 'http://shop.test'

it('writes as many pages as asked for, the same bytes each time', () => {
  writeShop(`${folder}/a`, origin, 60)
  writeShop(`${folder}/b`, origin, 60)
  const pages = findPages(`${folder}/a`, origin)
  expect(pages.size).toBe(60)
  for (const file of pages.values())
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(file.replace('/a/', '/b/'), 'utf8'))
})

it('writes products that say what they are', () => {
  const product = shopProduct(7, 39)
  const url = `${origin}/p/7.html`
  const html = readFileSync(`${folder}/a/p/7.html`, 'utf8')
  expect(extractPage({ url, html, headers: {}, siteHosts: new Set(['shop.test']) }).product).toMatchObject({
    name: product.name,
    brand: product.brand,
    sku: product.sku,
    gtin: product.gtin,
    price: Number(product.price),
    currency: 'EUR',
    availability: product.availability,
    ratingCount: product.ratingCount,
  })
})

it('refuses a shop without products', () => {
  expect(() => writeShop(folder, origin, 21)).toThrow('at least 22 pages')
})
