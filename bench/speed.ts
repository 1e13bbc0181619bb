/**
 * The whole mesh with one and two fetchers, Crawlee, Scrapy and a bare loop over the same pages in one run: pages a second, CPU
 * a page by process, memory, and whether they did the same work. Writes bench/results/speed.md and speed.json.
 *
 *   node bench/sites/install.ts && node bench/compare/install.ts
 *   node bench/speed.ts [--pages 8000] [--rounds 1] [--only mesh,scrapy]
 *
 * On a machine that does other things too: `make bench BENCH_ARGS="--rounds 3"`; each row shows the round with the least CPU.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compareRows } from './compare/agreement.ts'
import { type Bench, type Measured, measureMesh, measureTool, meshName } from './compare/measure.ts'
import { type SpeedResults, speedReport } from './compare/report.ts'
import { wrongCounts } from './compare/row.ts'
import { readServerLog } from './compare/server-log.ts'
import { comparedTools } from './compare/tools.ts'
import { startMixedSites } from './sites/mixed-sites.ts'
import { interleave } from './sites/subset.ts'

const { values: options } = parseArgs({
  options: {
    pages: { type: 'string', default: '8000' },
    rounds: { type: 'string', default: '1' },
    /** Rows whose name has one of these words. */
    only: { type: 'string', default: '' },
  },
})
const wantedWords = options.only.toLowerCase().split(',')
const isWanted = (name: string) => wantedWords.some((word) => name.toLowerCase().includes(word.trim()))

const scratch = mkdtempSync(join(tmpdir(), 'seine-speed-'))
const sites = await startMixedSites(Number(options.pages))
const files = Object.values(sites.pages)
const urls = interleave(files.map((pages) => [...pages.keys()]))
const bench: Bench = { sites, urls, serverLog: readServerLog(sites), scratch }
const results: SpeedResults = { about: aboutThis(), rows: [], agreements: [], skipped: [] }
const folder = join(import.meta.dirname, 'results')
try {
  console.log(results.about)
  for (let round = 1; round <= Number(options.rounds); round++) {
    await measureAll()
    write()
  }
} finally {
  await sites.stop()
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`\n${speedReport(results)}`)
if (results.rows.some((row) => wrongCounts(row) !== '')) process.exitCode = 1

async function measureAll(): Promise<void> {
  const written = new Map<string, NonNullable<Measured['values']>>()
  const measure = async (name: string, measureRow: () => Promise<Measured>) => {
    console.log(`… ${name}`)
    const { row, values } = await measureRow()
    results.rows.push(row)
    if (values !== null) written.set(name, values)
    write()
  }
  results.skipped = []
  for (const tool of comparedTools()) {
    const { name, found } = tool
    if (!isWanted(name)) continue
    if ('version' in found) await measure(name, () => measureTool(bench, tool, found.version))
    else {
      results.skipped.push(`${name}: ${found.missing}`)
      console.log(`… ${name}: left out. ${found.missing}`)
    }
  }
  for (const fetchers of [1, 2])
    if (isWanted(meshName(fetchers))) await measure(meshName(fetchers), () => measureMesh(bench, fetchers))
  const mesh = written.get(meshName(2)) ?? written.get(meshName(1))
  if (mesh !== undefined)
    results.agreements = [...written]
      .filter(([name]) => !name.startsWith('the mesh'))
      .map(([name, values]) => ({ name, fields: compareRows(mesh, values) }))
}

function write(): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'speed.md'), `${speedReport(results)}\n`)
  writeFileSync(join(folder, 'speed.json'), JSON.stringify(results, null, 1))
}

function aboutThis(): string {
  const bytes = files.flatMap((pages) => [...pages.values()]).reduce((sum, file) => sum + statSync(file).size, 0)
  return [
    `${urls.length} pages of ${sites.sites.length} sites, mean ${(bytes / urls.length / 1_000).toFixed(1)} KB`,
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Linux ${release()}, Node ${process.version.slice(1)}`,
    `load at the start ${loadavg()[0]?.toFixed(1)}, rounds ${options.rounds}`,
  ].join('; ')
}
