import { expect, test } from 'vitest'
import { countRequests } from './request-counts.ts'

test('pages are told apart by how often they were asked for, home pages by themselves', () => {
  const counts = countRequests({ sites: 2, pagesEach: 3 })
  counts.page(0, 0)
  counts.page(1, 0)
  counts.page(1, 0)
  counts.page(0, 1)
  counts.page(1, 2)
  counts.page(1, 2)
  counts.other('unknown')
  expect(counts.summary()).toEqual({
    ...{ requests: 6, never: 2, once: 1, more: 1, most: 2, home: 3 },
    ...{ robots: 0, sitemaps: 0, unknown: 1 },
  })
})
