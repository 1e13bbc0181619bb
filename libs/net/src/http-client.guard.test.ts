import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AddressGuard } from './address-guard.ts'
import type { ResolvedAddress } from './dns.ts'
import { ask, testClient, textOf } from './testing/client.ts'
import { httpServer, rawServer } from './testing/servers.ts'

const four = (address: string): ResolvedAddress => ({ address, family: 4 })

/** In these tests 127.0.0.1 stands for the public internet, and 127.0.0.2 for what must never be reached. */
async function publicAndPrivate() {
  const publicServer = await httpServer((_request, response) => void response.end('public'))
  const privateServer = await rawServer((socket) => void socket.end(), { host: '127.0.0.2', port: publicServer.port })
  return { publicServer, privateServer, port: publicServer.port }
}

it('a name that changes its address between two lookups reaches nothing private', async () => {
  const { publicServer, privateServer, port } = await publicAndPrivate()
  await using _first = publicServer
  await using _second = privateServer
  let lookups = 0
  const client = testClient({
    dnsCacheMs: 0,
    resolve: async () => [four(++lookups === 1 ? '127.0.0.1' : '127.0.0.2')],
  })
  const url = `http://rebind.test:${port}/`
  const first = await client.request(ask(url, { headers: { connection: 'close' } }))
  expect(first.ok && textOf(first.body)).toBe('public')
  // One lookup for one connection: what was checked is what was dialled.
  expect(lookups).toBe(1)
  const second = await client.request(ask(url))
  expect(second).toMatchObject({
    ok: false,
    failure: { kind: 'address-blocked', message: 'rebind.test is at 127.0.0.2 (address-loopback)' },
  })
  expect(lookups).toBe(2)
  expect(privateServer.accepted()).toBe(0)
})

it('of several addresses of a name, only those that pass are tried', async () => {
  const { publicServer, privateServer, port } = await publicAndPrivate()
  await using _first = publicServer
  await using _second = privateServer
  const client = testClient({ resolve: async () => [four('127.0.0.2'), four('10.0.0.1'), four('127.0.0.1')] })
  expect(await client.request(ask(`http://mixed.test:${port}/`))).toMatchObject({
    ok: true,
    remoteAddress: '127.0.0.1',
  })
  expect(privateServer.accepted()).toBe(0)
})

it('goes on to the next address when one does not answer', async () => {
  await using server = await httpServer((_request, response) => void response.end('ok'))
  const client = testClient({
    guard: { check: () => ({ ok: true }), checkUrl: (url) => ({ ok: true, url: new URL(url) }) },
    resolve: async () => [four('127.0.0.3'), four('127.0.0.1')],
  })
  expect(await client.request(ask(`http://two.test:${server.port}/`))).toMatchObject({
    ok: true,
    remoteAddress: '127.0.0.1',
  })
})

it.each(['http://10.0.0.1/', 'http://[::1]/', 'http://[::ffff:10.0.0.1]/', 'http://2130706434/', 'http://0x7f000002/'])(
  'a literal address, for which no resolver is asked, is refused: %s',
  async (url) => {
    const client = testClient({ resolve: () => expect.unreachable('no lookup for a literal') })
    expect(await client.request(ask(url))).toMatchObject({ ok: false, failure: { kind: 'address-blocked' } })
    expect(await client.stream(ask(url))).toMatchObject({ ok: false, failure: { kind: 'address-blocked' } })
  },
)

it('a literal that only the connector sees is refused too', async () => {
  // As if the check of the URL had been forgotten.
  const guard: AddressGuard = {
    check: (ip) => ({ ok: false, reason: `refused-${ip}` }),
    checkUrl: (url) => ({ ok: true, url: new URL(url) }),
  }
  await using server = await httpServer((_request, response) => void response.end('secret'))
  expect(await testClient({ guard }).request(ask(`http://127.0.0.1:${server.port}/`))).toMatchObject({
    ok: false,
    failure: { kind: 'address-blocked', message: '127.0.0.1 is at 127.0.0.1 (refused-127.0.0.1)' },
  })
  expect(server.accepted()).toBe(0)
})

it('the open socket is checked once more, before a byte is sent', async () => {
  let checks = 0
  const guard: AddressGuard = {
    check: () => (++checks === 1 ? { ok: true } : { ok: false, reason: 'changed' }),
    checkUrl: (url) => ({ ok: true, url: new URL(url) }),
  }
  let requests = 0
  await using server = await rawServer(() => requests++)
  expect(await testClient({ guard }).request(ask(`http://127.0.0.1:${server.port}/`))).toMatchObject({
    ok: false,
    failure: { kind: 'address-blocked' },
  })
  await expect.poll(server.open).toBe(0)
  expect([server.accepted(), requests]).toEqual([1, 0])
})

it('an override is no way around the guard', async () => {
  const client = testClient({ hostOverrides: { '*.test': '10.0.0.1' } })
  expect(await client.request(ask('http://shop.test/'))).toMatchObject({
    ok: false,
    failure: { kind: 'address-blocked', message: 'shop.test is at 10.0.0.1 (address-private)' },
  })
})

it.each(['ftp://shop.test/', 'http://user:secret@shop.test/', 'http://shop.test:22/', 'nonsense'])(
  'refuses the URL %s, and keeps it out of the message',
  async (url) => {
    const answer = await testClient().request(ask(url))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'address-blocked' } })
    expect(JSON.stringify(answer)).not.toContain('secret')
  },
)

const conformanceDir = process.env.SEINE_CONFORMANCE_DIR ?? join(import.meta.dirname, '../../../../shared/conformance')
const file = join(conformanceDir, 'security/ssrf.json')
const cases = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: { url: string; expect: string }[] }).cases
  : []

describe.skipIf(cases.length === 0)(`SSRF cases through the client (skipped without ${file})`, () => {
  it.each(cases.map((c) => c.url))('%s is not fetched', async (url) => {
    const client = testClient({
      guard: (await import('./address-guard.ts')).makeAddressGuard({ allowedPrivate: [] }),
      resolve: async () => [four('169.254.169.254'), { address: '::ffff:10.0.0.1', family: 6 }],
    })
    expect(await client.request(ask(url))).toMatchObject({ ok: false, failure: { kind: 'address-blocked' } })
  })
})
