import { join } from 'node:path'
import { constants, createZstdCompress } from 'node:zlib'
import type { DiffCounts } from '@seine/contracts'
import {
  type Change,
  type Column,
  cellsOf,
  changeKey,
  csvHeader,
  csvLine,
  csvStart,
  diffColumns,
  diffPage,
  entryToKeep,
  errorColumns,
  fullColumns,
  isProductRow,
  isReported,
  type JoinedPage,
  makeExternalSort,
  noDiff,
  openTextFile,
  openWorkbook,
  priceFields,
  type SheetRule,
  seoColumns,
  snapshotHeader,
  snapshotLine,
  summarySheet,
  type Table,
  type TextFile,
} from '@seine/reports'

export interface ReportOptions {
  readonly dir: string
  readonly runId: string
  readonly site: string
  /** The run whose snapshot the pages' `previous` are from. Null: there is none, and diff.csv is a header alone. */
  readonly previousRunId: string | null
  readonly allSourcesRead: boolean
  readonly sortMemoryBytes: number
}

export interface WrittenReports {
  /** By name in the artifact folder. Empty where pages are missing: nothing is written then. */
  readonly files: readonly { readonly name: string; readonly file: string }[]
  readonly missingUrlIds: readonly string[]
  readonly diff: DiffCounts
}

/** Most ids of missing pages in one answer; more come up at the next attempt. */
export const maxMissing = 5_000

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

/** Writes all files of a site run in one pass over its pages. The same pages give the same bytes: keeps I8. */
export async function writeSiteReports(
  pages: AsyncIterable<JoinedPage>,
  options: ReportOptions,
): Promise<WrittenReports> {
  const { dir, runId, site, previousRunId, sortMemoryBytes } = options
  const fileOf = (name: string): string => join(dir, name)
  const opened: TextFile[] = []
  const open = (name: string, ...through: Parameters<typeof openTextFile>[1][]): TextFile => {
    const file = openTextFile(fileOf(name), ...through)
    opened.push(file)
    return file
  }
  const book = openWorkbook({ dir, name: 'workbook' })
  await using changes = makeExternalSort({ dir, maxBytes: sortMemoryBytes })
  const diff = { ...noDiff }
  const outcomes: Record<string, number> = {}
  const reasons: Record<string, number> = {}
  const missingUrlIds: string[] = []
  try {
    const full = await table(open('full.csv'), fullColumns, await book.table('Products', fullColumns))
    const seo = await table(open('seo.csv'), seoColumns, await book.table('SEO', seoColumns))
    const changed = await table(open('diff.csv'), diffColumns, await book.table('Changes', diffColumns, changeRules))
    const errors = await book.table('Errors', errorColumns)
    const level = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
    const snapshot = open('snapshot.ndjson.zst', [createZstdCompress(level)])
    await snapshot.write(snapshotHeader({ runId, site }))

    for await (const page of pages) {
      const { ledger, missing } = page
      if (missing && ledger !== null && missingUrlIds.length < maxMissing) missingUrlIds.push(ledger.urlId)
      // Nothing will be kept: what is left is only searched for further missing pages.
      if (missingUrlIds.length > 0) continue
      if (ledger !== null) {
        const row = { ...page, ledger }
        count(outcomes, ledger.outcome)
        if (ledger.outcome === 'failed' || ledger.outcome === 'skipped') count(reasons, ledger.reason)
        if (isProductRow(row)) await full.add(row)
        if (isReported(row)) await seo.add(row)
        if (ledger.outcome === 'failed') await errors.add(cellsOf(errorColumns, row))
      }
      const { counts, changes: found } = diffPage(page, options)
      if (counts !== null) diff[counts]++
      // On a first run everything is added: that is counted, a list of it would be full.csv again.
      if (previousRunId !== null)
        for (const change of found) await changes.add(changeKey(change), Buffer.from(JSON.stringify(change), 'utf8'))
      const entry = entryToKeep(page, options)
      if (entry !== null) await snapshot.write(snapshotLine(entry))
    }
    if (missingUrlIds.length > 0) return { files: [], missingUrlIds, diff: noDiff }

    for await (const { payload } of changes.sorted()) await changed.add(JSON.parse(payload.toString('utf8')) as Change)
    for (const file of opened) await file.end()
    const { allSourcesRead } = options
    const summary = { site, runId, previousRunId, outcomes, reasons, diff, allSourcesRead }
    const sheet = summarySheet({ ...summary, products: full.rows, seoRows: seo.rows })
    await book.finish(fileOf(`${site}.xlsx`), { name: 'Summary', xml: sheet })
    const names = ['full.csv', 'seo.csv', 'diff.csv', `${site}.xlsx`, 'snapshot.ndjson.zst']
    return { files: names.map((name) => ({ name, file: fileOf(name) })), missingUrlIds, diff }
  } finally {
    for (const file of opened) await file.abort()
    await book.dispose()
  }
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}

/** A table as a CSV and a sheet, from one set of cells. */
async function table<Row>(file: TextFile, columns: readonly Column<Row>[], sheet: Table) {
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
      await sheet.add(cells)
    },
  }
}
