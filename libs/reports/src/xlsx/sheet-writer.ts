import { stat } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'
import type { CellValue, Column, ColumnType } from '../column.ts'
import { openTextFile } from '../text-file.ts'
import { isRightAligned, type RuleStyle, ruleIndex, styleIndex, styleOf } from './styles.ts'
import { columnName, escapeXml, fitToPage, landscape, textElement } from './xml.ts'
import type { ZipEntry } from './zip-container.ts'

/** Colours cells of a column where a formula about row 2 holds. */
export interface SheetRule {
  readonly column: string
  readonly style: RuleStyle
  /** With `{Name}` for a cell of that column in the row: `AND({Field}="Price",{Percent}<0)`. */
  readonly formula: string
}

/** Links that spreadsheet programs take on one sheet; further URLs are text. */
export const maxLinks = 65_530
/** Room for the addresses of a sheet's links, which are written behind its rows. */
const maxLinkBytes = 16 * 1024 ** 2

/** Tables of more columns could not be read on one page's width. */
const mostColumnsOnPaper = 24

/** A sheet being written. */
export interface SheetFile {
  readonly rows: number
  readonly xmlChars: number
  add(cells: readonly CellValue[]): Promise<void>
  /** The sheet as a part of the package, and its links' part if it has links. */
  end(partName: string): Promise<ZipEntry[]>
  abort(): Promise<void>
}

const start =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
  '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'

const defaultWidth: Record<ColumnType, number> = {
  text: 20,
  url: 40,
  list: 30,
  integer: 12,
  count: 12,
  decimal: 12,
  percent: 11,
  date: 20,
}

/** Starts a sheet of a table: header row frozen, filters on, widths and formats by column. Level 1 of deflate: time is dearer. */
export async function openSheet(
  file: string,
  columns: readonly Column<never>[],
  rules: readonly SheetRule[],
): Promise<SheetFile> {
  const letters = columns.map((_, i) => columnName(i))
  const styles = columns.map((column) => ` s="${styleIndex(styleOf(column.type))}"`)
  const linkStyle = ` s="${styleIndex('link')}"`
  const linkColumn = columns.findIndex((column) => column.link === true)
  const isNarrow = columns.length <= mostColumnsOnPaper
  const links: string[] = []
  let linkBytes = 0
  let rows = 0
  let xmlChars = 0
  const counted = countingDeflate()
  const out = openTextFile(file, counted.stream)
  const put = (text: string): Promise<void> => {
    xmlChars += text.length
    return out.write(text)
  }

  const cell = (value: string | number, i: number): string => {
    const at = `<c r="${letters[i]}${rows}"`
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return ''
      const shown = columns[i]?.type === 'date' ? value / 86_400_000 + 25_569 : value
      return `${at}${styles[i]}><v>${shown}</v></c>`
    }
    let style = columns[i]?.type === 'date' ? '' : styles[i]
    if (i === linkColumn && links.length < maxLinks && linkBytes + value.length <= maxLinkBytes && value !== '') {
      links.push(value)
      linkBytes += value.length
      style = linkStyle
    }
    return `${at}${style} t="inlineStr"><is>${textElement(value)}</is></c>`
  }

  const widths = columns.map((column) => column.width ?? Math.max(defaultWidth[column.type], column.name.length + 4))
  await put(
    `${start}${isNarrow ? fitToPage : ''}<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>` +
      `<cols>${widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join('')}</cols><sheetData>`,
  )
  rows = 1
  const header = columns.map(
    (column, i) =>
      `<c r="${letters[i]}1" s="${styleIndex(isRightAligned(column.type) ? 'headerRight' : 'header')}" t="inlineStr"><is><t>${escapeXml(column.name)}</t></is></c>`,
  )
  await put(`<row r="1" ht="20" customHeight="1">${header.join('')}</row>`)

  return {
    get rows() {
      return rows
    },
    get xmlChars() {
      return xmlChars
    },
    async add(cells) {
      rows++
      let row = `<row r="${rows}">`
      for (let i = 0; i < cells.length; i++) {
        const value = cells[i]
        if (value !== null && value !== undefined) row += cell(value, i)
      }
      await put(`${row}</row>`)
    },
    async end(partName) {
      const range = `A1:${letters.at(-1)}${rows}`
      await put(
        `</sheetData><autoFilter ref="${range}"/>${rows > 1 ? rules.map((rule, i) => ruleXml(rule, i, columns, rows)).join('') : ''}`,
      )
      if (links.length > 0) {
        await put('<hyperlinks>')
        for (let i = 0; i < links.length; i++)
          await put(`<hyperlink ref="${letters[linkColumn]}${i + 2}" r:id="l${i + 1}"/>`)
        await put('</hyperlinks>')
      }
      await put(`${isNarrow ? landscape : ''}</worksheet>`)
      await out.end()
      const sheet = {
        name: `xl/worksheets/${partName}.xml`,
        ...counted.totals(),
        deflatedBytes: (await stat(file)).size,
      }
      const entries: ZipEntry[] = [{ ...sheet, content: { file } }]
      if (links.length > 0) entries.push(await linksEntry(`${file}.links`, partName, links))
      return entries
    },
    abort: () => out.abort(),
  }
}

// Links are in rows 2, 3, …: the link column is never empty.
async function linksEntry(file: string, partName: string, links: readonly string[]): Promise<ZipEntry> {
  const counted = countingDeflate()
  const out = openTextFile(file, counted.stream)
  await out.write(
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">',
  )
  for (const [i, url] of links.entries())
    await out.write(
      `<Relationship Id="l${i + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="${escapeXml(url)}" TargetMode="External"/>`,
    )
  await out.write('</Relationships>')
  await out.end()
  const name = `xl/worksheets/_rels/${partName}.xml.rels`
  return { name, ...counted.totals(), deflatedBytes: (await stat(file)).size, content: { file } }
}

function ruleXml(rule: SheetRule, index: number, columns: readonly Column<never>[], rows: number): string {
  const letterOf = (name: string): string => columnName(columns.findIndex((column) => column.name === name))
  const letter = letterOf(rule.column)
  const formula = rule.formula.replace(/\{([^}]+)\}/g, (_, name: string) => `$${letterOf(name)}2`)
  return (
    `<conditionalFormatting sqref="${letter}2:${letter}${rows}">` +
    `<cfRule type="expression" dxfId="${ruleIndex(rule.style)}" priority="${index + 1}"><formula>${escapeXml(formula)}</formula></cfRule></conditionalFormatting>`
  )
}

function countingDeflate() {
  const deflate = createDeflateRaw({ level: 1, chunkSize: 64 * 1024 })
  let crc = 0
  let sizeBytes = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      crc = crc32(chunk, crc)
      sizeBytes += chunk.length
      done(null, chunk)
    },
  })
  return { stream: [counter, deflate] as const, totals: () => ({ crc, sizeBytes }) }
}
