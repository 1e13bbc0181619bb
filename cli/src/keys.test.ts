import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { makeIo } from './io.fixture.ts'
import { command, expiryOf } from './keys.ts'
import { seine } from './seine.ts'

let server: Server | undefined
afterEach(() => server?.close())

const key = {
  id: '0123456789ab',
  name: 'ci',
  scope: 'run',
  createdAt: '2026-01-02T03:04:05.000Z',
  createdBy: 'user:ada',
  expiresAt: null,
  lastUsedAt: null,
}

/** A gateway that answers everything with `data` and says what it was asked. */
async function gateway(data: unknown, status = 200) {
  const asked: {
    method: string | undefined
    url: string | undefined
    authorization: string | undefined
    body: string
  }[] = []
  const listening = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { method, url, headers } = request
      asked.push({ method, url, authorization: headers.authorization, body })
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(data))
    })
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, asked }
}

async function run(args: string[], url: string) {
  const { io, out, err } = makeIo({ env: { SEINE_GATEWAY: url, SEINE_DIR: '/nowhere' } })
  const code = await seine(['keys', ...args], [{ name: 'keys', load: async () => ({ command }) }], io, '0')
  return { code, out: out(), err: err() }
}

test('keys are listed as a table, or as JSON', async () => {
  const page = { data: [key], pagination: { page: 1, per_page: 200, total: 1, total_pages: 1 } }
  const { url } = await gateway(page)
  expect((await run(['list'], url)).out).toMatch(/0123456789ab +ci +run +2026-01-02 +user:ada +never +never/)
  expect(JSON.parse((await run(['list', '--json'], url)).out)).toEqual([key])
})

test('a new key is shown once, made with the key that was given', async () => {
  const { url, asked } = await gateway({ data: { ...key, secret: 'seine_x_y' } }, 201)
  const made = await run(['create', 'ci', '--scope', 'run', '--api-key', 'seine_admin'], url)
  expect(made.code).toBe(0)
  expect(made.out).toContain('\nseine_x_y\n')
  expect(asked[0]).toMatchObject({ method: 'POST', url: '/api/keys', authorization: 'Bearer seine_admin' })
  expect(JSON.parse(asked[0]!.body)).toEqual({ name: 'ci', scope: 'run', expires_at: null })
})

test('a key is revoked by its id', async () => {
  const { url, asked } = await gateway({ data: null })
  expect((await run(['revoke', '0123456789ab'], url)).code).toBe(0)
  expect(asked[0]).toMatchObject({ method: 'DELETE', url: '/api/keys/0123456789ab' })
})

test('without a key it is said how to get one', async () => {
  const { url } = await gateway({ error: 'log in', error_code: 'unauthenticated' }, 401)
  const { code, err } = await run(['list'], url)
  expect(code).toBe(2)
  expect(err).toContain('SEINE_API_KEY')
})

test.each([
  [[]],
  [['make']],
  [['create']],
  [['revoke']],
  [['list', 'x']],
  [['create', 'a', 'b']],
  [['create', 'a', '--scope', 'root']],
  [['list', '--api-key']],
])('keys %j is asked wrongly', async (args) => {
  expect((await run(args, 'http://127.0.0.1:9')).code).toBe(2)
})

test('an expiry is a span from now or a time to come', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(expiryOf(undefined, now)).toBeNull()
  expect(expiryOf('30d', now)).toBe('2026-01-31T00:00:00.000Z')
  expect(expiryOf('2w', now)).toBe('2026-01-15T00:00:00.000Z')
  expect(expiryOf('2030-01-31', now)).toBe('2030-01-31T00:00:00.000Z')
  for (const bad of ['0d', 'soon', '2001-01-01']) expect(() => expiryOf(bad, now)).toThrow('--expires')
})
