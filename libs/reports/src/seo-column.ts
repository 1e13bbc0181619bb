import type { Seo } from '@seine/contracts'
import type { CellValue, Column } from './column.ts'
import type { SeoRow } from './seo-row.ts'

export type SeoColumn = Column<SeoRow>
type Rest = Partial<Pick<SeoColumn, 'type' | 'unit' | 'width' | 'link'>>

export const noHtml = 'the page has none, is no HTML or gave no answer'
export const noAnswer = 'no answer'

/** A column of seo.csv. */
export function column(
  name: string,
  about: string,
  empty: string,
  rest: Rest,
  value: (row: SeoRow) => CellValue,
): SeoColumn {
  return { name, type: 'text', about, empty, ...rest, value }
}

/** One of the page's markup: empty where it has none. */
export function seo(
  name: string,
  about: string,
  rest: Rest,
  value: (seo: Seo) => CellValue | undefined,
  empty = noHtml,
): SeoColumn {
  return column(name, about, empty, rest, ({ record }) => (record?.seo ? (value(record.seo) ?? null) : null))
}

/** Characters of a text, counted as people do (code points); 0: the page has none. */
export const charactersOf = (text: string | null | undefined): number => (text ? [...text].length : 0)
