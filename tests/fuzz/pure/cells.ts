import { type CellValue, type Column, cleanText, csvHeader, csvLine, csvStart, neutralise } from '@seine/reports'
import { parse } from 'csv-parse/sync'
import type { ReadCases } from '../conformance.ts'
import { mutateText, pieced } from '../mutate.ts'
import { fine, type PureTarget, wrong } from './target.ts'

const columns: Column<never>[] = (['text', 'text', 'decimal', 'date'] as const).map((type, n) => ({
  name: `c${n}`,
  type,
  about: 'a cell',
  empty: 'never',
  value: () => null,
}))

/** OWASP's list, behind what spreadsheets pass over. */
const formula = /^[\s"'`]*[=+\-@＝＋－＠\t\r]/
/** A number is shown as one. */
const harmless = /^\s*[+-]?\s?\p{Sc}?\s?[\d.,'’\s]*(?:[eE][+-]?\d+)?\s?(?:\p{Sc}|[A-Z]{3})?\s?%?\s*$/u

/** Cells of CSV files: they read back as they were cleaned, a row is a row, and none is a formula. */
export function makeCellsTarget(readCases: ReadCases): PureTarget {
  const texts = [
    ...['=1+1', '-5', '-1.299,00 €', '"', 'a;=b', ' +x', "'=x", '@SUM(A1)', 'a\r\nb,"c"', '＝x', 'plain'],
    ...readCases<string>('security/csv-injection.json'),
    ...readCases<string>('security/blns.json'),
  ]
  return {
    name: 'cells',
    // The parser that reads them back is the larger part.
    budget: { fixedMs: 50, msPerMb: 600 },
    make(random) {
      const cell = (): CellValue => {
        if (random.chance(0.1)) return random.pick([0, -1.5, 1e21, Number.MAX_SAFE_INTEGER, 1e-7, Date.UTC(2026, 0, 1)])
        const pick = () => (random.chance(0.2) ? pieced(pieces, random.int(30), random) : random.pick(texts))
        return mutateText(pick(), pick(), { pieces }, random)
      }
      return Buffer.from(JSON.stringify(Array.from({ length: 1 + random.int(4) }, () => [cell(), cell(), 1.5, 0])))
    },
    async check(input) {
      const rows = rowsOf(input)
      const file = csvStart + csvHeader(columns) + rows.map((cells) => csvLine(columns, cells)).join('')
      const read = parse(file, {
        bom: true,
        columns: false,
        record_delimiter: '\r\n',
        max_record_size: 0,
      }) as string[][]
      if (read.length !== rows.length + 1) return wrong(`rows: ${read.length - 1} of ${rows.length}`)
      for (const [at, cells] of rows.entries())
        for (const [column, cell] of cells.slice(0, 2).entries()) {
          const shown = read[at + 1]?.[column] ?? ''
          const wanted = typeof cell === 'string' ? neutralise(cleanText(cell)) : cell === null ? '' : String(cell)
          if (shown !== wanted)
            return wrong(`cell: ${JSON.stringify(shown).slice(0, 100)} for ${JSON.stringify(wanted).slice(0, 100)}`)
          if (typeof cell !== 'string') continue
          for (const part of [shown, ...shown.split(';').slice(1)])
            if (formula.test(part) && !isQuoted(part) && !harmless.test(shown))
              return wrong(`formula: ${JSON.stringify(part).slice(0, 100)}`)
          if (cleanText(cleanText(cell)) !== cleanText(cell)) return wrong('clean: not twice the same')
        }
      return fine(file)
    },
  }
}

/** The first character that is no blank is an apostrophe: shown as text. */
const isQuoted = (part: string) => /^[\s"'`]*'[\s"'`]*[=+\-@＝＋－＠]/.test(part)

function rowsOf(input: Uint8Array): CellValue[][] {
  const text = Buffer.from(input).toString('utf8')
  try {
    const rows = JSON.parse(text) as CellValue[][]
    if (Array.isArray(rows) && rows.every(Array.isArray))
      return rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell : String(cell))))
  } catch {
    // An input that was made smaller: it is one cell.
  }
  return [[text]]
}

const pieces = [
  '=',
  '+',
  '-',
  '@',
  '＝',
  '\t',
  '\r',
  '\n',
  '"',
  "'",
  '`',
  ';',
  ',',
  ' ',
  '\u00a0',
  '|',
  '\ufeff',
  '\0',
  '1',
  '€',
  'x',
  'cmd|',
  '%',
  'A1',
  '(',
  ')',
  '\u2028',
  'E+',
  'EUR',
  '‒',
  '−',
  '\v',
]
