import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CellValue, Column } from '../column.ts'
import { summarySheet } from '../summary.ts'
import { reportOf, unzip } from '../testing.ts'
import { openWorkbook, spreadsheetLimits, type WorkbookLimits } from './workbook.ts'
import { columnName, cutMark, maxCellChars, sheetName } from './xml.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xlsx-test-'))
})
afterAll(() => rm(dir, { recursive: true }))

const column = (name: string, type: Column<never>['type'], rest: Partial<Column<never>> = {}): Column<never> => ({
  name,
  type,
  about: '',
  empty: '',
  value: () => null,
  ...rest,
})
const columns = [
  column('URL', 'url', { link: true }),
  column('Text', 'text'),
  column('Price', 'decimal'),
  column('When', 'date'),
]
const first = {
  name: 'Summary',
  xml: summarySheet(reportOf(), { allSourcesRead: true, maxSheetPagesPerCode: 10 }),
}

async function write(rows: CellValue[][], limits?: WorkbookLimits): Promise<Buffer> {
  const file = join(dir, 'book.xlsx')
  const book = openWorkbook({ dir, name: 'parts' }, limits)
  const rule = { column: 'Price', style: 'good', formula: 'AND({Text}="<a>",{Price}<0)' } as const
  const table = await book.table('Data', columns, [rule])
  for (const row of rows) await table.add(row)
  await book.finish(file, first)
  await book.dispose()
  return readFile(file)
}
const sheet = async (rows: CellValue[][]): Promise<string> =>
  unzip(await write(rows)).get('xl/worksheets/sheet-1-1.xml') ?? ''

test('cells have their types: text inline, numbers, dates as days, nothing for nothing', async () => {
  const xml = await sheet([
    ['https://a.test/', 'a & <b> "c"', -1.5, Date.UTC(2026, 0, 1, 12)],
    ['https://b.test/', null, null, '2024-05'],
  ])
  expect(xml).toContain('<t>a &amp; &lt;b&gt; &quot;c&quot;</t>')
  expect(xml).toMatch(/<c r="C2" s="\d+"><v>-1.5<\/v><\/c>/)
  expect(xml).toMatch(/<c r="D2" s="\d+"><v>46023.5<\/v><\/c>/)
  expect(xml).not.toContain('r="B3"')
  expect(xml).toContain('<c r="D3" t="inlineStr">')
})

test('blanks at the ends of a text count', async () => {
  const xml = await sheet([['https://a.test/', ' a  b', null, 'c ']])
  expect(xml).toContain('<t xml:space="preserve"> a  b</t>')
  expect(xml).toContain('<t xml:space="preserve">c </t>')
})

test('a formula in text stays text', async () => {
  const xml = await sheet([['https://a.test/', '=1+1', null, null]])
  expect(xml).toContain('>=1+1</t>')
  expect(xml).not.toContain('<f>')
})

test('header rows are frozen and have filters, rules name cells of their row', async () => {
  const xml = await sheet([['https://a.test/', 'x', 1, null]])
  expect(xml).toContain('state="frozen"')
  expect(xml).toContain('<autoFilter ref="A1:D2"/>')
  expect(xml).toContain('<conditionalFormatting sqref="C2:C2">')
  expect(xml).toContain('<formula>AND($B2=&quot;&lt;a&gt;&quot;,$C2&lt;0)</formula>')
})

test('the first column links to its page', async () => {
  const parts = unzip(await write([['https://a.test/?a=1&b=2', 'x', 1, null]]))
  expect(parts.get('xl/worksheets/sheet-1-1.xml')).toContain('<hyperlink ref="A2" r:id="l1"/>')
  expect(parts.get('xl/worksheets/_rels/sheet-1-1.xml.rels')).toContain(
    'Target="https://a.test/?a=1&amp;b=2" TargetMode="External"',
  )
})

test('control characters are gone, escapes of the format stay as written, long text is cut with a mark', async () => {
  const xml = await sheet([
    ['https://a.test/', 'a\u0000b\u001fc', null, null],
    ['https://b.test/', '_x0041_', null, null],
    ['https://c.test/', 'y'.repeat(maxCellChars + 1), null, null],
  ])
  expect(xml).toContain('>abc</t>')
  expect(xml).toContain('>_x005F_x0041_</t>')
  expect(xml).toContain(`>${'y'.repeat(maxCellChars - cutMark.length)}${cutMark}</t>`)
})

test('at the limit of rows, or of content, a sheet goes on as another one with its header', async () => {
  const rows = Array.from({ length: 25 }, (_, n): CellValue[] => [`https://a.test/${n}`, `row ${n}`, n, null])
  for (const limits of [
    { ...spreadsheetLimits, maxRows: 11 },
    { ...spreadsheetLimits, maxXmlChars: 2_900 },
  ]) {
    const parts = unzip(await write(rows, limits))
    const names = [...(parts.get('xl/workbook.xml') ?? '').matchAll(/<sheet name="([^"]+)"/g)].map((match) => match[1])
    expect(names).toEqual(['Summary', 'Data', 'Data 2', 'Data 3'])
    const sheets = [1, 2, 3].map((n) => parts.get(`xl/worksheets/sheet-1-${n}.xml`) ?? '')
    expect(sheets.every((xml) => xml.includes('<t>URL</t>'))).toBe(true)
    expect(sheets.flatMap((xml) => [...xml.matchAll(/>(row \d+)</g)].map((match) => match[1]))).toEqual(
      rows.map((row) => row[1]),
    )
  }
  expect(spreadsheetLimits.maxRows).toBe(1_048_576)
})

test('the same rows give the same bytes, and no part is left behind', async () => {
  const rows = Array.from({ length: 3_000 }, (_, n): CellValue[] => [`https://a.test/${n}`, `row ${n}`, n / 7, n * 1e9])
  expect((await write(rows)).equals(await write(rows))).toBe(true)
  expect(await readdir(dir)).toEqual(['book.xlsx'])
})

test('a workbook that is given up leaves nothing behind', async () => {
  await rm(join(dir, 'book.xlsx'), { force: true })
  const book = openWorkbook({ dir, name: 'parts' })
  const table = await book.table('Data', columns)
  await table.add(['https://a.test/', 'x', 1, null])
  await book.dispose()
  expect(await readdir(dir)).toEqual([])
})

test.each([
  ['a/b:c*d?e[f]g\\h', [], 'a b c d e f g h'],
  ["'quoted'", [], 'quoted'],
  ['', [], 'Sheet'],
  ['History', [], 'Sheet History'],
  ['x'.repeat(40), [], 'x'.repeat(31)],
  ['SEO', ['seo', 'SEO 2'], 'SEO 3'],
  ['x'.repeat(31), ['x'.repeat(31)], `${'x'.repeat(29)} 2`],
])('the sheet name %j, %j taken, becomes %j', (wanted, taken, expected) => {
  expect(sheetName(wanted, new Set(taken))).toBe(expected)
})

test.each([
  [0, 'A'],
  [25, 'Z'],
  [26, 'AA'],
  [701, 'ZZ'],
  [702, 'AAA'],
  [16_383, 'XFD'],
])('column %i is %s', (index, name) => {
  expect(columnName(index)).toBe(name)
})
