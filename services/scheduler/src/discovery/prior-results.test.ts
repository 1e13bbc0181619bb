import { expect, it } from 'vitest'
import { modifiedSince, type PriorResult } from './prior-results.ts'

const fetchedAtMs = Date.UTC(2026, 10, 20, 12)
const prior: PriorResult = {
  ...{ recordRunId: 'r', fetchedAtMs, isComparable: true, etag: null, lastModified: null, content: null },
}

it.each([
  [
    'the host’s own date',
    { lastModified: 'Thu, 19 Nov 2026 00:00:00 GMT' },
    undefined,
    'Thu, 19 Nov 2026 00:00:00 GMT',
  ],
  ['nothing beside an ETag', { etag: '"1"' }, '2026-11-01', null],
  ['the fetch, where the sitemap says the page is older', {}, '2026-11-01', 'Fri, 20 Nov 2026 12:00:00 GMT'],
  ['nothing of a record that was made anew', { isComparable: false }, '2026-11-01', null],
  ['nothing where the sitemap says it is newer', {}, '2026-11-21T00:00:00Z', null],
  ['nothing where the sitemap says nothing', {}, undefined, null],
  ['nothing where the sitemap says nonsense', {}, 'yesterday', null],
])('asks whether a page changed since %s', (_what, known, lastmod, expected) => {
  expect(modifiedSince({ ...prior, ...known }, lastmod)).toBe(expected)
})
