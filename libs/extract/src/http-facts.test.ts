import { httpFactsSchema } from '@seine/contracts'
import { expect, it } from 'vitest'
import { cpuMsOf } from './cpu-time.fixture.ts'
import { readHttpFacts } from './http-facts.ts'

const read = (headers: Record<string, string>, url = 'https://shop.test/a/b') => readHttpFacts({ url, headers })

it('reads the Link header, relative to the page', () => {
  expect(
    read({
      link: '<../c>; rel="canonical", <https://shop.test/a,b?p=2>; title="x, y"; rel=next, </0>; rel="prev start", </de>; rel=alternate; hreflang="de-AT", <mailto:x@y.z>; rel=next',
    }),
  ).toMatchObject({
    canonical: 'https://shop.test/c',
    next: 'https://shop.test/a,b?p=2',
    prev: 'https://shop.test/0',
    hreflang: [{ lang: 'de-AT', url: 'https://shop.test/de' }],
  })
  expect(read({ link: 'nonsense, <' })).toEqual({ security: [] })
})

it('counts cookies and names each once', () => {
  expect(read({ 'set-cookie': 'a=1; Path=/; Secure\nb=2; HttpOnly\na=3; secure' }).cookies).toEqual({
    count: 3,
    notSecure: 1,
    names: ['a', 'b'],
  })
})

it('counts only protections that browsers heed', () => {
  const strong = {
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer, strict-origin-when-cross-origin',
  }
  expect(read(strong).security).toEqual(['hsts', 'csp', 'nosniff', 'frame-options', 'referrer-policy'])
  expect(read(strong, 'http://shop.test/').security).not.toContain('hsts')
  expect(
    read({
      'strict-transport-security': 'max-age=0',
      'x-frame-options': 'ALLOW-FROM x',
      'x-content-type-options': 'none',
      'referrer-policy': 'unsafe-url',
    }).security,
  ).toEqual([])
})

it('keeps within the contract whatever the server sends', () => {
  const facts = readHttpFacts({
    url: 'https://shop.test/',
    httpVersion: '1.1',
    headers: {
      link: Array.from({ length: 400 }, (_, i) => `</${i}>; rel=alternate; hreflang=${'x'.repeat(60)}`).join(', '),
      'set-cookie': Array.from({ length: 400 }, (_, i) => `${'n'.repeat(200)}${i}=1`).join('\n'),
      'x-robots-tag': 'n'.repeat(9_000),
    },
  })
  expect(httpFactsSchema.parse(facts)).toEqual(facts)
})

it('takes no long time over a hostile Link header', async () => {
  const links = [`<x>${';a=b '.repeat(20_000)}`, `${'<x>; a'.repeat(20_000)}`]
  expect(await cpuMsOf(() => links.map((link) => read({ link })))).toBeLessThan(500)
})
