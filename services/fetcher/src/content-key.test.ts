import { contentKeySchema, siteSchema } from '@seine/contracts'
import { bodyHashOf } from '@seine/pages'
import { expect, it } from 'vitest'
import { contentKeyOf, extractionKeyOf, isSameContent } from './content-key.ts'

const site = siteSchema.parse({ name: 'shop', startUrls: ['https://shop.example/'] })
const extraction = extractionKeyOf({ site })
const key = (body: string, headers: Record<string, string> = {}, status = 200) =>
  contentKeyOf({ status, headers }, bodyHashOf(new TextEncoder().encode(body)), extraction)

it('is the same for the same page, whatever time and transport say', () => {
  expect(contentKeySchema.parse(key('a'))).toEqual(key('a', { date: 'now', age: '3', 'set-cookie': 's=1' }))
  expect(isSameContent(key('a'), key('a'))).toBe(true)
})

it('differs where the record would', () => {
  const others = [key('b'), key('a', {}, 201), key('a', { 'x-robots-tag': 'noindex' })]
  for (const other of others) expect(isSameContent(key('a'), other)).toBe(false)
  expect(isSameContent(key('a'), undefined)).toBe(false)
})

it('differs where the site is configured otherwise', () => {
  const changed = extractionKeyOf({ site: { ...site, exclude: ['/cart'] } })
  expect(isSameContent(key('a'), { ...key('a'), extraction: changed })).toBe(false)
})
