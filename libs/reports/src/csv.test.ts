import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanText } from './cell-text.ts'
import { csvHeader, csvLine } from './csv.ts'
import { parseCsv } from './testing.ts'

const one = [{ type: 'text' }]
const written = (cell: string | number | null, type = 'text'): string => csvLine([{ type }], [cell])
const readBack = (text: string): string => parseCsv(csvLine(one, [text]))[0]?.[0] ?? ''

test('text is in quotes, numbers are not, nothing is empty', () => {
  const columns = ['text', 'decimal', 'text', 'integer'].map((type) => ({ type }))
  expect(csvLine(columns, ['a, "b"', -5.25, null, 0])).toBe('"a, ""b""",-5.25,,0\r\n')
})

test('dates are in UTC as Excel reads them; what is no date stays as it was', () => {
  expect(written(Date.UTC(2026, 0, 2, 3, 4, 5), 'date')).toBe('2026-01-02 03:04:05\r\n')
  expect(written('2024-05', 'date')).toBe('"2024-05"\r\n')
})

test('a number that is none is an empty cell', () => {
  expect(written(Number.NaN, 'decimal')).toBe('\r\n')
  expect(written(Number.POSITIVE_INFINITY, 'decimal')).toBe('\r\n')
})

test('the header is a line like others', () => {
  const column = { name: 'rel="next" 1', type: 'text', about: '', empty: '', value: () => null } as const
  expect(csvHeader([column])).toBe('"rel=""next"" 1"\r\n')
})

test.each([
  '=1+1',
  '+1+cmd|x',
  '-2+3',
  '@SUM(A1)',
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(A1)',
  ' =1+1',
  '"=1+1',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '-A1',
  '+A1:B2',
  '-5 and more',
  '-1E5E5',
  '--1',
  '-',
])('%j can not be taken for a formula', (text) => {
  expect(readBack(text)).toBe(`'${cleanText(text)}`)
})

test.each(['-5', '+1.5', '-1.299,00 €', '-$1.00', '-12.5 %', '-1E+02', '- 3', '+49 123 456', '-5 EUR', '5=5', 'a-b'])(
  '%j stays usable',
  (text) => {
    expect(readBack(text)).toBe(text)
  },
)

test('a formula behind a semicolon, a cell of its own in other locales, is inert', () => {
  expect(readBack('a;=1+1;b; "@SUM(A1)')).toBe("a;'=1+1;b; \"'@SUM(A1)")
})

test('control characters, byte order marks and halves of characters are gone, line breaks are a space', () => {
  expect(readBack('a\u0000b\u0085c\u007fd\ufeffe\r\nf\tg\u2028h\ud800')).toBe('ab cde f g h\ufffd')
})

test('whatever is written reads back, but for what was made inert', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 2 })), (rows) => {
      const text = rows.map((row) => csvLine([...one, ...one], row)).join('')
      const read = parseCsv(text)
      expect(read.length).toBe(rows.length)
      for (const [r, row] of rows.entries())
        for (const [c, cell] of row.entries())
          expect(read[r]?.[c]?.replaceAll("'", '')).toBe(cleanText(cell).replaceAll("'", ''))
    }),
  )
})

const folder = process.env.SEINE_CONFORMANCE_DIR ?? new URL('../../../../shared/conformance', import.meta.url).pathname
const suite = (name: string): { cases: string[]; triggers?: string[] } =>
  JSON.parse(readFileSync(`${folder}/security/${name}.json`, 'utf8'))

describe.skipIf(!existsSync(folder))('conformance (skipped where SEINE_CONFORMANCE_DIR is absent)', () => {
  test('no payload and no naughty string starts with a trigger, and all read back', () => {
    const { cases, triggers = [] } = suite('csv-injection')
    const all = [...cases, ...suite('blns').cases, ...triggers.flatMap((t) => [t, `${t}cmd|x`, `a;${t}cmd|x`])]
    expect(all.length).toBeGreaterThan(250)
    for (const text of all) {
      const cell = readBack(text)
      expect(cell.replaceAll("'", '')).toBe(cleanText(text).replaceAll("'", ''))
      const isNumber = /^[+-]?[\p{Sc}\d.,\s]+([eE][+-]?\d+)?$/u.test(cell)
      if (!isNumber) expect(cell).not.toMatch(/^["\s]*[=+\-@＝＋－＠]/)
    }
  })
})
