import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { maxCodedBytesAtOnce } from './decode.ts'
import { type AskOptions, ask, testClient } from './testing/client.ts'
import { httpServer } from './testing/servers.ts'

/** Text that compresses about as well as a page does. */
function pageText(bytes: number): string {
  const lines: string[] = []
  for (let i = 0, length = 0; length < bytes; i++) {
    const line = `<a href="/p/${(i * 7_919) % 100_003}">Item ${Math.sin(i)}</a>\n`
    lines.push(line)
    length += line.length
  }
  return lines.join('').slice(0, bytes)
}

const small = pageText(30_000)
const large = pageText(2_500_000)

async function fetchCoded(body: Uint8Array, encoding: string | string[], options: AskOptions = {}, status = 200) {
  await using server = await httpServer((_request, response) => {
    response.statusCode = status
    response.setHeader('content-encoding', encoding)
    response.end(body)
  })
  const answer = await testClient().request(
    ask(`http://127.0.0.1:${server.port}/`, { ...options, limits: { maxBodyBytes: 5_000_000, ...options.limits } }),
  )
  if (!answer.ok) return answer.failure.kind
  return {
    text: Buffer.from(answer.body).toString(),
    truncated: answer.truncated,
    transferredBytes: answer.transferredBytes,
    status: answer.status,
  }
}

const quickBrotli = (body: string | Uint8Array) =>
  brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })

/** Name, encoder, and whether a checksum or strict format makes garbled bytes show. */
const codings: [string, (body: string | Uint8Array) => Uint8Array, boolean][] = [
  ['gzip', (body) => gzipSync(body), true],
  ['x-gzip', (body) => gzipSync(body), true],
  ['deflate', (body) => deflateSync(body), true],
  ['deflate', (body) => deflateRawSync(body), false],
  ['br', quickBrotli, false],
  ['zstd', (body) => zstdCompressSync(body), true],
]

describe.each(codings)('content-encoding %s (%#)', (name, encode, checked) => {
  it('is undone, in a small body and in a large one', async () => {
    const coded = encode(small)
    expect(await fetchCoded(coded, name)).toEqual({
      text: small,
      truncated: false,
      transferredBytes: coded.length,
      status: 200,
    })
    const codedLarge = encode(large)
    expect(codedLarge.length).toBeGreaterThan(maxCodedBytesAtOnce)
    const answer = await fetchCoded(codedLarge, name)
    expect(answer).toMatchObject({ truncated: false, transferredBytes: codedLarge.length })
    expect(typeof answer === 'object' && answer.text === large).toBe(true)
  })

  it('is cut at the limit, in a small body and in a large one', async () => {
    for (const [text, maxBodyBytes] of [
      [small, 10_000],
      [large, 2_000_000],
    ] as const) {
      const answer = await fetchCoded(encode(text), name, { limits: { maxBodyBytes } })
      expect(answer).toMatchObject({ truncated: true })
      expect(typeof answer === 'object' && answer.text === text.slice(0, maxBodyBytes)).toBe(true)
    }
  })

  it('is a decompression bomb where little becomes too much', async () => {
    const bomb = encode(Buffer.alloc(6_000_000))
    expect(await fetchCoded(bomb, name)).toBe('decompression-bomb')
    expect(await fetchCoded(encode(Buffer.alloc(1_000_000)), name, { limits: { maxBodyBytes: 500_000 } })).toBe(
      'decompression-bomb',
    )
  })

  it('keeps what can be read of a coded body that ends too early', async () => {
    // zstd hands out whole blocks of up to 128 KiB only.
    for (const text of name === 'zstd' ? [large] : [small, large]) {
      const coded = encode(text)
      const answer = await fetchCoded(coded.subarray(0, Math.floor(coded.length * 0.9)), name)
      expect(answer).toMatchObject({ truncated: true })
      expect(typeof answer === 'object' && text.startsWith(answer.text)).toBe(true)
    }
  })

  it('is bad-encoding where garbled bytes show, in a small body and in a large one', async () => {
    for (const text of [small, large]) {
      const garbled = Buffer.from(encode(text))
      garbled.fill(0xa5, Math.floor(garbled.length / 2), Math.floor(garbled.length / 2) + 400)
      const answer = await fetchCoded(garbled, name)
      // A format without a checksum may unpack anything to something.
      if (checked) expect(answer).toBe('bad-encoding')
      else
        expect(typeof answer === 'object' ? answer.status : answer).toBeOneOf([200, 'bad-encoding', 'truncated-body'])
    }
  })

  it('is passed over on a body that is plain text after all', async () => {
    const plain = '<!doctype html><p>not coded at all</p>'
    expect(await fetchCoded(Buffer.from(plain), name)).toMatchObject({ text: plain, truncated: false })
  })

  it('is nothing on an empty body', async () => {
    expect(await fetchCoded(Buffer.alloc(0), name)).toMatchObject({ text: '', truncated: false })
  })
})

