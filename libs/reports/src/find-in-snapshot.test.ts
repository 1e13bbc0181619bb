import { expect, test } from 'vitest'
import { findInSnapshot } from './find-in-snapshot.ts'
import { snapshotHeader, snapshotLine } from './snapshot.ts'
import { recordOf } from './testing.ts'

const urls = ['https://shop.example/a', 'https://shop.example/ab', 'https://shop.example/ä"', 'https://shop.example/z']
const text =
  snapshotHeader({ runId: 'r', site: 's' }) +
  urls.map((url) => snapshotLine({ runId: 'r', record: recordOf({ url, redirectUrl: urls[3]! }) })).join('')

async function* inPieces(size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const find = async (url: string, size = 100, maxBytes = 1e6) =>
  (await findInSnapshot(inPieces(size), url, { maxBytes }))?.record.url

test.each([1, 13, 1_000, 1_000_000])(
  'each page is found in pieces of %i bytes, also one that others name',
  async (size) => {
    for (const url of urls) expect(await find(url, size)).toBe(url)
    expect(await find('https://shop.example/', size)).toBeUndefined()
  },
)

test('the search ends at its bound', async () => {
  expect(await find(urls[0]!, 5_000, 10)).toBe(urls[0])
  expect(await find(urls[3]!, 100, 200)).toBeUndefined()
})
