import { describe, expect, it } from 'vitest'
import { parseProxies } from './proxy.ts'
import { makeProxyPool } from './proxy-pool.ts'
import { certificate } from './testing/certificate.ts'
import { ask, testClient, textOf } from './testing/client.ts'
import { httpProxy, socksProxy, type TestProxy } from './testing/proxies.ts'
import { httpServer, rawServer, silentServer, type TestServer } from './testing/servers.ts'

function throughProxies(...urls: string[]) {
  const pool = makeProxyPool({ proxies: parseProxies(urls), nowMs: () => performance.now() })
  const client = testClient({
    hostOverrides: { 'shop.test': '127.0.0.1', 'inside.test': '10.0.0.1' },
    proxyPools: { datacenter: pool },
    ca: certificate.cert,
  })
  return { pool, client }
}

const viaPool = { proxyPool: 'datacenter' } as const

const hello = (): Promise<TestServer> =>
  httpServer((request, response) => void response.end(`hello ${request.headers.host}`))

const kinds: [string, string, (options?: Parameters<typeof httpProxy>[0]) => Promise<TestProxy>][] = [
  ['an HTTP proxy', 'http', httpProxy],
  ['a SOCKS5 proxy', 'socks5', socksProxy],
]

describe.each(kinds)('through %s', (_name, scheme, startProxy) => {
  it('a page is fetched, and the proxy is given the checked address and no name', async () => {
    await using server = await hello()
    await using proxy = await startProxy()
    const { client } = throughProxies(`${scheme}://127.0.0.1:${proxy.port}`)
    for (let i = 0; i < 2; i++) {
      const answer = await client.request(ask(`http://shop.test:${server.port}/`, viaPool))
      expect(answer).toMatchObject({ ok: true, remoteAddress: '127.0.0.1' })
      expect(answer.ok && textOf(answer.body)).toBe(`hello shop.test:${server.port}`)
    }
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`]) // the tunnel was used again
  })

  it('an HTTPS page is fetched, its certificate checked against the name', async () => {
    const answerOk = (socket: import('node:net').Socket) =>
      void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    await using server = await rawServer(answerOk, { tls: true })
    await using proxy = await startProxy({ sendTo: { host: '127.0.0.1', port: server.port } })
    const { client } = throughProxies(`${scheme}://127.0.0.1:${proxy.port}`)
    expect(await client.request(ask('https://shop.test/', viaPool))).toMatchObject({ ok: true, status: 200 })
    expect(await client.request(ask('https://127.0.0.1:444/', viaPool))).toMatchObject({ ok: true, status: 200 })
    expect(proxy.asked).toEqual(['127.0.0.1:443', '127.0.0.1:444'])
  })

  it("credentials open the way; wrong ones are the proxy's failure, and are not told", async () => {
    await using server = await hello()
    await using proxy = await startProxy({ login: 'us er:s3:cret' })
    const address = `127.0.0.1:${proxy.port}`
    const good = throughProxies(`${scheme}://us%20er:s3%3Acret@${address}`)
    expect(await good.client.request(ask(`http://shop.test:${server.port}/`, viaPool))).toMatchObject({ ok: true })
    const bad = throughProxies(`${scheme}://user:wr0ng@${address}`)
    const answer = await bad.client.request(ask(`http://shop.test:${server.port}/`, viaPool))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'connect-refused' } })
    expect(JSON.stringify(answer)).toContain(`proxy ${scheme}://${address}: `)
    expect(JSON.stringify(answer)).not.toContain('wr0ng')
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`, 'refused'])
  })

  it('a host at a private address is refused before the proxy hears of it', async () => {
    await using proxy = await startProxy()
    const { client } = throughProxies(`${scheme}://127.0.0.1:${proxy.port}`)
    for (const url of ['http://inside.test/', 'http://169.254.169.254/']) {
      expect(await client.request(ask(url, viaPool))).toMatchObject({ ok: false, failure: { kind: 'address-blocked' } })
    }
    expect(proxy.accepted()).toBe(0)
  })

  it('a proxy at a private address is not used', async () => {
    const { client } = throughProxies(`${scheme}://user:s3cret@10.0.0.1:3128`)
    expect(await client.request(ask('http://shop.test/', viaPool))).toEqual({
      ok: false,
      failure: {
        kind: 'connect-refused',
        message: `proxy ${scheme}://10.0.0.1:3128: 10.0.0.1 is at 10.0.0.1 (address-private)`,
      },
    })
  })

  it('another proxy takes over from a dead one, which is left out from then on', async () => {
    await using server = await hello()
    await using proxy = await startProxy()
    const dead = await silentServer()
    await dead[Symbol.asyncDispose]()
    const { client, pool } = throughProxies(`${scheme}://127.0.0.1:${dead.port}`, `${scheme}://127.0.0.1:${proxy.port}`)
    for (let i = 0; i < 3; i++) {
      expect(await client.request(ask(`http://shop.test:${server.port}/`, viaPool))).toMatchObject({ ok: true })
    }
    expect(pool.states().map((state) => state.ejections)).toEqual([1, 0])
  })

  it('a proxy that hangs up, or says what is no protocol, is left out', async () => {
    await using server = await hello()
    await using proxy = await startProxy()
    for (const answer of ['', 'nonsense nonsense\r\n\r\n']) {
      // A SOCKS greeting has no line to wait for: it is answered as soon as it comes.
      await using broken = await rawServer(() => {}, { onData: (socket) => void socket.end(answer) })
      const { client, pool } = throughProxies(
        `${scheme}://127.0.0.1:${broken.port}`,
        `${scheme}://127.0.0.1:${proxy.port}`,
      )
      expect(await client.request(ask(`http://shop.test:${server.port}/`, viaPool))).toMatchObject({ ok: true })
      expect(pool.states().map((state) => state.ejections)).toEqual([1, 0])
    }
  })

  it('a proxy that says nothing is connect-timeout, and only suspected', async () => {
    await using silent = await silentServer()
    const { client, pool } = throughProxies(`${scheme}://127.0.0.1:${silent.port}`, `${scheme}://127.0.0.1:1`)
    const answer = await client.request(ask('http://shop.test/', { ...viaPool, timeouts: { connectMs: 30 } }))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'connect-timeout' } })
    expect(pool.states().map((state) => state.ejections)).toEqual([0, 0])
    await expect.poll(silent.open).toBe(0)
  })

  it('proxies are checked before they are relied on', async () => {
    await using server = await hello()
    await using good = await startProxy()
    await using bad = await startProxy({ login: 'a:b' })
    const { client, pool } = throughProxies(`${scheme}://127.0.0.1:${good.port}`, `${scheme}://127.0.0.1:${bad.port}`)
    const findings = await client.checkProxies('datacenter', ask(`http://shop.test:${server.port}/`))
    expect(findings).toEqual([
      { proxy: `${scheme}://127.0.0.1:${good.port}`, problem: null },
      { proxy: `${scheme}://127.0.0.1:${bad.port}`, problem: expect.stringContaining('proxy ') },
    ])
    expect(pool.next().port).toBe(good.port)
    expect(pool.next().port).toBe(good.port)
  })
})

