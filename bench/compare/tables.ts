import type { FieldAgreement } from './agreement.ts'
import { type BestRow, cpuOfPage, type Row, wrongCounts } from './row.ts'

/** A table that reads well as text and is Markdown. Numbers (of any cell) stand at the right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, at) => Math.max(3, ...[cell, ...rows.map((row) => row[at] ?? '')].map(widthOf)))
  const isNumber = header.map((_, at) => rows.length > 0 && rows.every((row) => /^[\d.,×% –-]*$/.test(row[at] ?? '')))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => pad(cell, widths[at] ?? 0, isNumber[at] === true)).join(' | ')} |`
  const rule = `|${widths.map((width, at) => '-'.repeat(width + 1) + (isNumber[at] ? ':' : '-')).join('|')}|`
  return [line(header), rule, ...rows.map(line)].join('\n')
}

const widthOf = (cell: string): number => [...cell].length

function pad(cell: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(width - widthOf(cell))
  return right ? blanks + cell : cell + blanks
}

/** Every row beside `first`, whose CPU is 1. A row that did not fetch every page is printed as wrong, without figures. */
export function costTable(rows: readonly BestRow[], first: Row): string {
  return markdownTable(
    ['', 'pages/s', 'CPU ms a page', 'in all rounds', 'times the mesh', 'peak MB', 'CPU s to start', 'pages'],
    rows.map((row) => {
      const wrong = wrongCounts(row)
      if (wrong !== '') return [row.name, '–', '–', '–', '–', '–', '–', `WRONG (${wrong})`]
      const cpu = cpuOfPage(row)
      return [
        row.name,
        (row.pages / row.seconds).toFixed(0),
        cpu.toFixed(2),
        row.rounds.map((round) => round.toFixed(2)).join(', '),
        `${(cpu / cpuOfPage(first)).toFixed(2)} ×`,
        row.peakMb.toFixed(0),
        (row.startCpuMs / 1_000).toFixed(1),
        String(row.pages),
      ]
    }),
  )
}

/** CPU milliseconds a page and peak memory of each kind of process, a column pair a mesh; `all`: the most at one time. */
export function processTable(meshes: readonly Row[]): string {
  const kinds = [...new Set(meshes.flatMap(({ processes }) => Object.keys(processes).map(kindOf)))]
  const peakMb = ({ processes }: Row, kind: string) =>
    Object.entries(processes)
      .filter(([name]) => kindOf(name) === kind)
      .reduce((sum, [, cost]) => sum + cost.peakMb, 0)
  const cells = (kind: string) =>
    meshes.flatMap((row) => [cpuOfPage(row, kind).toFixed(3), peakMb(row, kind).toFixed(0)])
  const sums = meshes.flatMap((row) => [cpuOfPage(row).toFixed(3), row.peakMb.toFixed(0)])
  return markdownTable(
    ['process', ...meshes.flatMap(({ name }) => [`${name}: CPU ms a page`, 'peak MB'])],
    [...kinds.map((kind) => [kind, ...cells(kind)]), ['all', ...sums]],
  )
}

/** `fetcher-1` and `fetcher-2` are both `fetcher`. */
const kindOf = (process: string): string => process.replace(/-\d+$/, '')

/** What each row does and what is left of it. */
export function termsTable(rows: readonly Row[]): string {
  return markdownTable(
    ['', 'version', 'makes of a page', 'survives'],
    rows.map(({ name, version, gives, survives }) => [name, version, gives, survives]),
  )
}

export function agreementTable(others: readonly { name: string; fields: readonly FieldAgreement[] }[]): string {
  const fields = others[0]?.fields ?? []
  return markdownTable(
    ['field', 'pages that have it', ...others.map(({ name }) => `${name} = mesh`)],
    fields.map(({ field, filled }, at) => [
      field,
      String(filled),
      ...others.map((other) => `${((other.fields[at]?.share ?? 0) * 100).toFixed(1)} %`),
    ]),
  )
}
