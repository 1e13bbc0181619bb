import { join } from 'node:path'
import { constants, createZstdCompress } from 'node:zlib'
import type { SiteField } from '@seine/contracts'
import {
  type Column,
  cellsOf,
  csvHeader,
  csvLine,
  csvStart,
  diffColumns,
  errorColumns,
  fieldColumns,
  fullColumns,
  issueColumns,
  openTextFile,
  openWorkbook,
  priceFields,
  type SheetRule,
  seoColumns,
  snapshotHeader,
  type Table,
  type TextFile,
} from '@seine/reports'

const isPrice = `OR(${priceFields.map((field) => `{Field}="${field}"`).join(',')})`
const changeRules: readonly SheetRule[] = [
  ...['Difference', 'Percent'].flatMap((column): SheetRule[] => [
    { column, style: 'good', formula: `AND(${isPrice},ISNUMBER({${column}}),{${column}}<0)` },
    { column, style: 'bad', formula: `AND(${isPrice},ISNUMBER({${column}}),{${column}}>0)` },
  ]),
  { column: 'Change', style: 'bad', formula: '{Change}="removed"' },
  { column: 'Change', style: 'good', formula: '{Change}="added"' },
  { column: 'Change', style: 'quiet', formula: '{Change}="not_checked"' },
]
const issueRules: readonly SheetRule[] = [
  { column: 'Severity', style: 'bad', formula: '{Severity}="Issue"' },
  { column: 'Severity', style: 'quiet', formula: '{Severity}="Warning"' },
  { column: 'Severity', style: 'calm', formula: '{Severity}="Opportunity"' },
]
const seoRules: readonly SheetRule[] = [
  {
    column: 'Status Code',
    style: 'bad',
    formula: 'AND(ISNUMBER({Status Code}),OR({Status Code}=0,{Status Code}>=400))',
  },
  {
    column: 'Status Code',
    style: 'quiet',
    formula: 'AND(ISNUMBER({Status Code}),{Status Code}>=300,{Status Code}<400)',
  },
  { column: 'Indexability', style: 'quiet', formula: '{Indexability}="Non-Indexable"' },
]

/**
 * The files of a site run while they are written. Nothing of them is kept unless `end` was reached; `abort` removes what is
 * there, also after it.
 */
export async function openSiteFiles({
  dir,
  site,
  runId,
  fields,
}: {
  dir: string
  site: string
  runId: string
  /** The site's own: columns at the end of full.csv. */
  fields: readonly SiteField[]
}) {
  const opened: TextFile[] = []
  const open = (name: string, ...through: Parameters<typeof openTextFile>[1][]): TextFile => {
    const file = openTextFile(join(dir, name), ...through)
    opened.push(file)
    return file
  }
  const book = openWorkbook({ dir, name: 'workbook' })
  // In the order of sheets.
  const productColumns = [...fullColumns, ...fieldColumns(fields)]
  const full = await table(open('full.csv'), productColumns, await book.table('Products', productColumns))
  const seo = await table(open('seo.csv'), seoColumns, await book.table('SEO', seoColumns, seoRules))
  const issueSheet = await book.table('Issues', issueColumns, issueRules)
  const issues = await table(open('issues.csv'), issueColumns, null)
  const changes = await table(open('diff.csv'), diffColumns, await book.table('Changes', diffColumns, changeRules))
  const errors = await book.table('Errors', errorColumns)
  const level = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
  const snapshot = open('snapshot.ndjson.zst', [createZstdCompress(level)])
  await snapshot.write(snapshotHeader({ runId, site }))

  return {
    full,
    seo,
    issues,
    issueSheet,
    changes,
    errors,
    snapshot,
    /** Writes the workbook and `report.json`; gives all files by name, in the order in which they are stored. */
    async end(summaryXml: string, reportJson: string): Promise<{ name: string; file: string }[]> {
      await open('report.json').write(reportJson)
      for (const file of opened) await file.end()
      await book.finish(join(dir, `${site}.xlsx`), { name: 'Summary', xml: summaryXml })
      const names = [
        'full.csv',
        'seo.csv',
        'issues.csv',
        'diff.csv',
        `${site}.xlsx`,
        'report.json',
        'snapshot.ndjson.zst',
      ]
      return names.map((name) => ({ name, file: join(dir, name) }))
    },
    async abort(): Promise<void> {
      for (const file of opened) await file.abort()
      await book.dispose()
    },
  }
}

/** A table as a CSV and, if there is one, a sheet, from one set of cells. */
async function table<Row>(file: TextFile, columns: readonly Column<Row>[], sheet: Table | null) {
  await file.write(csvStart + csvHeader(columns))
  let rows = 0
  return {
    get rows() {
      return rows
    },
    async add(row: Row): Promise<void> {
      rows++
      const cells = cellsOf(columns, row)
      await file.write(csvLine(columns, cells))
      await sheet?.add(cells)
    },
  }
}
