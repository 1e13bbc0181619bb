import { expect, test } from 'vitest'
import { isListed, linksOf } from './graph.ts'

test.each([1, 10, 50, 5_000])('every page of a site of %i is in a sitemap or linked from one that is', (pagesEach) => {
  const found = new Set(Array.from({ length: pagesEach }, (_, page) => page).filter(isListed))
  for (const page of [...found]) for (const link of linksOf(page, pagesEach)) found.add(link)
  expect(found.size).toBe(pagesEach)
})

test('a page links to other pages of its site alone, to each once', () => {
  for (const page of [0, 1, 99, 100, 4_999]) {
    const links = linksOf(page, 5_000)
    expect(new Set(links).size).toBe(links.length)
    expect(links.every((to) => to >= 0 && to < 5_000 && to !== page)).toBe(true)
  }
})
