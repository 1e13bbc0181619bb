import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { HttpStream } from './http-messages.ts'
import { type AskOptions, ask, testClient } from './testing/client.ts'
import { httpServer, rawServer } from './testing/servers.ts'

async function opened(url: string, options: AskOptions = {}, client = testClient()): Promise<HttpStream> {
  const answer = await client.stream(ask(url, options))
  if (!answer.ok) throw new Error(`failed: ${answer.failure.kind}`)
  return answer
}

async function textOf(stream: HttpStream): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream.chunks) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const xml = `<urlset>${Array.from({ length: 5_000 }, (_, i) => `<url><loc>http://a.test/${i}</loc></url>`).join('')}</urlset>`

it.each([
  ['as it is', xml, {}],
  ['with a content coding', gzipSync(xml), { 'content-encoding': 'gzip' }],
  ['as a gzip file', gzipSync(xml), { 'content-type': 'application/gzip' }],
  ['as a gzip file with a content coding', gzipSync(gzipSync(xml)), { 'content-encoding': 'gzip' }],
  ['as a gzip file, labelled as a content coding', gzipSync(xml), { 'content-encoding': 'x-gzip' }],
])('reads a sitemap sent %s', async (_how, body, headers) => {
  await using server = await httpServer((_request, response) => {
    response.writeHead(200, headers)
    response.end(body)
  })
  const stream = await opened(`http://127.0.0.1:${server.port}/sitemap.xml.gz`, { limits: { maxBodyBytes: 1e6 } })
  expect(stream).toMatchObject({ ok: true, status: 200, remoteAddress: '127.0.0.1' })
  expect(await textOf(stream)).toBe(xml)
  expect(stream.progress).toEqual({ codedBytes: body.length, decodedBytes: xml.length, truncated: false })
})

it('resolves at the headers, and hands out chunks as they come', async () => {
  let sendRest = () => {}
  await using server = await httpServer((_request, response) => {
    response.write('first')
    sendRest = () => void response.end('second')
  })
  const stream = await opened(`http://127.0.0.1:${server.port}/`)
  const seen: string[] = []
  for await (const chunk of stream.chunks) {
    seen.push(Buffer.from(chunk).toString())
    if (seen.length === 1) sendRest()
  }
  expect(seen).toEqual(['first', 'second'])
})

it('stops at the limit, says so, and drops the connection', async () => {
  await using server = await httpServer((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    }
    response.on('drain', more)
    more()
  })
  const stream = await opened(`http://127.0.0.1:${server.port}/`, { limits: { maxBodyBytes: 123_456 } })
  expect((await textOf(stream)).length).toBe(123_456)
  expect(stream.progress).toMatchObject({ decodedBytes: 123_456, truncated: true })
  await expect.poll(server.open).toBe(0)
})

it('asks a fast server to wait for a slow reader', async () => {
  let sentBytes = 0
  await using server = await httpServer((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(100_000))) sentBytes += 100_000
    }
    response.on('drain', more)
    more()
  })
  const stream = await opened(`http://127.0.0.1:${server.port}/`, {
    limits: { maxBodyBytes: 1e9 },
    timeouts: { totalMs: 300 },
  })
  let read = 0
  // Nothing is read until the total timeout ends the exchange: what was sent by then sits in the kernel's buffers.
  await expect.poll(server.open).toBe(0)
  await expect(async () => {
    for await (const chunk of stream.chunks) read += chunk.length
  }).rejects.toMatchObject({ failure: { kind: 'total-timeout' } })
  expect(read).toBeLessThan(300_000)
  expect(sentBytes).toBeLessThan(50_000_000)
})

it('drops the connection when the reader leaves', async () => {
  await using server = await rawServer((socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nfirst'))
  const stream = await opened(`http://127.0.0.1:${server.port}/`)
  for await (const _chunk of stream.chunks) break
  await expect.poll(server.open).toBe(0)
})

it.each([
  ['truncated-body', 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nfirst', true],
  ['idle-timeout', 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nfirst', false],
  ['protocol', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz', true],
])('throws %s after the chunks that came before it', async (kind, bytes, end) => {
  await using server = await rawServer((socket) => void (end ? socket.end(bytes) : socket.write(bytes)))
  const stream = await opened(`http://127.0.0.1:${server.port}/`, { timeouts: { idleMs: 30 } })
  const seen: string[] = []
  await expect(async () => {
    for await (const chunk of stream.chunks) seen.push(Buffer.from(chunk).toString())
  }).rejects.toMatchObject({ name: 'FetchError', failure: { kind } })
  expect(seen.join('')).toBe('first')
})

it('throws decompression-bomb and bad-encoding', async () => {
  const bodies = [
    gzipSync(Buffer.alloc(9_000_000)),
    Buffer.concat([gzipSync(xml).subarray(0, 500), Buffer.alloc(5_000, 7)]),
  ]
  await using server = await httpServer((request, response) => void response.end(bodies[Number(request.url?.slice(1))]))
  for (const [i, kind] of ['decompression-bomb', 'bad-encoding'].entries()) {
    const stream = await opened(`http://127.0.0.1:${server.port}/${i}`, { limits: { maxBodyBytes: 5e7 } })
    await expect(textOf(stream)).rejects.toMatchObject({ failure: { kind } })
  }
})

it('answers failures before the headers as values', async () => {
  await using server = await rawServer((socket) => void socket.end('nonsense\r\n\r\n'))
  const client = testClient()
  expect(await client.stream(ask(`http://127.0.0.1:${server.port}/`))).toMatchObject({
    ok: false,
    failure: { kind: 'protocol' },
  })
  expect(await client.stream(ask('http://10.0.0.1/'))).toMatchObject({
    ok: false,
    failure: { kind: 'address-blocked' },
  })
})
