/**
 * Writes rows of seo.csv's columns into one file, one way. Run by `export.ts`; prints what it took as JSON. The cells are made beforehand and
 * used again and again, so that writing alone is measured.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CellValue,
  cellsOf,
  csvHeader,
  csvLine,
  csvStart,
  noFacts,
  openTextFile,
  openWorkbook,
  seoColumns,
  seoRowOf,
} from '@seine/reports'
import { ledgerRowOf } from '../../services/exporter/src/testing.ts'
import { measured } from './measured.ts'
import { samplePages } from './sample-pages.ts'

const [way, rowCount] = [process.argv[2], Number(process.argv[3])]
/** Different rows; the address differs in each. */
const differentRows = 5_000
/** Rows between two turns of the event loop for a writer that never waits by itself. */
const rowsATurn = 100

const { urlOf, recordAt } = samplePages({ pages: differentRows, linksPerPage: 0 })
const site = { pages: rowCount, htmlPages: rowCount, knowsLinks: false, hasSitemap: true }
const made = Array.from({ length: differentRows }, (_, n): CellValue[] => {
  const ledger = { ...ledgerRowOf('01890000-0000-7000-8000-000000000000', { path: '/' }), url: urlOf(n) }
  return cellsOf(seoColumns, seoRowOf({ ledger, record: recordAt(n), previous: null }, noFacts, site))
})

function rowAt(n: number): CellValue[] {
  const cells = made[n % differentRows] as CellValue[]
  cells[0] = `https://shop.example/product-${n}.html`
  return cells
}

const ways: Record<string, (dir: string, file: string) => Promise<void>> = {
  async csv(_dir, file) {
    const out = openTextFile(file)
    await out.write(csvStart + csvHeader(seoColumns))
    for (let n = 0; n < rowCount; n++) await out.write(csvLine(seoColumns, rowAt(n)))
    await out.end()
  },
  async xlsx(dir, file) {
    const book = openWorkbook({ dir, name: 'book' })
    const table = await book.table('SEO', seoColumns)
    for (let n = 0; n < rowCount; n++) await table.add(rowAt(n))
    await book.finish(file, { name: 'Summary', xml: emptySheet })
    await book.dispose()
  },
  async 'exceljs-xlsx'(_dir, file) {
    const { default: ExcelJS } = await import('exceljs')
    const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useStyles: false, useSharedStrings: false })
    const sheet = book.addWorksheet('SEO')
    sheet.addRow(seoColumns.map(({ name }) => name)).commit()
    for (let n = 0; n < rowCount; n++) {
      sheet.addRow(rowAt(n)).commit()
      if (n % rowsATurn === 0) await new Promise(setImmediate)
    }
    await book.commit()
  },
  async 'exceljs-csv'(_dir, file) {
    const { default: ExcelJS } = await import('exceljs')
    const book = new ExcelJS.Workbook()
    const sheet = book.addWorksheet('SEO')
    sheet.addRow(seoColumns.map(({ name }) => name))
    for (let n = 0; n < rowCount; n++) sheet.addRow(rowAt(n))
    await book.csv.writeFile(file)
  },
}

const emptySheet =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'

const write = ways[way ?? '']
if (write === undefined) throw new Error(`no way of writing: '${way}'`)
const dir = await mkdtemp(join(tmpdir(), 'seine-bench-write-'))
try {
  await measured(rowCount, async () => {
    const file = join(dir, 'rows')
    await write(dir, file)
    return (await stat(file)).size
  })
} finally {
  await rm(dir, { recursive: true, force: true })
}
