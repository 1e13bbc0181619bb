import { type PageRecord, productSchema, type SiteField } from '@seine/contracts'
import { type CellValue, type Column, type ColumnType, dateCell, joined } from './column.ts'
import { isProductRow, type ReportRow } from './row.ts'

type Json = NonNullable<PageRecord['extracted']>[string]

/** Goes before a field's name, so that a column of a site never has the name of a column that all sites have. */
export const fieldColumnPrefix = 'Field: '

const columnTypes: Partial<Record<SiteField['type'], ColumnType>> = {
  number: 'decimal',
  price: 'decimal',
  url: 'url',
  date: 'date',
}

/**
 * Columns for the fields that a site's selectors give besides those of a product, in the order of the site's: they come behind all columns of
 * full.csv.
 */
export function fieldColumns(fields: readonly SiteField[]): Column<ReportRow>[] {
  return ownFields(fields).map(({ name, type, list }) => ({
    name: fieldColumnPrefix + name,
    type: list ? 'list' : (columnTypes[type] ?? 'text'),
    about: `What the site's selector \`${name}\` gave.`,
    empty: 'it matched nothing',
    width: 24,
    value: (row) => cellOf(fieldValue(row, name) ?? null, type),
  }))
}

/** Whether a page has a row in full.csv: {@link isProductRow}, or one of the site's own fields has a value. */
export function makeIsFullRow(fields: readonly SiteField[]): (row: ReportRow) => boolean {
  const names = ownFields(fields).map(({ name }) => name)
  return (row) => isProductRow(row) || names.some((name) => cellOf(fieldValue(row, name) ?? null, 'text') !== null)
}

const ownFields = (fields: readonly SiteField[]): SiteField[] =>
  fields.filter(({ name }) => !Object.hasOwn(productSchema.shape, name))

/** What a failed page shows is not what the site says. */
function fieldValue({ ledger, record }: ReportRow, name: string): Json | undefined {
  return ledger.outcome === 'failed' ? undefined : record?.extracted?.[name]
}

function cellOf(value: Json, type: SiteField['type']): CellValue {
  if (value === null || value === '') return null
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return joined(value.filter((item) => item !== null).map(String))
  if (typeof value === 'string') return type === 'date' ? dateCell(value) : value
  if (typeof value === 'number') return value
  return typeof value === 'boolean' ? String(value) : JSON.stringify(value)
}
