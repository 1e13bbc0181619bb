import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostOfToken, hostToken, siteNamePattern } from './subjects.ts'

describe('host tokens', () => {
  it.each([
    ['shop.example.com', 'com.example.shop'],
    ['shop.example.com:8080', 'com.example.shop.p8080_'],
    ['192.0.2.7', 'ip4_.192-0-2-7'],
    ['[2001:db8::1]:81', 'ip6_.2001-db8--1.p81_'],
    ['localhost', 'localhost'],
  ])('%s is %s and back', (host, token) => {
    expect(hostToken(host)).toBe(token)
    expect(hostOfToken(token)).toBe(host)
  })

  it('round-trips every host a URL can have, as safe subject tokens', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/)
    const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => `${labels.join('.')}.test`)
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
      name,
    )
    fc.assert(
      fc.property(address, fc.option(fc.integer({ min: 1, max: 65_535 })), (hostname, port) => {
        const url = `http://${hostname}${port === null ? '' : `:${port}`}/`
        fc.pre(URL.canParse(url))
        const { host } = new URL(url)
        const token = hostToken(host)
        expect(token).toMatch(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/)
        expect(hostOfToken(token)).toBe(host)
      }),
    )
  })

  it('refuses what is no host', () => {
    expect(() => hostToken('')).toThrow(TypeError)
  })
})

describe('site names', () => {
  it.each(['a', 'lamps', 'shop-1_b'])('takes %s', (name) => expect(name).toMatch(siteNamePattern))
  it.each(['', '_', '-a', 'a.b', 'A', 'a b', 'a*', '>', '..', 'x'.repeat(65)])('refuses %j', (name) =>
    expect(name).not.toMatch(siteNamePattern),
  )
})
