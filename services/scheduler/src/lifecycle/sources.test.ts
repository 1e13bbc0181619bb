import { expect, test } from 'vitest'
import { testSite } from '../testing/fixtures.ts'
import { firstUrls, robotsTask } from './sources.ts'

const names = (site: ReturnType<typeof testSite>, announced = false) =>
  firstUrls(site, announced).map(({ url, kind, optional }) => [kind, url, optional ?? false])

test('preflight asks for robots.txt of the first start URL’s host', () => {
  expect(robotsTask(testSite('a', { startUrls: ['https://a.test:8443/shop/?x=1'] }))).toMatchObject({
    kind: 'robots',
    url: 'https://a.test:8443/robots.txt',
  })
})

test('where nobody names a sitemap the usual one is tried, and may be missing', () => {
  expect(names(testSite('a'))).toEqual([
    ['page', 'https://a.test/', false],
    ['sitemap', 'https://a.test/sitemap.xml', true],
  ])
})

test('where robots.txt names sitemaps the usual one is not tried', () => {
  expect(names(testSite('a'), true)).toEqual([['page', 'https://a.test/', false]])
})

test('sitemaps of the site itself have to be there', () => {
  const site = testSite('a', { sitemaps: ['https://a.test/map.xml'] })
  expect(names(site, true)).toContainEqual(['sitemap', 'https://a.test/map.xml', false])
})

test('an empty list means no sitemap', () => {
  expect(names(testSite('a', { sitemaps: [] }))).toEqual([['page', 'https://a.test/', false]])
})
