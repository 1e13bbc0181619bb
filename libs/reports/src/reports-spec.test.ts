import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { diffColumns } from './diff.ts'
import { errorColumns } from './error-columns.ts'
import { fullColumns } from './full-columns.ts'
import { issueColumns } from './issues/issue-columns.ts'
import { reportsSpec } from './reports-spec.ts'
import { runSiteColumns } from './run-summary.ts'
import { seoColumns } from './seo-columns.ts'

test('docs/reports_spec.md says what the tables say (npm run docs)', () => {
  const text = readFileSync(new URL('../../../docs/reports_spec.md', import.meta.url), 'utf8')
  expect(text).toBe(reportsSpec())
})

test.each(Object.entries({ fullColumns, seoColumns, issueColumns, diffColumns, errorColumns, runSiteColumns }))(
  '%s: no name stands twice',
  (_name, columns) => {
    const names = columns.map((column) => column.name)
    expect(new Set(names).size).toBe(names.length)
  },
)

test('seo.csv begins with the columns of the trade, in their order', () => {
  expect(seoColumns.slice(0, 8).map((column) => column.name)).toEqual([
    'Address',
    'Content Type',
    'Status Code',
    'Status',
    'Indexability',
    'Indexability Status',
    'Title 1',
    'Title 1 Length',
  ])
})
