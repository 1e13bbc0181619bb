import { describe, expect, it } from 'vitest'
import { homeOf, hostOf } from './host.ts'
import { extensionOf, makeScope, siteHosts } from './scope.ts'

const site = { startUrls: ['https://shop.test/'], hosts: ['cdn.shop.test:8443'], include: [], exclude: [] }

describe('hostOf and homeOf', () => {
  it.each([
    ['https://shop.test/a', 'shop.test', 'https://shop.test/'],
    ['https://shop.test', 'shop.test', 'https://shop.test/'],
    ['http://shop.test:80/', 'shop.test', 'http://shop.test/'],
    ['http://shop.test:8080/x', 'shop.test:8080', 'http://shop.test:8080/'],
    ['http://127.0.0.1:34567/x', '127.0.0.1:34567', 'http://127.0.0.1:34567/'],
    ['http://127.1/x', '127.0.0.1', 'http://127.0.0.1/'],
    ['http://[::1]:81/x', '[::1]:81', 'http://[::1]:81/'],
    ['http://user@Shop.Test/x', 'shop.test', 'http://shop.test/'],
  ])('of %s are %s and %s', (url, host, home) => {
    expect(hostOf(url)).toBe(host)
    expect(hostOf(url)).toBe(new URL(url).host)
    expect(homeOf(url)).toBe(home)
  })

  it('throw where there is no URL', () => {
    expect(() => hostOf('shop.test')).toThrow(TypeError)
    expect(() => homeOf('shop.test')).toThrow(TypeError)
  })
})

describe('makeScope', () => {
  const scope = makeScope(site)

  it.each([
    'https://shop.test/',
    'http://shop.test/a.html?b=c.jpg',
    'https://cdn.shop.test:8443/x',
    'https://shop.test/wiki/File:Map.png',
    'https://shop.test/v1.2/',
    'https://shop.test/feed.xml',
    'https://shop.test/release-1.20260101',
  ])('lets %s in', (url) => {
    expect(scope(url)).toEqual({ allowed: true })
  })

  it.each([
    ['ftp://shop.test/', 'scheme'],
    ['https://blog.shop.test/', 'host'],
    ['https://shop.test:8443/', 'host'],
    ['https://cdn.shop.test/', 'host'],
    ['https://shop.test.evil.test/', 'host'],
    ['https://shop.test/a/Photo.JPG', 'extension'],
    ['https://shop.test/a.tar.gz?download=1', 'extension'],
    ['https://shop.test/font.woff2', 'extension'],
    ['https://shop.test/film.mp4', 'extension'],
  ])('keeps %s out for its %s', (url, reason) => {
    expect(scope(url)).toEqual({ allowed: false, reason })
  })

  it('wants one of the include patterns and none of the exclude patterns', () => {
    const scope = makeScope({ ...site, include: ['/p/', '/c/'], exclude: ['[?&]sort=', '/c/old'] })
    expect(scope('https://shop.test/p/1')).toEqual({ allowed: true })
    expect(scope('https://shop.test/c/1')).toEqual({ allowed: true })
    expect(scope('https://shop.test/about')).toEqual({ allowed: false, reason: 'include' })
    expect(scope('https://shop.test/c/old')).toEqual({ allowed: false, reason: 'exclude' })
    expect(scope('https://shop.test/p/1?sort=price')).toEqual({ allowed: false, reason: 'exclude' })
  })

  it('knows a host in any spelling', () => {
    const hosts = ['WWW.Shop.Test', 'shop.test:443', 'bücher.test']
    expect([...siteHosts({ startUrls: ['https://SHOP.test:443/x'], hosts })]).toEqual([
      'shop.test',
      'www.shop.test',
      'xn--bcher-kva.test',
    ])
  })
})

describe('extensionOf', () => {
  it.each([
    ['https://shop.test', null],
    ['https://shop.test/', null],
    ['https://shop.test/a', null],
    ['https://shop.test/a.b/c', null],
    ['https://shop.test/a.PNG', 'png'],
    ['https://shop.test/a?b=/c.png', null],
    ['https://shop.test/a.png?b=/c.gif', 'png'],
  ])('of %s is %s', (url, extension) => {
    expect(extensionOf(url)).toBe(extension)
  })
})

describe('siteHosts', () => {
  it('gives an address no name with www.', () => {
    const startUrls = ['http://[::1]/', 'http://10.0.0.1:8080/', 'https://[2001:db8::1]:8443/x']
    expect([...siteHosts({ startUrls, hosts: [] })].sort()).toEqual(['10.0.0.1:8080', '[2001:db8::1]:8443', '[::1]'])
  })

  it('takes a start URL’s host with and without www.', () => {
    const hosts = siteHosts({ startUrls: ['https://www.shop.test/', 'http://b.test:8080/'], hosts: ['Cdn.test:443'] })
    expect([...hosts].sort()).toEqual(['b.test:8080', 'cdn.test', 'shop.test', 'www.b.test:8080', 'www.shop.test'])
  })
})
