import { describe, expect, test } from 'vitest'
import { readSite } from './served.ts'
import { chaosSites } from './sites.ts'

const origin = (name: string) => `http://${name}.chaos.test:8080`

describe.each(chaosSites.map((site) => [site.name, site] as const))('%s', (name, site) => {
  test('serves the same in the same generation', () => {
    expect(readSite(origin(name), 7)).toEqual(readSite(origin(name), 7))
  })

  test('has pages that an independent reader finds titles in', () => {
    const good = [...readSite(origin(name), 3).pages.values()].filter(({ status }) => status === 200)
    expect(good.length).toBeGreaterThan(15)
    for (const { title, h1, description } of good) expect([title, h1, description]).not.toContain('')
  })

  test('leads to all its pages', () => {
    if (site.hasSitemap) return
    const pages = site.pages(1, origin(name))
    const reached = new Set(['/'])
    for (const path of reached)
      for (const [, href = ''] of pages.get(path)!.body.matchAll(/<a href="([^"]+)"/g)) reached.add(href)
    expect([...reached].sort()).toEqual([...pages.keys()].sort())
  })
})

test('sites change from generation to generation in every way that reports tell', () => {
  const pagesOf = (name: string, generation: number) => readSite(origin(name), generation).pages
  const [before, after] = [pagesOf('shop', 1), pagesOf('shop', 2)]
  expect([...before.keys()].some((url) => !after.has(url))).toBe(true)
  expect([...after].some(([url, { price }]) => before.has(url) && before.get(url)!.price !== price)).toBe(true)
  const statuses = (generation: number) => [...pagesOf('troubled', generation).values()].map(({ status }) => status)
  expect(new Set(statuses(1))).toEqual(new Set([200, 301, 410, 500]))
  expect(statuses(1)).not.toEqual(statuses(2))
})
