import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { WARCParser } from 'warcio'
import { httpRequestBlock, httpResponseBlock, parseHttpResponse } from './http-block.ts'
import { readWarc } from './read-warc.ts'
import { packWarcRecord, warcRecordId } from './warc-record.ts'

const url = 'https://shop.example/p/1?größe=1'
const body = Buffer.from('<title>Lampe für 9 €</title>\r\n\r\n<p>WARC/1.1\r\n')
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-encoding': 'gzip',
  'content-length': '17',
  'set-cookie': 'a=1; Path=/\nb=2, c',
  'x-name': 'Müller',
}
const block = httpResponseBlock({ status: 200, headers, body })

async function response(over: { block?: Buffer; fields?: Record<string, string> } = {}): Promise<Buffer> {
  return packWarcRecord({
    type: 'response',
    id: warcRecordId(),
    dateMs: Date.UTC(2026, 10, 20, 10, 0, 0, 123),
    contentType: 'application/http; msgtype=response',
    fields: { 'WARC-Target-URI': url, 'WARC-IP-Address': '192.0.2.7', ...over.fields },
    block: over.block ?? block,
  })
}

async function request(): Promise<Buffer> {
  const requestBlock = httpRequestBlock(url, { 'user-agent': 'SeineBot' })
  return packWarcRecord({
    type: 'request',
    id: warcRecordId(),
    dateMs: 0,
    contentType: 'application/http; msgtype=request',
    fields: { 'WARC-Target-URI': url },
    block: requestBlock,
  })
}

const read = (file: Buffer, chunkBytes = 1_000_000, maxBlockBytes = 1_000_000) => {
  const chunks = Array.from({ length: Math.ceil(file.length / chunkBytes) }, (_, i) =>
    file.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  )
  return Array.fromAsync(readWarc(Readable.from(chunks), { maxBlockBytes }))
}

test('records come back as they were written, however the file is cut into chunks', async () => {
  const file = Buffer.concat([await request(), await response(), await response({ block: Buffer.alloc(0) })])
  for (const chunkBytes of [1, 7, 100, 1_000_000]) {
    const records = await read(file, chunkBytes)
    expect(records.map(({ type }) => type)).toEqual(['request', 'response', 'response'])
    expect(records[1]!.block).toEqual(block)
    expect(records[1]!.fields).toMatchObject({
      'warc-target-uri': url,
      'warc-date': '2026-11-20T10:00:00.123Z',
      'warc-ip-address': '192.0.2.7',
      'warc-block-digest': `sha256:${createHash('sha256').update(block).digest('hex')}`,
      'content-length': String(block.length),
    })
    expect(records[0]!.block.toString()).toBe(
      'GET /p/1?gr%C3%B6%C3%9Fe=1 HTTP/1.1\r\nhost: shop.example\r\nuser-agent: SeineBot\r\n\r\n',
    )
  }
})

test('each record is a gzip member of its own, so it can be read from where it begins (WARC 1.1, annex D)', async () => {
  const members = [await request(), await response()]
  for (const member of members) {
    expect([...member.subarray(0, 3)]).toEqual([0x1f, 0x8b, 8])
    const plain = gunzipSync(member).toString('utf8')
    expect(plain.startsWith('WARC/1.1\r\n')).toBe(true)
    expect(plain.endsWith('\r\n\r\n')).toBe(true)
    // RFC 1952 §2.3.1: the last four bytes are the length of what is inside this member alone.
    expect(member.readUInt32LE(member.length - 4)).toBe(gunzipSync(member).length)
  }
})

test('another reader of WARC files reads them and finds the digest right', async () => {
  const file = Buffer.concat([await request(), await response()])
  const found = []
  for await (const record of new WARCParser(Readable.from([file]))) {
    const content = await record.readFully(true)
    found.push({
      type: record.warcType,
      url: record.warcTargetURI,
      status: record.httpHeaders?.statusCode,
      text: Buffer.from(content),
    })
  }
  expect(found).toMatchObject([
    { type: 'request', url },
    { type: 'response', url, status: 200, text: body },
  ])
})

test('an answer comes back with its headers as they were sent and its body decoded', () => {
  expect(parseHttpResponse(block)).toEqual({ status: 200, headers, body })
  expect(block.toString()).toContain('x-orig-content-encoding: gzip\r\n')
  expect(block.toString()).toContain(`\r\ncontent-length: ${body.length}\r\n`)
  expect(parseHttpResponse(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBeNull()
})

test('a block over the limit is passed over and the record after it read', async () => {
  const file = Buffer.concat([await response({ block: Buffer.alloc(300_000, 'x') }), await response()])
  const records = await read(file, 1_000, 100_000)
  expect(records.map(({ truncated, block }) => [truncated, block.length])).toEqual([
    [true, 0],
    [false, block.length],
  ])
})

test('a file that ends in the middle of a record, or is none, says so after what was whole', async () => {
  const whole = await response()
  const torn = Buffer.concat([whole, (await response()).subarray(0, 90)])
  const seen: string[] = []
  const reading = async () => {
    for await (const { type } of readWarc(Readable.from([torn]), { maxBlockBytes: 1_000_000 })) seen.push(type)
  }
  await expect(reading()).rejects.toThrow('unexpected end of file')
  expect(seen).toEqual(['response'])
  await expect(read(Buffer.from('no gzip at all'))).rejects.toThrow('incorrect header check')
})

test('a field with a line break is refused, because it would be two', async () => {
  await expect(response({ fields: { 'WARC-Filename': 'a\r\nWARC-Type: x' } })).rejects.toThrow('not a WARC field')
})
