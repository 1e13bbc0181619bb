import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CellValue, Column } from '../column.ts'
import { openSheet, type SheetFile, type SheetRule } from './sheet-writer.ts'
import { stylesXml } from './styles.ts'
import { columnName, escapeXml, sheetName } from './xml.ts'
import { textEntry, writeZip, type ZipEntry } from './zip-container.ts'

export interface Workbook {
  /** Adds a table; the order of tables is the order of sheets. Tables may be filled side by side. */
  table(name: string, columns: readonly Column<never>[], rules?: readonly SheetRule[]): Promise<Table>
  /** Writes the workbook, with a first sheet that is there whole. Afterwards nothing can be added. */
  finish(file: string, first: { name: string; xml: string }): Promise<void>
  /** Removes the parts; also after finish. */
  dispose(): Promise<void>
}

export interface Table {
  /** Adds a row in the order of the columns. Waits while the disk is behind. */
  add(cells: readonly CellValue[]): Promise<void>
}

export interface WorkbookLimits {
  /** Rows of a sheet, its header included; a further row begins another sheet. */
  readonly maxRows: number
  /** Characters of a sheet's XML; the same. A part of 4 GiB can't be read by every program, and a character may be four bytes. */
  readonly maxXmlChars: number
}

export const spreadsheetLimits: WorkbookLimits = { maxRows: 1_048_576, maxXmlChars: 1_000_000_000 }

/**
 * A workbook whose sheets grow on disk in `dir`, deflated, and are put together at the end: memory does not grow with rows
 * (keeps I7), and the same rows give the same bytes (keeps I8). `name` begins the files' names.
 */
export function openWorkbook(
  { dir, name }: { dir: string; name: string },
  limits: WorkbookLimits = spreadsheetLimits,
): Workbook {
  const tables: { sheets: { title: string; entries: ZipEntry[]; range: string }[]; close(): Promise<void> }[] = []
  const taken = new Set<string>()
  const open = new Set<SheetFile>()
  const files: string[] = []

  return {
    async table(title, columns, rules = []) {
      const sheets: (typeof tables)[number]['sheets'] = []
      const reserved = sheetName(title, taken)
      taken.add(reserved)
      let sheet = await begin()
      async function begin(): Promise<SheetFile> {
        const file = join(dir, `${name}-${files.length}.sheet`)
        files.push(file, `${file}.links`)
        const begun = await openSheet(file, columns, rules)
        open.add(begun)
        return begun
      }
      async function close(): Promise<void> {
        const title = sheets.length === 0 ? reserved : sheetName(reserved, taken)
        taken.add(title)
        const entries = await sheet.end(`sheet-${tables.indexOf(table) + 1}-${sheets.length + 1}`)
        sheets.push({ title, entries, range: `$A$1:$${columnName(columns.length - 1)}$${sheet.rows}` })
        open.delete(sheet)
      }
      const table = { sheets, close }
      tables.push(table)
      return {
        async add(cells) {
          if (sheet.rows >= limits.maxRows || sheet.xmlChars >= limits.maxXmlChars) {
            await close()
            sheet = await begin()
          }
          await sheet.add(cells)
        },
      }
    },
    async finish(file, first) {
      for (const table of tables) await table.close()
      const firstTitle = sheetName(first.name, taken)
      const sheets = [
        { title: firstTitle, range: null, entries: [textEntry('xl/worksheets/sheet-0.xml', first.xml)] },
        ...tables.flatMap((table) => table.sheets),
      ]
      await writeZip([...packageParts(sheets), ...sheets.flatMap((sheet) => sheet.entries)], createWriteStream(file))
    },
    async dispose() {
      for (const sheet of open) await sheet.abort()
      for (const file of files) await rm(file, { force: true })
    },
  }
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageNs = 'http://schemas.openxmlformats.org/package/2006'
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

// No date of making and no author anywhere: keeps I8.
function packageParts(
  sheets: readonly { title: string; range: string | null; entries: readonly ZipEntry[] }[],
): ZipEntry[] {
  const partOf = (sheet: (typeof sheets)[number]): string => sheet.entries[0]?.name ?? ''
  const filters = sheets.flatMap(({ title, range }, i) =>
    range === null
      ? []
      : `<definedName name="_xlnm._FilterDatabase" localSheetId="${i}" hidden="1">${escapeXml(`'${title.replaceAll("'", "''")}'!${range}`)}</definedName>`,
  )
  return [
    textEntry(
      '[Content_Types].xml',
      `${xml}<Types xmlns="${packageNs}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
        `<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/>` +
        `${sheets.map((sheet) => `<Override PartName="/${partOf(sheet)}" ContentType="${types}.worksheet+xml"/>`).join('')}</Types>`,
    ),
    textEntry(
      '_rels/.rels',
      `${xml}<Relationships xmlns="${packageNs}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    textEntry(
      'xl/workbook.xml',
      `${xml}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${office}"><bookViews><workbookView activeTab="0"/></bookViews>` +
        `<sheets>${sheets.map(({ title }, i) => `<sheet name="${escapeXml(title)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets>` +
        `${filters.length > 0 ? `<definedNames>${filters.join('')}</definedNames>` : ''}</workbook>`,
    ),
    textEntry(
      'xl/_rels/workbook.xml.rels',
      `${xml}<Relationships xmlns="${packageNs}/relationships">` +
        sheets
          .map(
            (sheet, i) =>
              `<Relationship Id="rId${i + 1}" Type="${office}/worksheet" Target="${partOf(sheet).slice(3)}"/>`,
          )
          .join('') +
        `<Relationship Id="rId${sheets.length + 1}" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    ),
    textEntry('xl/styles.xml', stylesXml),
  ]
}
