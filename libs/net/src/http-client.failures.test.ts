import { expect, it } from 'vitest'
import type { FetchFailureKind } from './failure.ts'
import { type AskOptions, ask, testClient } from './testing/client.ts'
import { httpServer, rawServer, resettingServer, silentServer } from './testing/servers.ts'

async function failureKind(url: string, options: AskOptions = {}, client = testClient()): Promise<string> {
  const answer = await client.request(ask(url, options))
  return answer.ok ? `answered ${answer.status}` : answer.failure.kind
}

function refusing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`query ${code}`), { code }))
}

it.each([
  ['ENOTFOUND', 'dns-not-found'],
  ['ENODATA', 'dns-not-found'],
  ['ETIMEOUT', 'dns-error'],
  ['ESERVFAIL', 'dns-error'],
  ['ECONNREFUSED', 'dns-error'],
] as const)('DNS saying %s is %s', async (code, kind) => {
  expect(await failureKind('http://shop.test/', {}, testClient({ resolve: refusing(code) }))).toBe(kind)
})

it('a name without an address is dns-not-found', async () => {
  expect(await failureKind('http://shop.test/', {}, testClient({ resolve: async () => [] }))).toBe('dns-not-found')
})

it('DNS that stays silent past the connect timeout is dns-error', async () => {
  const client = testClient({ resolve: () => new Promise(() => {}) })
  expect(await failureKind('http://shop.test/', { timeouts: { connectMs: 20 } }, client)).toBe('dns-error')
})

it('a closed port is connect-refused', async () => {
  const server = await silentServer()
  await server[Symbol.asyncDispose]()
  expect(await failureKind(`http://127.0.0.1:${server.port}/`)).toBe('connect-refused')
})

it('a TLS handshake that never ends is connect-timeout, and its socket is closed', async () => {
  await using server = await silentServer()
  expect(await failureKind(`https://127.0.0.1:${server.port}/`, { timeouts: { connectMs: 30 } })).toBe(
    'connect-timeout',
  )
  await expect.poll(server.open).toBe(0)
})

it('a connection reset before the answer is reset', async () => {
  await using server = await resettingServer()
  expect(await failureKind(`http://127.0.0.1:${server.port}/`)).toBe('reset')
  expect(await failureKind(`https://127.0.0.1:${server.port}/`)).toBe('reset')
})

it('a connection closed before the answer is reset', async () => {
  await using server = await rawServer((socket) => void socket.end())
  expect(await failureKind(`http://127.0.0.1:${server.port}/`)).toBe('reset')
})

