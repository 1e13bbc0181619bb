import { createLogger } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { everyoneIsAdmin } from '../auth/auth.fixture.ts'
import { makeApp, maxBodyBytes } from '../http/app.ts'
import { makeHttpServer, serverLimits } from '../http/http-server.ts'
import { defineRoute } from '../http/route.ts'
import { say } from './raw-socket.fixture.ts'

/** Bytes on a socket against the real server: what no client library would send. */
let port: number
let url: string
let reached: string[] = []
let lines: string[] = []
const log = createLogger('gateway', { level: 'debug', write: (line) => lines.push(line) })

const answer = { kind: 'data', status: 200, schema: z.null() } as const
const route = (method: 'get' | 'post', path: string, extra: object = {}) =>
  defineRoute({
    ...extra,
    method,
    path,
    id: `${method} ${path}`,
    summary: 's',
    access: 'read',
    answer,
    handle: (input, context) => {
      reached.push(`${context.method} ${path} ${JSON.stringify(input)}`)
      return { data: null }
    },
  })
const app = makeApp({
  routes: [
    route('get', '/api/things'),
    route('get', '/api/query', { query: z.strictObject({ a: z.string().optional() }) }),
    route('get', '/api/things/{file}', { params: z.strictObject({ file: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/) }) }),
    route('post', '/api/things', { body: z.looseObject({}) }),
    route('get', '/secret'),
  ],
  identify: everyoneIsAdmin,
  origins: { loopbackOnly: true, publicOrigin: 'https://seine.example' },
  log,
})
const limits = { ...serverLimits, headersMs: 1_000, requestMs: 2_000, idleMs: 100, checkEveryMs: 50 }
const server = makeHttpServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log, limits })

beforeAll(async () => {
  await server.start((error) => {
    throw error
  })
  url = server.url()
  port = Number(new URL(url).port)
})
afterAll(() => server.stop())
beforeEach(() => {
  reached = []
  lines = []
})

const host = 'Host: localhost\r\n'
const json = 'Content-Type: application/json\r\n'
const post = `POST /api/things HTTP/1.1\r\n${host}${json}`
const get = `GET /api/things HTTP/1.1\r\n${host}`
const behind = `GET /secret HTTP/1.1\r\n${host}\r\n`
const statusOf = (heard: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 0)
const answersIn = (heard: string) => heard.match(/HTTP\/1\.1 \d+/g)?.length ?? 0

test('a plain request is answered', async () => {
  expect(statusOf(await say(port, [`${get}\r\n`]))).toBe(200)
  expect(reached).toEqual(['GET /api/things {}'])
})

