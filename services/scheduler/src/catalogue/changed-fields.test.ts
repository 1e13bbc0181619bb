import { expect, test } from 'vitest'
import { testSite } from '../testing/fixtures.ts'
import { changedFields } from './changed-fields.ts'

test('fields that came, went or have another value are named, and no others', () => {
  const before = testSite('lamps', { group: 'shops', hosts: ['a.test'], maxPages: 5 })
  const after = testSite('lamps', { hosts: ['a.test'], maxPages: 6, sitemaps: [] })
  expect(changedFields(before, after)).toEqual(['group', 'maxPages', 'sitemaps'])
  expect(changedFields(before, structuredClone(before))).toEqual([])
})
