import { expect, test } from 'vitest'
import { isListed } from './graph.ts'
import { pathOf } from './page.ts'
import { pagesOfSitemap, sitemap, sitemapCount, sitemapIndex } from './sitemaps.ts'

const origin = 'http://site-000.scale.test:1'
const locationsOf = (xml: string): string[] => [...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url!)

test('all sitemaps together name each listed page once', () => {
  const pagesEach = pagesOfSitemap + 25
  const index = locationsOf(sitemapIndex(origin, pagesEach))
  expect(index).toEqual([`${origin}/sitemap-0.xml`, `${origin}/sitemap-1.xml`])
  const urls = index.flatMap((_, part) => locationsOf(sitemap(origin, pagesEach, part)))
  const listed = Array.from({ length: pagesEach }, (_, page) => page).filter(isListed)
  expect(urls).toEqual(listed.map((page) => `${origin}${pathOf(page)}`))
})

test('a site of a sitemap’s size has one', () => {
  expect(sitemapCount(pagesOfSitemap)).toBe(1)
})
