import { expect, it } from 'vitest'
import { ask, testClient, textOf } from './testing/client.ts'
import { httpServer, rawServer } from './testing/servers.ts'

it('answers with status, headers, body and measures', async () => {
  await using server = await httpServer((_request, response) => {
    response.writeHead(404, { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1, x', 'b=2'], 'X-Two': ['1', '2'] })
    response.end('gone')
  })
  const answer = await testClient().request(ask(`http://127.0.0.1:${server.port}/a?b=c#d`))
  expect(answer).toMatchObject({
    ok: true,
    status: 404,
    headers: { 'content-type': 'text/plain', 'set-cookie': 'a=1, x\nb=2', 'x-two': '1, 2' },
    truncated: false,
    transferredBytes: 4,
    remoteAddress: '127.0.0.1',
  })
  if (!answer.ok) return
  expect(textOf(answer.body)).toBe('gone')
  expect(answer.ttfbMs).toBeGreaterThan(0)
  expect(answer.durationMs).toBeGreaterThanOrEqual(answer.ttfbMs)
})

it('sends the path, the query and the headers asked for, and no fragment or cookie', async () => {
  const seen: unknown[] = []
  await using server = await httpServer((request, response) => {
    seen.push([request.method, request.url, request.headers])
    response.setHeader('set-cookie', 'id=1')
    response.end()
  })
  const client = testClient({ hostOverrides: { 'shop.test': '127.0.0.1' } })
  const url = `http://shop.test:${server.port}/a%20b?c=d#e`
  await client.request(ask(url, { headers: { 'user-agent': 'Bot' } }))
  await client.request(ask(url, { headers: { 'Accept-Encoding': 'identity' } }))
  expect(seen).toEqual([
    [
      'GET',
      '/a%20b?c=d',
      {
        host: `shop.test:${server.port}`,
        connection: 'keep-alive',
        'user-agent': 'Bot',
        'accept-encoding': 'gzip, deflate, br, zstd',
      },
    ],
    [
      'GET',
      '/a%20b?c=d',
      { host: `shop.test:${server.port}`, connection: 'keep-alive', 'accept-encoding': 'identity' },
    ],
  ])
})

it('does not follow a redirect, and reads a raw UTF-8 location as browsers do', async () => {
  await using server = await rawServer((socket) => {
    socket.write(
      Buffer.from('HTTP/1.1 301 Moved\r\nLocation: /caf\u00e9\r\nLocation: /second\r\nContent-Length: 0\r\n\r\n'),
    )
  })
  const answer = await testClient().request(ask(`http://127.0.0.1:${server.port}/`))
  expect(answer).toMatchObject({ ok: true, status: 301, headers: { location: '/café' } })
})

it('cuts a body at the limit, says so, and drops the connection', async () => {
  await using server = await httpServer((_request, response) => {
    response.write('x'.repeat(600))
    setImmediate(() => response.write('x'.repeat(600))) // and never ends
  })
  const answer = await testClient().request(
    ask(`http://127.0.0.1:${server.port}/`, { limits: { maxBodyBytes: 1_000 } }),
  )
  expect(answer).toMatchObject({ ok: true, status: 200, truncated: true })
  expect(answer.ok && answer.body.length).toBe(1_000)
  await expect.poll(server.open).toBe(0)
})

it('keeps a body of exactly the limit whole', async () => {
  await using server = await httpServer((_request, response) => void response.end('x'.repeat(1_000)))
  const answer = await testClient().request(
    ask(`http://127.0.0.1:${server.port}/`, { limits: { maxBodyBytes: 1_000 } }),
  )
  expect(answer).toMatchObject({ ok: true, truncated: false, transferredBytes: 1_000 })
})

it('puts a body of many small pieces together', async () => {
  const pieces = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(97 + (i % 26)))
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    socket.write(`${pieces.map((piece) => `1\r\n${piece}\r\n`).join('')}0\r\n\r\n`)
  })
  const answer = await testClient().request(ask(`http://127.0.0.1:${server.port}/`))
  expect(answer.ok && textOf(answer.body)).toBe(pieces.join(''))
})

