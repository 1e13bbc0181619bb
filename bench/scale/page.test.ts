import { expect, test } from 'vitest'
import { pageTitle } from '../page-title.ts'
import { factsOf, pageOfPath, pathOf, renderPage } from './page.ts'

const site = { origin: 'http://site-007.scale.test:1', pagesEach: 5_000 }

test('a path names its page and no other', () => {
  for (const page of [0, 1, 99, 100, 4_999]) expect(pageOfPath(pathOf(page), 5_000)).toBe(page)
  for (const path of [
    '/range-0',
    '/range-1/item-5',
    '/range-0/item-05',
    '/range-50/item-5000',
    '//',
    '/range-0/item-0',
  ])
    expect(pageOfPath(path, 5_000)).toBeUndefined()
})

test('a page is the same each time, another for each number, and about 3 KB large', () => {
  const page = renderPage(7, 42, site)
  expect(renderPage(7, 42, site)).toBe(page)
  expect(renderPage(7, 43, site)).not.toBe(page)
  expect(page.length).toBeGreaterThan(2_500)
  expect(page.length).toBeLessThan(4_000)
})

test('a page says what its facts say', () => {
  for (const page of [0, 1, 3, 4, 42]) {
    const html = renderPage(7, page, site)
    const facts = factsOf(7, page)
    expect(pageTitle(Buffer.from(html))).toBe(facts.title)
    expect(html).toContain(`<link rel="canonical" href="${site.origin}${facts.path}">`)
    expect(html.includes('application/ld+json')).toBe(facts.product !== null)
  }
})
