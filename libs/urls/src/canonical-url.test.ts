import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalUrl, makeResolver, maxUrlChars } from './canonical-url.ts'

const base = 'https://shop.test/a/b/page.html?x=1#top'

/** A leading space is dropped by URL parsing, and no fast way takes it. */
const theSlowWay = (reference: string, base?: string) => canonicalUrl(` ${reference}`, base)

describe('canonicalUrl', () => {
  it.each([
    ['HTTP://Shop.TEST:80', 'http://shop.test/'],
    ['https://shop.test:443/a', 'https://shop.test/a'],
    ['http://shop.test:443/a', 'http://shop.test:443/a'],
    ['https://shop.test:08443/a', 'https://shop.test:8443/a'],
    ['https://user:secret@shop.test/a#b', 'https://shop.test/a'],
    ['https://shop.test./a', 'https://shop.test/a'],
    ['https://shop.test/a/./b/../c', 'https://shop.test/a/c'],
    ['https://shop.test/a/%2e%2E/c', 'https://shop.test/c'],
    ['https://shop.test//a///b', 'https://shop.test/a/b'],
    ['https://shop.test/save/http://other.test/x', 'https://shop.test/save/http://other.test/x'],
    ['https://shop.test/%7euser/%e4', 'https://shop.test/~user/%E4'],
    ['https://shop.test/100%', 'https://shop.test/100%25'],
    ['https://bücher.test/ü?ü=ü', 'https://xn--bcher-kva.test/%C3%BC?%C3%BC=%C3%BC'],
    ['https://shop.test/?', 'https://shop.test/'],
    ['https://shop.test/?b=2&a=1&&b=1&c=&=x', 'https://shop.test/?a=1&b=2&b=1&c'],
    ['https://shop.test/?PHPSESSID=abc', 'https://shop.test/'],
    ['https://shop.test/x;jsessionid=0A1B?y=1', 'https://shop.test/x?y=1'],
    ['https://shop.test/(S(lit3py55t21z5v55vlm25s55))/x', 'https://shop.test/x'],
    ['https://shop.test/?sid=0123456789abcdef', 'https://shop.test/'],
    ['https://shop.test/?sid=12', 'https://shop.test/?sid=12'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://[::FFFF:7f00:1]:8080/', 'http://[::ffff:127.0.0.1]:8080/'],
    ['http://[2001:DB8::1]/', 'http://[2001:db8::1]/'],
    ['  https://shop.test/a\n/b ', 'https://shop.test/a/b'],
    ['https:\\\\shop.test\\a', 'https://shop.test/a'],
  ])('writes %s as %s', (url, canonical) => {
    expect(canonicalUrl(url)).toBe(canonical)
  })

  it.each([
    ['', 'https://shop.test/a/b/page.html?x=1'],
    ['#bottom', 'https://shop.test/a/b/page.html?x=1'],
    ['?y=1', 'https://shop.test/a/b/page.html?y=1'],
    ['/', 'https://shop.test/'],
    ['/c?b=1&a=2#d', 'https://shop.test/c?a=2&b=1'],
    ['//other.test', 'https://other.test/'],
    ['c.html', 'https://shop.test/a/b/c.html'],
    ['./c.html', 'https://shop.test/a/b/c.html'],
    ['../c/', 'https://shop.test/a/c/'],
    ['../../../c', 'https://shop.test/c'],
    ['..', 'https://shop.test/a/'],
    ['c:d', null],
    ['c/d:e', 'https://shop.test/a/b/c/d:e'],
    ['http://other.test/x y', 'http://other.test/x%20y'],
  ])('resolves %j to %s', (reference, canonical) => {
    expect(canonicalUrl(reference, base)).toBe(canonical)
  })

  it.each([
    '',
    '/relative',
    'mailto:a@shop.test',
    'JavaScript:void(0)',
    'data:text/html,x',
    'ftp://shop.test/',
    'file:///etc/passwd',
    'http://',
    'http://./',
    'https://a b/',
    'http://shop.test:65536/',
    'http://0../',
    'http://300.1.1.1/',
  ])('takes %j for no fetchable URL', (url) => {
    expect(canonicalUrl(url)).toBeNull()
  })

  it('resolves nothing relative against a base that is no URL', () => {
    const resolve = makeResolver('nonsense')
    expect(resolve('/a')).toBeNull()
    expect(resolve('https://shop.test')).toBe('https://shop.test/')
  })

  it('keeps a URL of maxUrlChars and refuses one more, on every way', () => {
    const longest = `https://shop.test/${'a'.repeat(maxUrlChars - 18)}`
    expect(canonicalUrl(longest)).toBe(longest)
    expect(canonicalUrl(`${longest}#fragment`)).toBe(longest)
    expect(canonicalUrl(`${longest}a`)).toBeNull()
    expect(theSlowWay(longest)).toBe(longest)
    expect(theSlowWay(`${longest}a`)).toBeNull()
    expect(canonicalUrl(longest.slice(17), base)).toBe(longest)
    expect(canonicalUrl(`${longest.slice(17)}a`, base)).toBeNull()
    expect(canonicalUrl('', `${longest}a`)).toBeNull()
    expect(canonicalUrl(`https://shop.test/${'a'.repeat(10_000_000)}`)).toBeNull()
  })

  const piece = fc.oneof(
    fc.constantFrom(
      ...['/', '//', '.', '..', '../', './', '?', '&', '=', '#', ':', ';', '%', '%41', '%2f', '%2F', '%c3%bc'],
      ...['ü', ' ', '\\', "'", '"', '|', '^', '[', '~', '+', '@', 'a', 'B', '0', '-', '_', 'sid=', 'PHPSESSID=1'],
      ...['b=1', 'a=2', 'http://', 'https://', 'shop.test', 'x', ':80', ':443', ':8080', '[::1]', '127.1', 'xn--'],
    ),
    fc.string({ maxLength: 4 }),
  )
  const reference = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''))
  const anyBase = fc.oneof(
    fc.constant(undefined),
    reference.map((tail) => `http://shop.test/${tail}`),
  )

  it('is what the slow way gives, whatever the fast ways do', () => {
    fc.assert(
      fc.property(reference, anyBase, (reference, base) => {
        expect(canonicalUrl(reference, base)).toBe(theSlowWay(reference, base))
      }),
      { numRuns: 20_000 },
    )
  })

  it('is idempotent, and absolute to every URL parser', () => {
    fc.assert(
      fc.property(reference, anyBase, (reference, base) => {
        const once = canonicalUrl(reference, base)
        if (once === null) return
        expect(canonicalUrl(once)).toBe(once)
        expect(canonicalUrl(new URL(once).href)).toBe(once)
      }),
      { numRuns: 20_000 },
    )
  })
})
