/**
 * The whole mesh with one and two fetchers, Crawlee, Scrapy and a bare loop over the same pages in one run: pages a second, CPU
 * a page by process, memory, and whether they did the same work. Writes bench/results/speed.md and speed.json.
 *
 *   node bench/sites/install.ts && node bench/compare/install.ts && node bench/speed.ts [--pages 8000] [--only mesh,scrapy]
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compareRows, type FieldAgreement } from './compare/agreement.ts'
import { readGoals } from './compare/goals.ts'
import { type Row, wrongCounts } from './compare/row.ts'
import { runMesh } from './compare/run-mesh.ts'
import { runTool } from './compare/run-tool.ts'
import { readServerLog } from './compare/server-log.ts'
import { agreementTable, costTable, markdownTable, processTable, termsTable } from './compare/tables.ts'
import { comparedTools, toolConcurrency } from './compare/tools.ts'
import { startMixedSites } from './sites/mixed-sites.ts'
import { interleave } from './sites/subset.ts'

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '8000' },
    /** Rows whose name has one of these words. */
    only: { type: 'string' },
  },
})
const isWanted = (name: string) =>
  values.only === undefined ||
  values.only.split(',').some((word) => name.toLowerCase().includes(word.trim().toLowerCase()))

const scratch = mkdtempSync(join(tmpdir(), 'seine-speed-'))
const sites = await startMixedSites(Number(values.pages))
const rows: Row[] = []
const agreements: { name: string; fields: FieldAgreement[] }[] = []
const skipped: string[] = []
try {
  const urls = interleave(Object.values(sites.pages).map((files) => [...files.keys()]))
  const bytes = Object.values(sites.pages).flatMap((files) => [...files.values()])
  const meanKb = bytes.reduce((sum, file) => sum + statSync(file).size, 0) / urls.length / 1_000
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Linux ${release()}, Node ${process.version.slice(1)}`
  const about = `${urls.length} pages of ${sites.sites.length} sites, mean ${meanKb.toFixed(1)} KB; ${machine}; load at the start ${loadavg()[0]?.toFixed(1)}`
  console.log(about)

  const serverLog = readServerLog(sites)
  const meshRows = await measureMeshes(serverLog, urls.length)
  await measureTools(serverLog, urls, meshRows)
  const report = reportOf(about)
  console.log(`\n${report}`)
  const results = join(import.meta.dirname, 'results')
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, 'speed.md'), `${report}\n`)
  writeFileSync(join(results, 'speed.json'), JSON.stringify({ about, rows, agreements, skipped }, null, 1))
} finally {
  await sites.stop()
  rmSync(scratch, { recursive: true, force: true })
}
if (rows.some((row) => wrongCounts(row) !== '')) process.exitCode = 1

async function measureMeshes(serverLog: ReturnType<typeof readServerLog>, pages: number) {
  let meshRows = new Map<string, Record<string, string>>()
  for (const fetchers of [1, 2]) {
    const name = `the mesh, ${fetchers} fetcher${fetchers === 1 ? '' : 's'}`
    if (!isWanted(name)) continue
    console.log(`… ${name}`)
    const { run, seconds, startCpuMs, processes, check, rows: written } = await runMesh(sites, fetchers, scratch)
    for (const problem of check.problems.slice(0, 5)) console.log(`  ${problem}`)
    meshRows = written
    rows.push({
      name,
      version: 'this checkout',
      gives: '93 SEO columns, issues, the product and where each value came from; CSV, Excel, archive',
      survives: 'kill -9 and power cut of any process: all that was acknowledged, no page lost or told twice',
      pages,
      witnesses: {
        server: serverLog.pagesSinceLast(),
        ledger: run.counts.ok,
        reports: written.size,
        'right in reports': pages - check.problemCount,
      },
      seconds,
      startCpuMs,
      processes,
    })
  }
  return meshRows
}

async function measureTools(
  serverLog: ReturnType<typeof readServerLog>,
  urls: string[],
  meshRows: Map<string, Record<string, string>>,
) {
  const urlsFile = join(scratch, 'urls.txt')
  writeFileSync(urlsFile, urls.join('\n'))
  for (const tool of comparedTools()) {
    if (!isWanted(tool.name)) continue
    if ('missing' in tool.found) {
      console.log(`… ${tool.name}: left out. ${tool.found.missing}`)
      skipped.push(`${tool.name}: ${tool.found.missing}`)
      continue
    }
    console.log(`… ${tool.name}`)
    const folder = mkdtempSync(join(scratch, 'tool-'))
    const { said, rows: written, seconds, startCpuMs, cost } = await runTool(tool, { urlsFile, folder })
    rmSync(folder, { recursive: true, force: true })
    rows.push({
      name: tool.name,
      version: tool.found.version,
      gives: tool.gives,
      survives: tool.survives,
      pages: urls.length,
      witnesses: { server: serverLog.pagesSinceLast(), said, ...(written === null ? {} : { CSV: written.size }) },
      seconds,
      startCpuMs,
      processes: { [tool.name]: cost },
    })
    if (written !== null && meshRows.size > 0)
      agreements.push({ name: tool.name, fields: compareRows(meshRows, written) })
  }
}

function reportOf(about: string): string {
  const named = (start: string) => rows.find(({ name }) => name.startsWith(start))
  const first = named('the mesh, 1') ?? rows[0]
  if (first === undefined) return 'nothing was measured'
  const meshes = rows.filter(({ name }) => name.startsWith('the mesh'))
  const [scrapy, crawleeDurable, ceiling] = ['Scrapy', 'Crawlee, default', 'ceiling'].map(named)
  const others = agreements.filter(({ name }) => !name.includes('in memory'))
  return [
    about,
    `Tools ask for ${toolConcurrency} pages at once from a list; the mesh reads robots.txt and sitemaps and keeps 64 a site.`,
    costTable(rows, first),
    ...(meshes.length === 0 ? [] : [processTable(meshes)]),
    ...(meshes.length === 0 ? [] : [goalsTable({ mesh: first, scrapy, crawleeDurable, ceiling })]),
    termsTable(rows),
    ...(others.length === 0 ? [] : [agreementTable(others)]),
    ...skipped.map((line) => `Left out: ${line}`),
  ].join('\n\n')
}

function goalsTable(from: Record<'scrapy' | 'crawleeDurable' | 'ceiling', Row | undefined> & { mesh: Row }): string {
  const given = Object.fromEntries(Object.entries(from).filter(([, row]) => row !== undefined)) as Parameters<
    typeof readGoals
  >[0]
  return markdownTable(
    ['goal', 'measured', ''],
    readGoals(given).map(({ what, measured, isMet }) => [
      what,
      measured,
      isMet === null ? '' : isMet ? 'met' : 'missed',
    ]),
  )
}
