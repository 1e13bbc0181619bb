import { expect, it } from 'vitest'
import { readProxyPools } from './proxies.ts'

const nowMs = () => 0

it('makes a pool of each list that has entries', () => {
  const pools = readProxyPools({ datacenter: 'http://a:1, socks5://u:p@b:2', residential: '' }, nowMs)
  expect(pools.datacenter?.proxies).toHaveLength(2)
  expect(pools.residential).toBeUndefined()
})

it('names a bad entry by variable and place, and shows no password', () => {
  const read = () =>
    readProxyPools({ datacenter: undefined, residential: 'http://u:secret@a:1,ftp://u:secret@b' }, nowMs)
  expect(read).toThrow(/^PROXIES_RESIDENTIAL: proxy #2: expected/)
  expect(read).not.toThrow(/secret/)
})
