import type { ColumnType } from '../column.ts'

/** Styles of cells: their index in the workbook's `cellXfs`, in this order. */
const cellStyles = [
  'plain',
  'header',
  'integer',
  'count',
  'decimal',
  'percent',
  'date',
  'link',
  'title',
  'label',
  'tally',
  'note',
  'headerRight',
  'good',
  'bad',
  'quiet',
  'calm',
] as const
export type CellStyle = (typeof cellStyles)[number]

export const styleIndex = (style: CellStyle): number => cellStyles.indexOf(style)

const byType: Record<ColumnType, CellStyle> = {
  text: 'plain',
  url: 'plain',
  list: 'plain',
  integer: 'integer',
  count: 'count',
  decimal: 'decimal',
  percent: 'percent',
  date: 'date',
}

export const styleOf = (type: ColumnType): CellStyle => byType[type]

/** Colours that a rule gives to cells: their index in `dxfs`, in this order. */
const ruleStyles = ['good', 'bad', 'quiet', 'calm'] as const
export type RuleStyle = (typeof ruleStyles)[number]
export const ruleIndex = (style: RuleStyle): number => ruleStyles.indexOf(style)

const formats: Partial<Record<CellStyle, [id: number, code: string]>> = {
  integer: [1, ''],
  count: [3, ''],
  decimal: [164, '0.00##'],
  percent: [165, '0.0##"%"'],
  tally: [3, ''],
  date: [166, 'yyyy\\-mm\\-dd\\ hh:mm:ss'],
}
/** Text and ground of what is coloured, by rule or by hand. */
const colours: Record<RuleStyle, readonly [text: string, ground: string]> = {
  good: ['006100', 'C6EFCE'],
  bad: ['9C0006', 'FFC7CE'],
  quiet: ['7F6000', 'FFF2CC'],
  calm: ['1F4E79', 'DDEBF7'],
}
const firstColourFont = 6
const firstColourFill = 3
const fonts: Partial<Record<CellStyle, number>> = { header: 1, headerRight: 1, link: 2, title: 3, label: 4, note: 5 }
const colourOf = (style: CellStyle): number => ruleStyles.indexOf(style as RuleStyle)

// The order of elements is the schema's: Excel repairs a file that has another.
const font = (flags = '', rgb = '', size = 10): string =>
  `<font>${flags}<sz val="${size}"/>${rgb === '' ? '' : `<color rgb="FF${rgb}"/>`}<name val="Arial"/><family val="2"/></font>`
const solid = (rgb: string): string =>
  `<fill><patternFill patternType="solid"><fgColor rgb="FF${rgb}"/><bgColor indexed="64"/></patternFill></fill>`
const rule = (text: string, ground: string): string =>
  `<dxf><font><color rgb="FF${text}"/></font><fill><patternFill><bgColor rgb="FF${ground}"/></patternFill></fill></dxf>`

/** Numbers are where programs put them; their headers follow. */
export const isRightAligned = (type: ColumnType): boolean => rightAligned.has(styleOf(type))

const rightAligned = new Set<CellStyle>(['integer', 'count', 'decimal', 'percent', 'date'])

function cellFormat(style: CellStyle): string {
  const format = formats[style]?.[0] ?? 0
  const isHeader = style === 'header' || style === 'headerRight'
  const colour = colourOf(style)
  const fontId = colour < 0 ? (fonts[style] ?? 0) : firstColourFont + colour
  const fillId = colour < 0 ? (isHeader ? 2 : 0) : firstColourFill + colour
  return (
    `<xf numFmtId="${format}" fontId="${fontId}" fillId="${fillId}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1">` +
    `<alignment vertical="${isHeader ? 'center' : 'top'}"${style === 'headerRight' ? ' horizontal="right"' : rightAligned.has(style) ? '' : ' horizontal="left" indent="1"'}/></xf>`
  )
}

/** `xl/styles.xml`. */
export const stylesXml: string =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
  '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
  `<numFmts count="3">${Object.values(formats)
    .filter(([id]) => id >= 164)
    .map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${code.replaceAll('"', '&quot;')}"/>`)
    .join('')}</numFmts>` +
  `<fonts count="${firstColourFont + ruleStyles.length}">` +
  font() +
  font('<b/>', 'FFFFFF') +
  font('<u/>', '0563C1') +
  font('<b/>', '', 14) +
  font('<b/>') +
  font('<i/>', '595959') +
  ruleStyles.map((style) => font('', colours[style][0])).join('') +
  '</fonts>' +
  `<fills count="${firstColourFill + ruleStyles.length}"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
  `${solid('1F4E5F')}${ruleStyles.map((style) => solid(colours[style][1])).join('')}</fills>` +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  `<cellXfs count="${cellStyles.length}">${cellStyles.map(cellFormat).join('')}</cellXfs>` +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>' +
  `<dxfs count="${ruleStyles.length}">${ruleStyles.map((style) => rule(...colours[style])).join('')}</dxfs>` +
  '</styleSheet>'
