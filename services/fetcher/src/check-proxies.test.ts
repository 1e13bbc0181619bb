import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { createLogger } from '@seine/runtime'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkProxies } from './check-proxies.ts'
import { readProxyPools } from './proxies.ts'

const refusing = createServer().on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
let port = 0

beforeAll(async () => {
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
  port = (refusing.address() as AddressInfo).port
})
afterAll(() => refusing.close())

it('says which proxies do not work, without their passwords, and lets them sit out', async () => {
  const lines: string[] = []
  const log = createLogger('test', { level: 'info', write: (line) => lines.push(line) })
  const pools = readProxyPools(
    { datacenter: `http://user:secret@127.0.0.1:${port},http://user:secret@127.0.0.1:1`, residential: undefined },
    () => 0,
  )
  const guard = makeAddressGuard({ allowedPrivate: ['127.0.0.0/8'] })
  const http = makeHttpClient({ guard, hostOverrides: { 'check.test': '127.0.0.1' }, proxyPools: pools })
  await checkProxies(http, pools, 'http://check.test/', log)
  await http.close()
  const text = lines.join('\n')
  expect(text).toContain('"bad":2')
  expect(text).toContain('no proxy of the pool works')
  expect(text).not.toContain('secret')
  const ejected = pools.datacenter?.states().filter((state) => state.ejectedUntilMs > 0) ?? []
  // The last one left is never sent off.
  expect(ejected).toHaveLength(1)
})

it('asks nothing where there is nothing to ask', async () => {
  const http = { checkProxies: () => Promise.reject(new Error('asked')) }
  const log = createLogger('test', { level: 'error' })
  await checkProxies(http, {}, 'http://check.test/', log)
  await checkProxies(
    http,
    readProxyPools({ datacenter: 'http://a:1', residential: undefined }, () => 0),
    null,
    log,
  )
})
