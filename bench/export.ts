/**
 * Rows a second and peak memory of exports, each in a process of its own: one site as an exporter does it, everything on; then writing the same
 * rows as CSV and XLSX, here and with exceljs.
 *
 *   node bench/export.ts [rows] [links a page]
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Measure } from './export/measured.ts'

const rows = Number(process.argv[2] ?? 100_000)
const linksPerPage = Number(process.argv[3] ?? 60)
/** As services are run. */
const serviceFlags = ['--max-old-space-size=192', '--max-semi-space-size=8']
/** What nothing here may need; a writer that does is tried again with fewer rows. */
const otherFlags = ['--max-old-space-size=4096']

function run(flags: readonly string[], script: string, args: readonly (string | number)[]): Measure | null {
  const file = join(import.meta.dirname, 'export', script)
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, file, ...args.map(String)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measure
  if (/heap out of memory|Invalid string length|ERR_OUT_OF_RANGE/.test(stderr)) return null
  throw new Error(stderr)
}

function print(what: string, { rows, ms, cpuMs, peakMb, bytes }: Measure): void {
  const cells = [
    what.padEnd(36),
    rows.toLocaleString('en').padStart(10),
    `${(ms / 1_000).toFixed(1)} s`.padStart(9),
    Math.round((rows / ms) * 1_000)
      .toLocaleString('en')
      .padStart(9),
    `${Math.round((cpuMs / rows) * 1_000)} µs`.padStart(9),
    `${Math.round(peakMb)} MB`.padStart(9),
    `${Math.round(bytes / 1e6)} MB`.padStart(9),
  ]
  console.log(cells.join('  '))
}

const header = ['rows', 'time', 'rows/s', 'CPU/row', 'peak', 'written']
console.log(`${''.padEnd(36)}  ${header.map((name, i) => name.padStart(i === 0 ? 10 : 9)).join('  ')}`)

const site = run(serviceFlags, 'one-site.ts', [rows, linksPerPage])
if (site === null) console.log('one site, all files: out of memory')
else print('one site, all files', site)

for (const [what, flags, way] of [
  ['CSV', serviceFlags, 'csv'],
  ['CSV, exceljs (not streamed)', otherFlags, 'exceljs-csv'],
  ['XLSX', serviceFlags, 'xlsx'],
  ['XLSX, exceljs streaming', otherFlags, 'exceljs-xlsx'],
] as const)
  for (let wanted = rows; wanted >= 1_000; wanted = Math.floor(wanted / 4)) {
    const measure = run(flags, 'write-rows.ts', [way, wanted])
    if (measure !== null) {
      print(what, measure)
      break
    }
    console.log(`${what.padEnd(36)}  ${wanted.toLocaleString('en').padStart(10)}  out of memory (heap of 4 GB)`)
  }