it('reads a body that ends with the connection', async () => {
  await using server = await rawServer((socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'))
  const answer = await testClient().request(ask(`http://127.0.0.1:${server.port}/`))
  expect(answer.ok && textOf(answer.body)).toBe('all of it')
})

it('passes over informational responses', async () => {
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  const answer = await testClient().request(ask(`http://127.0.0.1:${server.port}/`))
  expect(answer).toMatchObject({ ok: true, status: 200, headers: { 'content-length': '2' } })
})

it('uses a connection again', async () => {
  await using server = await httpServer((_request, response) => void response.end('ok'))
  const client = testClient()
  for (let i = 0; i < 5; i++) await client.request(ask(`http://127.0.0.1:${server.port}/${i}`))
  expect(server.accepted()).toBe(1)
})

it('opens no more connections to an origin than it may, and serves the waiting requests afterwards', async () => {
  let held: (() => void)[] = []
  await using server = await httpServer((_request, response) => {
    held.push(() => response.end('ok'))
    if (held.length < 2) return
    for (const answer of held) answer()
    held = []
  })
  const client = testClient({ maxConnectionsPerOrigin: 2 })
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => client.request(ask(`http://127.0.0.1:${server.port}/${i}`))),
  )
  expect(answers.every((answer) => answer.ok)).toBe(true)
  expect(server.accepted()).toBe(2)
})

it('speaks HTTPS to a host whose certificate it trusts', async () => {
  const { certificate } = await import('./testing/certificate.ts')
  await using server = await rawServer(
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret'),
    { tls: true },
  )
  const client = testClient({ hostOverrides: { '*.test': '127.0.0.1' }, ca: certificate.cert })
  for (const host of ['shop.test', '127.0.0.1']) {
    const answer = await client.request(ask(`https://${host}:${server.port}/`))
    expect(answer).toMatchObject({ ok: true, status: 200, remoteAddress: '127.0.0.1' })
  }
})

it('throws on a header that is no header: a mistake of the caller, not of the network', async () => {
  await expect(
    testClient().request(ask('http://127.0.0.1:9/', { headers: { a: 'b\r\nc: d' } })),
  ).resolves.toMatchObject({
    ok: false, // port 9 is refused before
  })
  await using server = await httpServer((_request, response) => void response.end())
  const url = `http://127.0.0.1:${server.port}/`
  await expect(testClient().request(ask(url, { headers: { a: 'b\r\nc: d' } }))).rejects.toThrow('invalid a header')
})

it('keeps to one connection whose server asks for a long keep-alive, and knows a host by its name with a dot', async () => {
  await using server = await httpServer((request, response) => {
    response.setHeader('keep-alive', 'timeout=600')
    response.end(request.headers.host)
  })
  const client = testClient({ hostOverrides: { 'shop.test': '127.0.0.1' } })
  for (let i = 0; i < 3; i++) {
    const answer = await client.request(ask(`http://shop.test.:${server.port}/`))
    expect(answer.ok && textOf(answer.body)).toBe(`shop.test.:${server.port}`)
  }
  expect(server.accepted()).toBe(1)
})

it('ends what is under way when it is closed, and takes nothing more', async () => {
  const client = testClient()
  await using server = await httpServer(() => void client.close())
  const answer = await client.request(ask(`http://127.0.0.1:${server.port}/`))
  expect(answer).toMatchObject({ ok: false, failure: { kind: 'aborted' } })
  expect(await client.stream(ask(`http://127.0.0.1:${server.port}/`))).toMatchObject({
    ok: false,
    failure: { kind: 'aborted', message: 'the client is closed' },
  })
  expect(server.accepted()).toBe(1)
})

it('holds no more bodies at once than its budget, and reads all of them to their end', async () => {
  const size = 3_000_000
  await using server = await httpServer((_request, response) => void response.end(Buffer.alloc(size, 'x')))
  const client = testClient({ maxHeldBodyBytes: 4_000_000 })
  const url = `http://127.0.0.1:${server.port}/`
  const asked = Array.from({ length: 12 }, () => client.request(ask(url, { limits: { maxBodyBytes: size } })))
  const answers = await Promise.all(asked)
  for (const answer of answers) expect(answer).toMatchObject({ ok: true, truncated: false, transferredBytes: size })
})

it('gives the room of a body that fails or is cut to the others', async () => {
  await using server = await httpServer((request, response) => {
    response.writeHead(200, { 'content-length': '9000000' })
    if (request.url === '/whole') response.end(Buffer.alloc(9_000_000, 'x'))
    else response.write(Buffer.alloc(2_000_000, 'x'))
  })
  const client = testClient({ maxHeldBodyBytes: 1_000_000 })
  const url = `http://127.0.0.1:${server.port}`
  const limits = { maxBodyBytes: 3_000_000 }
  const silent = Array.from({ length: 4 }, () =>
    client.request(ask(`${url}/part`, { limits, timeouts: { totalMs: 300 } })),
  )
  const whole = Array.from({ length: 4 }, () => client.request(ask(`${url}/whole`, { limits })))
  for (const answer of await Promise.all(silent)) expect(answer.ok).toBe(false)
  for (const answer of await Promise.all(whole)) expect(answer).toMatchObject({ ok: true, truncated: true })
})
