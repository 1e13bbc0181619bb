import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CellValue, cellsOf } from '../column.ts'
import { type Change, diffColumns } from '../diff.ts'
import { seoColumns } from '../seo-columns.ts'
import { summarySheet } from '../summary.ts'
import { parseCsv, recordOf, reportOf, rowOf, seoOf } from '../testing.ts'
import { openWorkbook } from './workbook.ts'

const run = promisify(execFile)
const hasOffice = ((): boolean => {
  try {
    execFileSync('soffice', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** Every sheet as CSV, values as they are stored: separator, quote, UTF-8, from line 1, no formats, all sheets. */
const csvFilter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1'

const titles = ['=1+1', '-5', "'quoted", 'a "b" & <c>', 'Größe 😀 日本語', '_x0041_', 'plain', 'x'.repeat(33_000)]
const change: Change = {
  url: 'https://shop.example/a',
  change: 'changed',
  field: 'Price',
  old: 12.5,
  new: 10,
  difference: -2.5,
  percent: -20,
  name: 'A',
  reason: null,
}

describe.skipIf(!hasOffice)('LibreOffice (skipped where soffice is absent)', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'office-test-'))
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  test('opens a workbook and reads the values that were written', async () => {
    const rows = titles.map((title, n) =>
      cellsOf(
        seoColumns,
        rowOf(
          recordOf({
            url: `https://shop.example/${n}`,
            lastModified: 'Wed, 18 Nov 2026 07:28:00 GMT',
            seo: seoOf({ title, wordCount: 1_234_567 }),
          }),
        ),
      ),
    )
    const book = openWorkbook({ dir, name: 'parts' })
    const rule = { column: 'Percent', style: 'good', formula: 'AND({Field}="Price",{Percent}<0)' } as const
    const seo = await book.table('SEO', seoColumns)
    const changes = await book.table('Changes', diffColumns, [rule])
    for (const row of rows) await seo.add(row)
    await changes.add(cellsOf(diffColumns, change))
    const diff = { added: 1, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 }
    const report = reportOf({
      outcomes: { ok: 8 },
      rows: { full: 0, seo: 8, issues: 3 },
      diff,
      issues: { 'h1-missing': 3 },
    })
    const xml = summarySheet(report, { allSourcesRead: true, maxSheetPagesPerCode: 10 })
    await book.finish(join(dir, 'book.xlsx'), { name: 'Summary', xml })
    await book.dispose()

    await run(
      'soffice',
      [
        `-env:UserInstallation=file://${dir}/profile`,
        '--headless',
        '--convert-to',
        csvFilter,
        '--outdir',
        dir,
        join(dir, 'book.xlsx'),
      ],
      { timeout: 60_000 },
    )
    const files = (await readdir(dir)).filter((name) => name.endsWith('.csv')).sort()
    expect(files).toEqual(['book-Changes.csv', 'book-SEO.csv', 'book-Summary.csv'])
    const read = async (name: string) => parseCsv((await readFile(join(dir, name), 'utf8')).replace(/\r?\n/g, '\r\n'))
    expect(await read('book-SEO.csv')).toEqual([
      seoColumns.map((column) => column.name),
      ...rows.map((row) => row.map(shown)),
    ])
    expect((await read('book-Changes.csv'))[1]).toEqual(cellsOf(diffColumns, change).map((cell) => shown(cell, -1)))
    expect((await read('book-Summary.csv')).find(([label]) => label === 'Added')?.slice(0, 2)).toEqual(['Added', '1'])
    const issue = (await read('book-Summary.csv')).find(([label]) => label === 'Headings: h1 missing')
    expect(issue?.slice(1, 5)).toEqual(['Issue', 'Medium', '3', '37.5'])
  }, 90_000)
})

function shown(cell: CellValue, index: number): string {
  if (cell === null) return ''
  if (typeof cell === 'number')
    return seoColumns[index]?.type === 'date'
      ? new Date(cell).toISOString().slice(0, 19).replace('T', ' ')
      : String(cell)
  return cell.length > 32_767 ? `${cell.slice(0, 32_767 - 7)}… [cut]` : cell
}
