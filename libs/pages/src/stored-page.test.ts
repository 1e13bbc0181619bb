import { Readable } from 'node:stream'
import { siteSchema } from '@seine/contracts'
import { makeFieldReader } from '@seine/extract'
import { expect, test } from 'vitest'
import { readPage } from './read-page.ts'
import { packFileHead, packPage, readPages, type StoredPage } from './stored-page.ts'

const page: StoredPage = {
  url: 'https://shop.example/p/1',
  urlId: '019aa000-0000-8000-8000-000000000001',
  attempt: 2,
  depth: 3,
  status: 200,
  headers: { 'content-type': 'text/html; charset=iso-8859-1', 'content-encoding': 'br', link: '</p/1>; rel=canonical' },
  body: Buffer.from('<title>Größe</title><p class=ean>4006381333931</p>', 'latin1'),
  truncated: false,
  transferredBytes: 31,
  ttfbMs: 12.25,
  durationMs: 20.5,
  fetchedAtMs: Date.UTC(2026, 10, 20, 10, 0, 0, 7),
  isPage: true,
  isRendered: false,
  requestHeaders: { 'user-agent': 'SeineBot' },
  remoteAddress: '192.0.2.7',
}
const options = { siteHosts: new Set(['shop.example']), fields: null, isPage: true }

const readBack = (...members: Buffer[]) => Array.fromAsync(readPages(Readable.from(members), { maxPageBytes: 100_000 }))

test('a stored page gives the record that the fetched page gave', async () => {
  const head = await packFileHead({ runId: 'r', site: 'shop', name: 'a.warc.gz', dateMs: page.fetchedAtMs })
  const [again] = await readBack(head, await packPage(page))
  const { requestHeaders: _, ...kept } = page
  expect(again).toEqual(kept)
  expect(readPage(again!, options)).toEqual(readPage(page, options))
})

test('the same stored page read with other selectors gives other values', async () => {
  const [again] = await readBack(await packPage(page))
  const { fields } = siteSchema.parse({
    name: 'shop',
    startUrls: ['https://shop.example/'],
    fields: [{ name: 'ean', css: '.ean' }],
  })
  const { record } = readPage(again!, { ...options, fields: await makeFieldReader(fields) })
  expect(record.extracted).toEqual({ ean: '4006381333931' })
})

test('redirects, errors and block pages come back as what they were', async () => {
  const moved = { ...page, status: 301, headers: { location: '/p/2' }, body: new Uint8Array() }
  const gone = { ...page, status: 404, isPage: false }
  const pages = await readBack(await packPage(moved), await packPage(gone))
  const records = pages.map((read) => readPage(read, { ...options, isPage: read.isPage }).record)
  expect(records[0]).toMatchObject({ status: 301, redirectUrl: 'https://shop.example/p/2', bodyHash: null })
  expect(records[1]).toMatchObject({ status: 404, seo: null, sizeBytes: page.body.byteLength })
})

test('a page over the limit is passed over', async () => {
  const large = { ...page, body: Buffer.alloc(200_000, 'x') }
  expect((await readBack(await packPage(large), await packPage(page))).map(({ body }) => body.byteLength)).toEqual([
    page.body.byteLength,
  ])
})
