import { describe, expect, it } from 'vitest'
import { cacheResolve, isNotFound, makeDnsResolver, makeOverrides, type ResolvedAddress } from './dns.ts'

const answer: ResolvedAddress[] = [{ address: '192.0.2.1', family: 4 }]

describe('the DNS cache', () => {
  function cached(resolve: (name: string) => Promise<ResolvedAddress[]>, maxNames = 10) {
    const clock = { nowMs: 0 }
    return { clock, lookup: cacheResolve(resolve, { ttlMs: 1_000, maxNames, nowMs: () => clock.nowMs }) }
  }

  it('asks once for callers at the same time and within the time to live, and again after it', async () => {
    let asked = 0
    const { clock, lookup } = cached(async () => {
      asked++
      return answer
    })
    await Promise.all([lookup('a'), lookup('a')])
    clock.nowMs = 999
    expect(await lookup('a')).toBe(answer)
    expect(asked).toBe(1)
    clock.nowMs = 1_000
    await lookup('a')
    expect(asked).toBe(2)
  })

  it('does not remember a failure', async () => {
    let asked = 0
    const { lookup } = cached(async () => {
      if (++asked === 1) throw new Error('no')
      return answer
    })
    await expect(lookup('a')).rejects.toThrow('no')
    expect(await lookup('a')).toBe(answer)
  })

  it('forgets the oldest name when it is full', async () => {
    const asked: string[] = []
    const { lookup } = cached(async (name) => {
      asked.push(name)
      return answer
    }, 2)
    for (const name of ['a', 'b', 'c', 'b', 'a']) await lookup(name)
    expect(asked).toEqual(['a', 'b', 'c', 'a'])
  })
})

describe('the resolver', () => {
  it('knows "no such name" from "no word"', () => {
    for (const code of ['ENOTFOUND', 'ENODATA', 'EBADNAME']) expect(isNotFound({ code })).toBe(true)
    for (const error of [{ code: 'ETIMEOUT' }, { code: 'ESERVFAIL' }, new Error('x'), null])
      expect(isNotFound(error)).toBe(false)
  })

  it('rejects a name that can be none without asking anybody', async () => {
    const error: unknown = await makeDnsResolver()(`${'x'.repeat(64)}.test`).catch((e: unknown) => e)
    expect(isNotFound(error)).toBe(true)
  })
})

describe('overrides', () => {
  const overrideOf = makeOverrides({
    'shop.test': '127.0.0.1',
    '*.test': '127.0.0.2',
    '*.shop.test': '127.0.0.3',
  })
  it.each([
    ['shop.test', '127.0.0.1'],
    ['shop.test.', '127.0.0.1'],
    ['other.test', '127.0.0.2'],
    ['a.b.test', '127.0.0.2'],
    ['www.shop.test', '127.0.0.3'],
    ['test', null],
    ['shop.test.example', null],
    ['constructor', null],
  ])('%s is at %s', (hostname, ip) => {
    expect(overrideOf(hostname)).toBe(ip)
  })
})