it('codings upon another are undone in their order, three at most', async () => {
  const twice = quickBrotli(gzipSync(small))
  expect(await fetchCoded(twice, 'gzip, br')).toMatchObject({ text: small })
  expect(await fetchCoded(twice, ['gzip', 'br'])).toMatchObject({ text: small })
  expect(await fetchCoded(zstdCompressSync(twice), 'gzip,br,zstd')).toMatchObject({ text: small })
  expect(await fetchCoded(gzipSync(small), 'gzip, gzip, gzip, gzip')).toBe('bad-encoding')
})

it('a bomb between two layers is found, however small its inside', async () => {
  // Twenty million bytes of empty gzip files, which unpack to nothing.
  const inside = Buffer.alloc(20_000_000, gzipSync(''))
  expect(await fetchCoded(quickBrotli(inside), 'gzip, br')).toBe('decompression-bomb')
})

it('a label nobody registered means nothing, one that we can not undo is bad-encoding', async () => {
  expect(await fetchCoded(Buffer.from(small), 'utf-8')).toMatchObject({ text: small })
  expect(await fetchCoded(Buffer.from(small), 'identity')).toMatchObject({ text: small })
  expect(await fetchCoded(gzipSync(small), 'GZip')).toMatchObject({ text: small })
  expect(await fetchCoded(Buffer.from(small), 'compress')).toBe('bad-encoding')
})

it('an error page keeps its status when its body can not be decoded', async () => {
  expect(await fetchCoded(Buffer.from([0x1f, 0x8b, 9, 9, 9, 9]), 'gzip', {}, 404)).toMatchObject({
    status: 404,
    text: '',
    truncated: true,
  })
  expect(await fetchCoded(Buffer.from('x'), 'compress', {}, 301)).toMatchObject({ status: 301, text: '' })
})

it('an endless coded body that unpacks to nothing is cut at the limit', async () => {
  const nothing = Buffer.alloc(gzipSync('').length * 3_000, gzipSync(''))
  await using server = await httpServer((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    const more = (): void => {
      while (!response.destroyed && response.write(nothing));
    }
    response.on('drain', more)
    more()
  })
  const answer = await testClient().request(
    ask(`http://127.0.0.1:${server.port}/`, { limits: { maxBodyBytes: 1_000_000 } }),
  )
  expect(answer).toMatchObject({ ok: true, truncated: true })
  expect(answer.ok && answer.body.length).toBe(0)
  await expect.poll(server.open).toBe(0)
})

it('what stands behind the end of a gzip body is ignored, as in browsers', async () => {
  const named = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x08, 0, 0, 0, 0, 0, 3]),
    Buffer.from('a.html\0'),
    gzipSync(small).subarray(10),
  ])
  for (const coded of [gzipSync(small), named]) {
    expect(await fetchCoded(Buffer.concat([coded, Buffer.from('\n<!-- made in 0.1 s -->')]), 'gzip')).toMatchObject({
      text: small,
      truncated: false,
    })
  }
})

it('a wrong checksum is bad-encoding, however well the bytes unpack', async () => {
  const coded = gzipSync(small)
  coded[coded.length - 6] = (coded[coded.length - 6] ?? 0) ^ 1
  expect(await fetchCoded(coded, 'gzip')).toBe('bad-encoding')
})

it('a coded body that ends before it says anything is truncated-body', async () => {
  expect(await fetchCoded(gzipSync(small).subarray(0, 12), 'gzip')).toBe('truncated-body')
  expect(await fetchCoded(Buffer.from([0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3, 9, 9, 9]), 'gzip')).toBe('truncated-body')
})
