import { pageViewSchema, siteSchema } from '@seine/contracts'
import { makeFieldReader } from '@seine/extract'
import { expect, test } from 'vitest'
import { maxPageViewBytes, pageViewOf } from './page-view.ts'
import { extractFetched, type FetchedPage } from './read-page.ts'

const pageOf = (html: string): FetchedPage => ({
  url: 'https://shop.example/p/1',
  depth: 0,
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: Buffer.from(html),
  truncated: false,
  transferredBytes: 1,
  ttfbMs: 1,
  durationMs: 1,
  fetchedAtMs: 1,
})

async function view(html: string, fields: unknown[]) {
  const { fields: read } = siteSchema.parse({ name: 'shop', startUrls: ['https://shop.example/'], fields })
  const options = { siteHosts: new Set(['shop.example']), fields: await makeFieldReader(read) }
  return pageViewOf(extractFetched(pageOf(html), options)!, { isShell: false })
}

test('a page is shown with what each selector gave and the first that it found', async () => {
  const shown = await view(
    '<title>Red</title><b> 1,50 € </b><b>2 €</b><a href=/x>x</a><a href=https://o.example/>o</a>',
    [
      { name: 'price', css: 'b', type: 'price' },
      { name: 'ean', css: '.ean', required: true },
    ],
  )
  expect(pageViewSchema.parse(shown)).toEqual(shown)
  expect(shown).toMatchObject({
    seo: { title: 'Red' },
    links: { total: 2, internal: 1 },
    missingRequired: ['ean'],
    fields: [
      { name: 'price', value: 1.5, matches: 2, samples: [expect.stringContaining('1,50 €'), '2 €'], problem: null },
      { name: 'ean', value: null, matches: 0, samples: [], required: true },
    ],
  })
})

test('the largest page there can be is cut to what a reply holds', async () => {
  const list = Array.from({ length: 20 }, (_, n) => `${n}${'\u0001'.repeat(2_000)}`)
  const deep = { a: { b: { c: { d: list } } } }
  const fields = Array.from({ length: 100 }, (_, n) => ({
    name: `f${n}`,
    jsonPath: n % 2 === 0 ? '$.list[*]' : '$.deep',
    type: 'json',
    list: true,
  }))
  const json = JSON.stringify({ list, deep })
  const shown = await view(
    `<title>${'t'.repeat(5_000)}</title><script type="application/ld+json">${json}</script>`,
    fields,
  )
  expect(shown.fields).toHaveLength(100)
  expect(pageViewSchema.safeParse(shown).error).toBeUndefined()
  expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThanOrEqual(maxPageViewBytes)
})
