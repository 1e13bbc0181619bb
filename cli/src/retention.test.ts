import { expect, test } from 'vitest'
import { retentionText } from './retention.ts'

const siteRun = {
  runId: '019aa000-0000-7000-8000-000000000001',
  site: 'shop',
  reason: 'runs',
  finishedAt: '2026-11-20T10:00:00.000Z',
  pages: 1_200,
  artifactBytes: 3_400_000,
  plannedAt: null,
} as const

test('what would go is listed with its reason, and that nothing was done', () => {
  expect(retentionText({ siteRuns: [siteRun], total: 3, pages: 3_600, artifactBytes: 10_000_000 }, true)).toBe(
    [
      'run                                   site  ended             pages  reports  why',
      '019aa000-0000-7000-8000-000000000001  shop  2026-11-20 10:00  1,200  3.4 MB   newer ones are enough',
      'and 2 more',
      '',
      '3 site runs, 3,600 pages, 10.0 MB of reports, and their stored pages would go: nothing was done.',
      '',
    ].join('\n'),
  )
})

test('nothing to let go of is one line', () => {
  expect(retentionText({ siteRuns: [], total: 0, pages: 0, artifactBytes: 0 }, false)).toBe(
    'Everything is to be kept.\n',
  )
})
