import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { diffColumns } from './diff.ts'
import { errorColumns } from './error-columns.ts'
import { fullColumns } from './full-columns.ts'
import { reportsSpec } from './reports-spec.ts'
import { seoColumns } from './seo-columns.ts'

test('docs/reports_spec.md says what the tables say (node docs/generate-reports-spec.ts)', () => {
  const text = readFileSync(new URL('../../../docs/reports_spec.md', import.meta.url), 'utf8')
  expect(text).toBe(reportsSpec())
})

test.each(Object.entries({ fullColumns, seoColumns, diffColumns, errorColumns }))(
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