it('a connection closed within the headers is reset', async () => {
  await using server = await rawServer((socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Ty'))
  expect(await failureKind(`http://127.0.0.1:${server.port}/`)).toBe('reset')
})

it.each([
  ['an unknown certificate', 'shop.test', {}],
  ['a certificate for another name', 'other.test', { trusted: true }],
])('%s is tls', async (_what, host, { trusted = false }: { trusted?: boolean }) => {
  const { certificate } = await import('./testing/certificate.ts')
  await using server = await rawServer((socket) => void socket.end(), { tls: true })
  const client = testClient({
    hostOverrides: { '*.test': '127.0.0.1' },
    ...(trusted ? { ca: certificate.cert } : {}),
  })
  expect(await failureKind(`https://${host}:${server.port}/`, {}, client)).toBe('tls')
})

it('a server that speaks no TLS on an https URL is tls', async () => {
  await using server = await httpServer((_request, response) => void response.end())
  expect(await failureKind(`https://127.0.0.1:${server.port}/`)).toBe('tls')
})

it('headers that do not come in time are headers-timeout', async () => {
  await using server = await silentServer()
  expect(await failureKind(`http://127.0.0.1:${server.port}/`, { timeouts: { headersMs: 30 } })).toBe('headers-timeout')
})

it('says in words for people that an answer did not come', async () => {
  await using server = await silentServer()
  const answer = await testClient().request(ask(`http://127.0.0.1:${server.port}/`, { timeouts: { headersMs: 30 } }))
  expect(answer).toMatchObject({ failure: { message: 'it takes connections, and did not answer in time' } })
})

it('a body that falls silent is idle-timeout', async () => {
  await using server = await rawServer(
    (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
  )
  expect(await failureKind(`http://127.0.0.1:${server.port}/`, { timeouts: { idleMs: 30 } })).toBe('idle-timeout')
})

it.each([
  ['headers', 'HTTP/1.1 200 OK\r\nX-Drip: '],
  ['the body', 'HTTP/1.1 200 OK\r\n\r\n'],
])('a server that drips %s byte by byte meets total-timeout', async (_what, start) => {
  await using server = await rawServer((socket) => {
    socket.write(start)
    const drip = setInterval(() => socket.write('x'), 5)
    socket.on('close', () => clearInterval(drip))
  })
  const options = { timeouts: { totalMs: 80, idleMs: 1_000, headersMs: 1_000 } }
  expect(await failureKind(`http://127.0.0.1:${server.port}/`, options)).toBe('total-timeout')
  await expect.poll(server.open).toBe(0)
})

it('endless interim responses meet total-timeout', async () => {
  await using server = await rawServer((socket) => {
    const more = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5)
    socket.on('close', () => clearInterval(more))
  })
  expect(await failureKind(`http://127.0.0.1:${server.port}/`, { timeouts: { totalMs: 80 } })).toBe('total-timeout')
})

it('a request still waiting for a connection meets total-timeout, and is never sent', async () => {
  const held: (() => void)[] = []
  await using server = await rawServer((socket) => {
    held.push(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))
    if (held.length > 1) held.at(-1)?.()
  })
  const client = testClient({ maxConnectionsPerOrigin: 1 })
  const url = `http://127.0.0.1:${server.port}/`
  const first = failureKind(url, {}, client)
  expect(await failureKind(url, { timeouts: { totalMs: 20 } }, client)).toBe('total-timeout')
  await expect.poll(() => held.length).toBe(1)
  held[0]?.()
  expect(await first).toBe('answered 200')
  expect(await failureKind(url, {}, client)).toBe('answered 200')
  expect(held.length).toBe(2)
})

it.each([
  ['one long header', `X: ${'x'.repeat(3_000)}\r\n`],
  ['many headers', 'X: y\r\n'.repeat(3_000)],
])('%s past the limit is headers-too-large', async (_what, headers) => {
  await using server = await rawServer((socket) => void socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n`))
  const options = { limits: { maxHeaderBytes: 2_048 } }
  expect(await failureKind(`http://127.0.0.1:${server.port}/`, options)).toBe('headers-too-large')
})

it.each([
  ['fewer bytes than Content-Length', 'Content-Length: 9\r\n\r\nhalf'],
  ['a chunked body without its end', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
])('%s is truncated-body', async (_what, rest) => {
  await using server = await rawServer((socket) => void socket.end(`HTTP/1.1 200 OK\r\n${rest}`))
  expect(await failureKind(`http://127.0.0.1:${server.port}/`)).toBe('truncated-body')
})

it('a reset within the body is reset', async () => {
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => socket.resetAndDestroy())
  })
  const kind = await failureKind(`http://127.0.0.1:${server.port}/`)
  expect(['reset', 'truncated-body']).toContain(kind)
})

it.each([
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a bad chunk size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['an upgrade nobody asked for', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
])('%s is protocol', async (_what, bytes) => {
  await using server = await rawServer((socket) => void socket.end(bytes))
  expect(await failureKind(`http://127.0.0.1:${server.port}/`)).toBe('protocol')
})

it('an abort is aborted: before, while waiting for headers and while the body comes', async () => {
  await using server = await rawServer((socket, head) => {
    if (head.includes('/body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
    setImmediate(() => stop.abort())
  })
  let stop = new AbortController()
  for (const path of ['/headers', '/body']) {
    stop = new AbortController()
    expect(await failureKind(`http://127.0.0.1:${server.port}${path}`, { signal: stop.signal })).toBe('aborted')
  }
  expect(await failureKind(`http://127.0.0.1:${server.port}/`, { signal: AbortSignal.abort() })).toBe('aborted')
  await expect.poll(server.open).toBe(0)
})

it('one signal may serve many requests, and keeps no listener of those that are over', async () => {
  await using server = await httpServer((_request, response) => void response.end('ok'))
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const client = testClient()
  for (let i = 0; i < 3; i++) await failureKind(`http://127.0.0.1:${server.port}/`, { signal }, client)
  expect(listeners).toBe(0)
})

it('a broken server in between leaves the client usable', async () => {
  let healthy = false
  await using server = await rawServer((socket) => {
    if (healthy) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    else socket.resetAndDestroy()
  })
  const client = testClient()
  const kinds: (FetchFailureKind | string)[] = []
  for (healthy of [false, true, false, true])
    kinds.push(await failureKind(`http://127.0.0.1:${server.port}/`, {}, client))
  expect(kinds).toEqual(['reset', 'answered 200', 'reset', 'answered 200'])
})
