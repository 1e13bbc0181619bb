import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { html, type SampleAnswer, type SampleHost } from '../host.ts'
import { faultHost, inTurn, repeat, sound } from './fault-host.ts'

const pageHead = '<!doctype html><html lang="en"><title>Page</title><h1>Page</h1><p>'

const coded = (coding: string, body: Uint8Array): SampleAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/html', 'content-encoding': coding },
  body,
})

/** Hosts whose answers are too much, or not what they say. */
export function bodyFaults(): SampleHost[] {
  // 100 MB of nothing in 100 KB, in 10 KB and once more around that.
  const zeros = Buffer.alloc(100_000_000, 0x20)
  const bombs = [
    coded('gzip', gzipSync(zeros)),
    coded('br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })),
    coded('zstd', zstdCompressSync(zeros)),
    coded('gzip, gzip', gzipSync(gzipSync(zeros))),
  ]
  const megabyte = Buffer.from(`<p>${'word '.repeat(200_000)}</p>\n`)
  return [
    faultHost({
      name: 'bomb',
      about: 'pages that unpack to 100 MB: gzip, br, zstd, gzip in gzip',
      page: (_request, n) => bombs[n % bombs.length]!,
    }),
    faultHost({
      name: 'endless',
      about: 'pages that never end',
      page: () => ({ ...html(''), body: inTurn([Buffer.from(pageHead)], repeat('never ending '.repeat(5_000))) }),
    }),
    faultHost({
      name: 'huge',
      about: 'pages of 30 MB, of one element or of a million',
      page: (_request, n) => ({
        ...html(''),
        body: inTurn(
          [Buffer.from(pageHead)],
          repeat(n % 2 === 0 ? megabyte : '<b><a href=/page/1>x</a></b>'.repeat(37_000), 0, 30),
        ),
      }),
    }),
    faultHost({
      name: 'empty',
      about: 'nothing: 200 without a body, with and without a type or a coding, and 204',
      page: (request, n) =>
        [
          html(''),
          { status: 204 },
          { status: 200 },
          { status: 200, headers: { 'content-type': 'text/html', 'content-encoding': 'gzip' } },
          sound(request, `Full ${n}`),
        ][n % 5]!,
    }),
    faultHost({
      name: 'mistyped',
      about: 'types that are not what is sent: PNG as HTML, HTML as PNG, JSON, PDF, unknown charset, no type',
      page(request, n) {
        const { body } = sound(request, `Mistyped ${n}`)
        const noise = Buffer.concat(
          Array.from({ length: 500 }, (_, i) => createHash('sha256').update(`${n} ${i}`).digest()),
        )
        const typed = (type: string, content: string | Uint8Array) => ({
          status: 200,
          headers: { 'content-type': type },
          body: content,
        })
        return [
          typed('text/html', noise),
          typed('image/png', body as string),
          typed('application/json', '{"price": 1'),
          typed('application/pdf', noise),
          typed('text/html; charset=klingon', body as string),
          { status: 200, body: body as string },
        ][n % 6]!
      },
    }),
  ]
}