it.each([
  [502, 'connect-refused', 0],
  [504, 'connect-timeout', 0],
  [403, 'connect-refused', 1],
  [503, 'connect-refused', 1],
])('an HTTP proxy answering %i is %s, ejections: %i', async (refusal, kind, ejections) => {
  await using proxy = await httpProxy({ refusal })
  await using other = await httpProxy({ refusal })
  const { client, pool } = throughProxies(`http://127.0.0.1:${proxy.port}`, `http://127.0.0.1:${other.port}`)
  expect(await client.request(ask('http://shop.test/', viaPool))).toMatchObject({ ok: false, failure: { kind } })
  expect(pool.states()[0]?.ejections).toBe(ejections)
})

it.each([
  [1, 'connect-refused', 1],
  [2, 'connect-refused', 1],
  [4, 'connect-refused', 0],
  [5, 'connect-refused', 0],
  [6, 'connect-timeout', 0],
])('a SOCKS5 proxy answering %i is %s, ejections: %i', async (refusal, kind, ejections) => {
  await using proxy = await socksProxy({ refusal })
  await using other = await socksProxy({ refusal })
  const { client, pool } = throughProxies(`socks5://127.0.0.1:${proxy.port}`, `socks5://127.0.0.1:${other.port}`)
  expect(await client.request(ask('http://shop.test/', viaPool))).toMatchObject({ ok: false, failure: { kind } })
  expect(pool.states()[0]?.ejections).toBe(ejections)
})

it.each(kinds)('an IPv6 host is named to %s as such', async (_name, scheme, startProxy) => {
  await using server = await hello()
  await using proxy = await startProxy({ sendTo: { host: '127.0.0.1', port: server.port } })
  const { client } = throughProxies(`${scheme}://127.0.0.1:${proxy.port}`)
  expect(await client.request(ask('http://[2606:4700::6810:84e5]/', viaPool))).toMatchObject({
    ok: true,
    remoteAddress: '2606:4700::6810:84e5',
  })
  expect(proxy.asked).toEqual([
    scheme === 'http' ? '[2606:4700::6810:84e5]:80' : '2606:4700:0000:0000:0000:0000:6810:84e5:80',
  ])
})

it('a pool that is not configured fails the request; it is never sent directly', async () => {
  await using server = await hello()
  const { client } = throughProxies('http://127.0.0.1:9')
  expect(await client.request(ask(`http://shop.test:${server.port}/`, { proxyPool: 'residential' }))).toMatchObject({
    ok: false,
    failure: { kind: 'address-blocked', message: expect.stringContaining('residential') },
  })
  expect(server.accepted()).toBe(0)
})
