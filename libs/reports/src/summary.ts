import type { DiffCounts } from '@seine/contracts'
import { styleIndex } from './xlsx/styles.ts'
import { cellText } from './xlsx/xml.ts'

/** What the first sheet of a site's workbook says. */
export interface Summary {
  readonly site: string
  readonly runId: string
  /** The run it is compared with. Null: there is none. */
  readonly previousRunId: string | null
  /** Pages of the ledger by outcome. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Failed and skipped pages by reason. */
  readonly reasons: Readonly<Record<string, number>>
  readonly products: number
  readonly seoRows: number
  readonly diff: DiffCounts
  /** True: `removed` also means in no source any more. */
  readonly allSourcesRead: boolean
}

type Line = readonly [label: string, value: string | number | null, style?: 'title' | 'label']

/** The sheet's XML. No date of writing: keeps I8. */
export function summarySheet(summary: Summary): string {
  const lines = summaryLines(summary)
  const rows = lines.map(([label, value, style], i) => {
    const name = text(`A${i + 1}`, label, styleIndex(style ?? 'plain'))
    const cell =
      value === null
        ? ''
        : typeof value === 'number'
          ? `<c r="B${i + 1}" s="${styleIndex('tally')}"><v>${value}</v></c>`
          : text(`B${i + 1}`, value, styleIndex('plain'))
    return `<row r="${i + 1}"${style === 'title' ? ' ht="24" customHeight="1"' : ''}>${label === '' ? '' : name}${cell}</row>`
  })
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>' +
    `<cols><col min="1" max="1" width="34" customWidth="1"/><col min="2" max="2" width="44" customWidth="1"/></cols><sheetData>${rows.join('')}</sheetData></worksheet>`
  )
}

function summaryLines(summary: Summary): Line[] {
  const { diff, outcomes, reasons } = summary
  const total = Object.values(outcomes).reduce((sum, n) => sum + n, 0)
  const byCount = Object.entries(reasons).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return [
    [summary.site, null, 'title'],
    ['Run', summary.runId],
    ['Compared with', summary.previousRunId ?? 'nothing: there is no earlier complete run'],
    ['', null],
    ['Pages', null, 'label'],
    ['Discovered', total],
    ['Fetched', outcomes.ok ?? 0],
    ['Unchanged', outcomes.unchanged ?? 0],
    ['Failed', outcomes.failed ?? 0],
    ['Skipped', outcomes.skipped ?? 0],
    ['Rows in SEO', summary.seoRows],
    ['Rows in Products', summary.products],
    ['', null],
    ['Changes, in pages', null, 'label'],
    ['Added', diff.added],
    ['Removed', diff.removed],
    ['Changed', diff.changed],
    ['Moved', diff.moved],
    ['Unchanged', diff.unchanged],
    ['Not checked', diff.notChecked],
    ['', null],
    [
      summary.allSourcesRead
        ? 'Removed: answered 404 or 410, or is in no source any more.'
        : 'Removed: answered 404 or 410. Not every source could be read, so a page that was not found counts as not checked.',
      null,
    ],
    ...(summary.previousRunId === null
      ? [['First run: added pages are counted here and not listed in Changes.', null] as const]
      : []),
    ...(byCount.length === 0
      ? []
      : ([['', null], ['Failed and skipped, by reason', null, 'label'], ...byCount] as Line[])),
  ]
}

function text(at: string, value: string, style: number): string {
  return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${cellText(value)}</t></is></c>`
}
