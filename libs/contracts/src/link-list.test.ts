import { expect, it } from 'vitest'
import { hash64, readLinks, writeLink } from './link-list.ts'

it('reads the links that it wrote', () => {
  const written = writeLink('https://a.test/', 1, false) + writeLink('https://a.test/b', 40, true)
  expect([...readLinks(written)]).toEqual([
    { hash: hash64('https://a.test/'), times: 1, nofollow: false },
    { hash: hash64('https://a.test/b'), times: 31, nofollow: true },
  ])
  expect(written).toMatch(/^[\w-]{24}$/)
})

it('gives every URL of a large site a hash of its own, whatever little they differ in', () => {
  const hashes = new Set<string>()
  const count = 200_000
  for (let i = 0; i < count; i++) hashes.add(hash64(`https://shop.test/p/${i}`))
  expect(hashes.size).toBe(count)
  // Each half alone has 32 bits: about five of them collide by chance.
  expect(new Set([...hashes].map((hash) => hash.slice(0, 5))).size).toBeGreaterThan(count * 0.999 - count * 0.0005)
  expect(new Set([...hashes].map((hash) => hash.slice(6))).size).toBeGreaterThan(count * 0.98)
})

it('never changes: records of other runs hold it', () => {
  expect(hash64('')).toMatchInlineSnapshot(`"ZAe8Um2hg6Y"`)
  expect(hash64('https://shop.test/ä')).toMatchInlineSnapshot(`"cEpoBgHx2yk"`)
})
