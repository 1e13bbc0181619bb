import { Readable } from 'node:stream'
import type { ByteRange } from '@seine/artifacts'
import { expect, test } from 'vitest'
import { download, readRange } from './download.ts'

test.each([
  ['bytes=0-0', { first: 0, last: 0 }],
  ['bytes=5-', { first: 5, last: 9 }],
  ['bytes=5-500', { first: 5, last: 9 }],
  ['bytes=-3', { first: 7, last: 9 }],
  ['bytes=-300', { first: 0, last: 9 }],
  ['Bytes = 2-4', { first: 2, last: 4 }],
])('%s is a part of a file of ten bytes', (header, range) => {
  expect(readRange(header, 10)).toEqual(range)
})

test.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('%s lies behind the end', (header) => {
  expect(readRange(header, 10)).toBe('unsatisfiable')
})

test.each(['bytes=-', 'bytes=4-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b', '', `bytes=${'9'.repeat(40)}-`])(
  '%s is no range, and the whole file comes',
  (header) => {
    expect(readRange(header, 10)).toBeNull()
  },
)

test('no part of an empty file can be had', () => {
  expect(readRange('bytes=0-', 0)).toBe('unsatisfiable')
})

const bytes = Buffer.from('0123456789')
const stat = { sizeBytes: 10, sha256: 'a'.repeat(64), writtenAtMs: 0 }
const etag = `"${stat.sha256}"`
const store = {
  stat: async (path: string) => (path === 'there' ? stat : null),
  open: async (_path: string, range?: ByteRange) => ({
    ...stat,
    stream: Readable.from([range === undefined ? bytes : bytes.subarray(range.first, range.last + 1)]),
  }),
}

async function ask(headers: Record<string, string>, method = 'GET') {
  const header = (name: string) => headers[name]
  const answer = await download(store, 'there', 'full.csv', { method, header })
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
}

test('a whole file comes with its length, name, type and hash, and says that parts can be had', async () => {
  expect(await ask({})).toEqual({
    status: 200,
    text: '0123456789',
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-length': '10',
      'content-disposition': 'attachment; filename="full.csv"',
      'accept-ranges': 'bytes',
      etag,
    },
  })
})

test('a part comes alone and says where it lies', async () => {
  const { status, headers, text } = await ask({ Range: 'bytes=2-4' })
  expect([status, text, headers['content-range'], headers['content-length']]).toEqual([206, '234', 'bytes 2-4/10', '3'])
})

test('a part behind the end is 416 with the length that there is', async () => {
  const { status, headers } = await ask({ Range: 'bytes=10-' })
  expect([status, headers['content-range']]).toEqual([416, 'bytes */10'])
})

test('a part of a file that has changed since is not given: the whole file comes', async () => {
  expect(await ask({ Range: 'bytes=2-4', 'If-Range': '"other"' })).toMatchObject({ status: 200, text: '0123456789' })
  expect(await ask({ Range: 'bytes=2-4', 'If-Range': etag })).toMatchObject({ status: 206 })
})

test.each([etag, `W/${etag}`, `"x", ${etag}`, '*'])('a client that has %s already is told so', async (known) => {
  expect(await ask({ 'If-None-Match': known })).toMatchObject({ status: 304, text: '' })
})

test('HEAD gives the headers of the whole file', async () => {
  expect(await ask({ Range: 'bytes=2-4' }, 'HEAD')).toMatchObject({ status: 200, text: '', headers: { etag } })
})

test('no file is 404', async () => {
  const asked = download(store, 'gone', 'full.csv', { method: 'GET', header: () => undefined })
  await expect(asked).rejects.toMatchObject({ status: 404 })
})
