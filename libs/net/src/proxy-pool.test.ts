import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ProxyError, parseProxies } from './proxy.ts'
import { makeProxyPool } from './proxy-pool.ts'

describe('a proxy', () => {
  it('shows its credentials to nobody', () => {
    const [proxy] = parseProxies(['http://user:s3cret@proxy.test:3128'])
    const shown = [
      JSON.stringify(proxy),
      inspect(proxy, { depth: 9, showHidden: true }),
      String(proxy?.id),
      inspect(new ProxyError(proxy!, 'gone'), { depth: 9 }),
      JSON.stringify(makeProxyPool({ proxies: [proxy!], nowMs: () => 0 }).states()),
    ].join()
    expect(shown).toContain('http://proxy.test:3128')
    expect(shown).not.toContain('s3cret')
    expect(proxy?.authorization()).toBe(`Basic ${Buffer.from('user:s3cret').toString('base64')}`)
  })

  it('is named by its place where it can not be read, not by its text', () => {
    const bad = [
      'http://ok.test',
      'ftp://u:s3cret@a.test',
      'http://u:s3cret@',
      'http://a.test/s3cret',
      'socks5://u%:s3cret@a.test',
    ]
    expect(() => parseProxies(bad)).toThrow(/^proxy #2, #3, #4, #5: expected /)
    try {
      parseProxies(bad)
    } catch (error) {
      expect(inspect(error)).not.toContain('s3cret')
    }
  })

  it('has the default port of its kind', () => {
    expect(parseProxies(['http://a.test', 'socks5://b.test', 'socks5h://c.test:99']).map((p) => p.id)).toEqual([
      'http://a.test:80',
      'socks5://b.test:1080',
      'socks5://c.test:99',
    ])
  })
})

describe('a proxy pool', () => {
  function pool(count: number) {
    const clock = { nowMs: 1_000 }
    const proxies = parseProxies(Array.from({ length: count }, (_, i) => `http://p${i}.test`))
    const made = makeProxyPool({ proxies, nowMs: () => clock.nowMs, ejectBaseMs: 100, ejectCapMs: 350 })
    const turns = (n: number) => Array.from({ length: n }, () => made.next().hostname.slice(0, 2)).join(' ')
    return { clock, turns, ...made }
  }

  it('takes turns', () => {
    expect(pool(3).turns(7)).toBe('p0 p1 p2 p0 p1 p2 p0')
  })

  it('leaves out one that failed, for a time that doubles up to its cap', () => {
    const { clock, proxies, turns, report, states } = pool(2)
    for (const lasts of [100, 200, 350, 350]) {
      report(proxies[0]!, 'failed')
      expect(states()[0]?.ejectedUntilMs).toBe(clock.nowMs + lasts)
      expect(turns(3)).toBe('p1 p1 p1')
      clock.nowMs += lasts
      expect(turns(2).split(' ').sort()).toEqual(['p0', 'p1'])
    }
    report(proxies[0]!, 'worked')
    report(proxies[0]!, 'failed')
    expect(states()[0]?.ejectedUntilMs).toBe(clock.nowMs + 100)
  })

  it('takes one back at once when it works after all', () => {
    const { proxies, turns, report } = pool(2)
    report(proxies[0]!, 'failed')
    report(proxies[0]!, 'worked')
    expect(turns(2)).toBe('p0 p1')
  })

  it('never sends off the last one', () => {
    const { proxies, turns, report } = pool(2)
    report(proxies[0]!, 'failed')
    for (let i = 0; i < 9; i++) report(proxies[1]!, 'failed')
    expect(turns(2)).toBe('p1 p1')
    const alone = pool(1)
    for (let i = 0; i < 9; i++) alone.report(alone.proxies[0]!, 'failed')
    expect(alone.turns(2)).toBe('p0 p0')
  })

  it('is not lengthened by late news of one that is out already', () => {
    const { clock, proxies, report, states } = pool(2)
    report(proxies[0]!, 'failed')
    report(proxies[0]!, 'failed')
    expect(states()[0]).toEqual({ id: 'http://p0.test:80', ejectedUntilMs: clock.nowMs + 100, ejections: 1 })
  })

  it('suspects a proxy that leaves connections hanging only after five in a row', () => {
    const { proxies, turns, report } = pool(2)
    for (let i = 0; i < 4; i++) report(proxies[0]!, 'suspect')
    report(proxies[0]!, 'worked')
    for (let i = 0; i < 4; i++) report(proxies[0]!, 'suspect')
    expect(turns(2)).toBe('p0 p1')
    report(proxies[0]!, 'suspect')
    expect(turns(2)).toBe('p1 p1')
  })

  it('can not be empty', () => {
    expect(() => makeProxyPool({ proxies: [], nowMs: () => 0 })).toThrow(RangeError)
  })
})
