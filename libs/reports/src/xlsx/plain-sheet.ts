import { type CellStyle, styleIndex } from './styles.ts'
import { columnName, fitToPage, landscape, textElement } from './xml.ts'

/** A cell of a sheet that is no table. A number has its style's format. */
export interface PlainCell {
  readonly value: string | number
  /** Absent: plain. */
  readonly style?: CellStyle
}

const titleHeight = 24

/** The XML of a sheet that is put together by hand: a cover, an overview. Null leaves a cell out. */
export function plainSheet(rows: readonly (readonly (PlainCell | null)[])[], widths: readonly number[]): string {
  const rowXml = rows.map((cells, i) => {
    const height = cells[0]?.style === 'title' ? ` ht="${titleHeight}" customHeight="1"` : ''
    return `<row r="${i + 1}"${height}>${cells.map((cell, n) => (cell === null ? '' : cellXml(cell, `${columnName(n)}${i + 1}`))).join('')}</row>`
  })
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${fitToPage}<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>` +
    `<cols>${widths.map((width, n) => `<col min="${n + 1}" max="${n + 1}" width="${width}" customWidth="1"/>`).join('')}</cols>` +
    `<sheetData>${rowXml.join('')}</sheetData>${landscape}</worksheet>`
  )
}

function cellXml({ value, style = 'plain' }: PlainCell, at: string): string {
  const open = `<c r="${at}" s="${styleIndex(style)}"`
  if (typeof value === 'number') return `${open}><v>${value}</v></c>`
  return `${open} t="inlineStr"><is>${textElement(value)}</is></c>`
}
