import { cleanText, neutralise } from './cell-text.ts'
import type { CellValue, Column } from './column.ts'

/** A UTF-8 byte order mark: without it Excel reads the file in the machine's own code page. */
export const csvStart = '\ufeff'

/** The first line. */
export function csvHeader(columns: readonly Column<never>[]): string {
  return `${columns.map((column) => quoted(column.name)).join(',')}\r\n`
}

/**
 * One line of a CSV (RFC 4180, CRLF). Text is always quoted, cleaned of control characters and kept from being a formula;
 * numbers are bare, with a point; dates are `YYYY-MM-DD HH:MM:SS` in UTC, which Excel reads as dates.
 */
export function csvLine(columns: readonly { readonly type: string }[], cells: readonly CellValue[]): string {
  let line = ''
  for (let i = 0; i < cells.length; i++) {
    if (i > 0) line += ','
    const cell = cells[i]
    if (cell === null || cell === undefined) continue
    if (typeof cell === 'string') line += cell === '' ? '' : quoted(neutralise(cleanText(cell)))
    else if (Number.isFinite(cell)) line += columns[i]?.type === 'date' ? csvDate(cell) : String(cell)
  }
  return `${line}\r\n`
}

function quoted(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : `"${text}"`
}

function csvDate(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19).replace('T', ' ')
}
