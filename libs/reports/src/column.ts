/**
 * Null: the cell is empty. A number in a `date` column is Unix ms; text in a `date`, `integer` or `decimal` column is
 * what could not be read as one, and stays as it is.
 */
export type CellValue = string | number | null

/**
 * How a cell is written. `integer` and `decimal` are plain numbers, `count` one with thousands marks in a workbook.
 * `percent` is 12.5 for 12.5 %. `list` is text joined with ` | `.
 */
export type ColumnType = 'text' | 'url' | 'integer' | 'count' | 'decimal' | 'percent' | 'date' | 'list'

/** One column of a table, declared once: the CSV, the sheet and the specification come from it. */
export interface Column<Row> {
  readonly name: string
  readonly type: ColumnType
  /** Absent: a plain number or text. */
  readonly unit?: string
  /** What the value is, one sentence. */
  readonly about: string
  /** What an empty cell says. `never`: there is none. */
  readonly empty: string
  /** Characters in a workbook. Absent: by type. */
  readonly width?: number
  /** True: the cell links to its URL in a workbook. */
  readonly link?: boolean
  value(row: Row): CellValue
}

export const listSeparator = ' | '

/** A list as one cell; null when it is empty. */
export function joined(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.join(listSeparator)
}

/** Unix ms of a date as HTTP (RFC 9110 §5.6.7) or ISO 8601 writes it; the text itself where it is neither. */
export function dateCell(text: string | null): CellValue {
  if (text === null) return null
  // A year or month alone is no moment: `2024-05` stays text rather than becoming the first of May.
  if (/^\d{4}(-\d{2})?$/.test(text)) return text
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? text : ms
}

/** A row's cells in the order of the columns. */
export function cellsOf<Row>(columns: readonly Column<Row>[], row: Row): CellValue[] {
  return columns.map((column) => column.value(row))
}