test.each([
  ['Content-Length and chunked', `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${behind}`],
  ['chunked and Content-Length', `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${behind}`],
  ['two lengths', `${post}Content-Length: 2\r\nContent-Length: ${2 + behind.length}\r\n\r\n{}${behind}`],
  ['two equal lengths', `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}${behind}`],
  ['a list of lengths', `${post}Content-Length: 2, 2\r\n\r\n{}${behind}`],
  ['a length with a sign', `${post}Content-Length: +2\r\n\r\n{}${behind}`],
  ['a length in hex', `${post}Content-Length: 0x2\r\n\r\n{}${behind}`],
  ['a folded header', `${get}X-A: b\r\n c\r\n\r\n${behind}`],
  ['a folded transfer coding', `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${behind}`],
  ['a space before the colon', `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${behind}`],
  ['a coding nobody knows', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${behind}`],
  ['two codings', `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${behind}`],
  [
    'chunked, then identity',
    `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${behind}`,
  ],
  ['a control character before the coding', `${post}Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n${behind}`],
  ['bare line feeds', `GET /api/things HTTP/1.1\nHost: localhost\n\n${behind}`],
  ['one bare line feed', `GET /api/things HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n${behind}`],
  ['a bare carriage return', `GET /api/things HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n${behind}`],
  ['a space before the first header', `GET /api/things HTTP/1.1\r\n Host: localhost\r\n\r\n${behind}`],
  ['no host', `GET /api/things HTTP/1.1\r\n\r\n${behind}`],
  ['two hosts', `${get}Host: seine.example\r\n\r\n`],
  ['a host with a path', 'GET /api/things HTTP/1.1\r\nHost: localhost/secret\r\n\r\n'],
  ['a host with a user', 'GET /api/things HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n'],
  ['a target with a host of its own', `GET http://evil.example/api/things HTTP/1.1\r\n${host}\r\n`],
  ['no path', `OPTIONS * HTTP/1.1\r\n${host}\r\n`],
  ['HTTP/1.0 without a host', 'GET /api/things HTTP/1.0\r\n\r\n'],
  ['HTTP/0.9', 'GET /api/things\r\n\r\n'],
  ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a NUL in the target', `GET /api/things\u0000 HTTP/1.1\r\n${host}\r\n`],
  ['a NUL in a header', `${get}X: a\u0000b\r\n\r\n`],
  ['a byte beyond ASCII in the target', `GET /api/things\u00ff HTTP/1.1\r\n${host}\r\n`],
  ['two credentials', `${get}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`],
])('%s is refused, and nothing behind it is answered', async (_what, bytes) => {
  const heard = await say(port, [bytes])
  expect(statusOf(heard)).toBe(400)
  expect(answersIn(heard)).toBe(1)
  expect(reached).toEqual([])
})

test.each([
  ['a negative chunk', '-1\r\n'],
  ['a chunk larger than numbers', 'fffffffffffffffff\r\n'],
  ['a chunk that ends with a bare line feed', '0\n\n'],
  ['a line feed in a chunk extension', '1;a\nb\r\nx\r\n0\r\n\r\n'],
])('%s ends the request and the connection', async (_what, body) => {
  const heard = await say(port, [`${post}Transfer-Encoding: chunked\r\n\r\n${body}${behind}`])
  expect(statusOf(heard)).toBe(400)
  expect(answersIn(heard)).toBe(1)
  expect(reached).toEqual([])
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

test('the body of a GET is not the next request', async () => {
  const heard = await say(port, [`${get}Content-Length: ${behind.length}\r\n\r\n${behind}`])
  expect(answersIn(heard)).toBe(1)
  expect(reached).toEqual(['GET /api/things {}'])
})

test('an upgrade to what is not spoken here stays a request', async () => {
  const heard = await say(port, [
    `${get}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n`,
  ])
  expect(statusOf(heard)).toBe(200)
})

test('a method that echoes is not for any resource', async () => {
  expect(statusOf(await say(port, [`TRACE /api/things HTTP/1.1\r\n${host}\r\n`]))).toBe(405)
})

test.each([
  ['a header', `${get}X: ${'a'.repeat(limits.maxHeaderBytes)}\r\n\r\n`],
  ['headers', `${get}${'X: a\r\n'.repeat(limits.maxHeaderBytes / 6)}\r\n`],
  ['a target', `GET /api/things?a=${'a'.repeat(limits.maxHeaderBytes)} HTTP/1.1\r\n${host}\r\n`],
])('%s over the limit is 431', async (_what, bytes) => {
  expect(statusOf(await say(port, [bytes]))).toBe(431)
})

test('a body over the limit is 413, whether it says its length or not', async () => {
  const tooMuch = ' '.repeat(maxBodyBytes + 1)
  expect(statusOf(await say(port, [`${post}Content-Length: ${tooMuch.length}\r\n\r\n${tooMuch}`]))).toBe(413)
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
  const chunks = chunk.repeat(maxBodyBytes / 0x10000 + 1)
  expect(statusOf(await say(port, [`${post}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`]))).toBe(413)
  expect(reached).toEqual([])
})

test.each([
  ['says nothing', [], 0],
  ['sends its headers byte by byte', [get.slice(0, -2), ...'\r\nX: aaaaaaaaaaaaaaaaaaaaaaaa'], 40],
  ['sends its body byte by byte', [`${post}Content-Length: 100\r\n\r\n`, ...'{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'], 40],
])('a client that %s is given up', async (_what, chunks, pauseMs) => {
  const heard = await say(port, chunks, { pauseMs })
  expect(statusOf(heard)).toBe(408)
  expect(reached).toEqual([])
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

test('a kept connection that asks for nothing more is closed', async () => {
  const startedMs = performance.now()
  await say(port, [`${get}\r\n`], { untilMs: 10_000 })
  expect(performance.now() - startedMs).toBeLessThan(5_000)
})

test.each([
  '/api/things/..%2f..%2fetc%2fpasswd',
  '/api/things/%2e%2e%2fsecret',
  '/api/things/..%5csecret',
  '/api/things/%00',
  '/api/things/a%00.csv',
  '/api/things/%c0%ae%c0%ae',
  '/api/things/%zz',
  '/api/things/.hidden',
  '/api/things/a%0d%0aSet-Cookie:x',
])('%s names no file', async (path) => {
  const status = statusOf(await say(port, [`GET ${path} HTTP/1.1\r\n${host}\r\n`]))
  expect([400, 404]).toContain(status)
  expect(reached).toEqual([])
})

test('dot segments are gone before the route is chosen, so its access is that of where they lead', async () => {
  await say(port, [`GET /api/things/../../secret HTTP/1.1\r\n${host}\r\n`])
  await say(port, [`GET /api/things/%2e%2e/things HTTP/1.1\r\n${host}\r\n`])
  expect(reached).toEqual(['GET /secret {}', 'GET /api/things {}'])
})

test.each([
  ['a prototype', '{"__proto__":{"admin":true}}'],
  ['a prototype inside', '{"a":[{"b":{"__proto__":{"admin":true}}}]}'],
  ['a prototype in other letters', '{"\\u005f_proto__":{"admin":true}}'],
  ['a constructor’s prototype', '{"constructor":{"prototype":{"admin":true}}}'],
  ['a thousand levels', `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`],
  ['a hundred thousand levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
])('a body with %s is refused, and no object has got anything of it', async (_what, body) => {
  const headers = { 'content-type': 'application/json' }
  const refused = await fetch(`${url}/api/things`, { method: 'POST', headers, body })
  expect(refused.status).toBe(400)
  expect(reached).toEqual([])
  expect(({} as Record<string, unknown>).admin).toBeUndefined()
})

test.each(['__proto__=x', '__proto__[admin]=1', 'constructor=x', 'a=1&a=2'])(
  'a query of %s is refused',
  async (query) => {
    expect((await fetch(`${url}/api/query?${query}`)).status).toBe(400)
    expect(reached).toEqual([])
  },
)

test('nobody writes a log line by what they ask for', async () => {
  const evil = '%0d%0a{"level":"error"}%1b[31m%c2%9b31m%e2%80%a8'
  await fetch(`${url}/api/things/${evil}?${evil}`, { headers: { 'x-correlation-id': 'a\u009bb', 'user-agent': evil } })
  await say(port, [`GET /api/things/\u001b[31m HTTP/1.1\r\n${host}X-Correlation-ID: a\u001b[31m\r\n\r\n`])
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) {
    expect(line.endsWith('\n')).toBe(true)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    expect(JSON.parse(line)).toMatchObject({ service: 'gateway', level: 'debug' })
  }
})

test('no answer can be split by what it repeats', async () => {
  const { headers } = await fetch(`${url}/api/things`, { headers: { 'x-correlation-id': 'a%0d%0aSet-Cookie:x=y' } })
  expect(headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(headers.has('set-cookie')).toBe(false)
})

test('every answer keeps browsers careful, refusals too', async () => {
  for (const path of ['/api/things', '/api/none', '/api/query?x=1']) {
    const { headers } = await fetch(url + path)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000')
    expect(headers.has('x-powered-by')).toBe(false)
    expect(headers.has('access-control-allow-origin')).toBe(false)
  }
})
