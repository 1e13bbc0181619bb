import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServedSites } from '../sites/serve-sites.ts'
import type { Row } from './row.ts'
import { runMesh } from './run-mesh.ts'
import { runTool } from './run-tool.ts'
import type { ServerLog } from './server-log.ts'
import type { Tool } from './tool.ts'

export type Bench = {
  sites: ServedSites
  /** In the order in which tools ask for them. */
  urls: readonly string[]
  serverLog: ServerLog
  /** Where everything is written. */
  scratch: string
}

export type Measured = {
  row: Row
  /** The compared fields of its pages, by URL. Null: it writes none. */
  values: Map<string, Record<string, string>> | null
}

export const meshName = (fetchers: number): string => `the mesh, ${fetchers} fetcher${fetchers === 1 ? '' : 's'}`

export async function measureMesh(bench: Bench, fetchers: number): Promise<Measured> {
  const { sites, urls, serverLog, scratch } = bench
  const { run, seconds, startCpuMs, restMsPerSecond, peakMb, processes, check, values } = await runMesh(
    sites,
    fetchers,
    scratch,
  )
  for (const problem of check.problems.slice(0, 5)) console.log(`  ${problem}`)
  const row = {
    name: meshName(fetchers),
    version: 'this checkout',
    gives: '93 SEO columns, issues, the product and where each value came from; CSV, Excel, archive',
    survives: 'kill -9 or power cut of any process: all that was acknowledged; no page is lost or told twice',
    pages: urls.length,
    witnesses: {
      server: serverLog.pagesSinceLast(),
      ledger: run.counts.ok,
      reports: values.size,
      'right in reports': urls.length - check.problemCount,
    },
    seconds,
    startCpuMs,
    restMsPerSecond,
    peakMb,
    processes,
  }
  return { row, values }
}

export async function measureTool(bench: Bench, tool: Tool, version: string): Promise<Measured> {
  const { urls, serverLog, scratch } = bench
  const folder = mkdtempSync(join(scratch, 'tool-'))
  const urlsFile = join(folder, 'urls.txt')
  writeFileSync(urlsFile, urls.join('\n'))
  const { said, values, seconds, startCpuMs, cost } = await runTool(tool, { urlsFile, folder })
  rmSync(folder, { recursive: true, force: true })
  const row = {
    name: tool.name,
    version,
    gives: tool.gives,
    survives: tool.survives,
    pages: urls.length,
    witnesses: { server: serverLog.pagesSinceLast(), said, ...(values === null ? {} : { CSV: values.size }) },
    seconds,
    startCpuMs,
    peakMb: cost.peakMb,
    processes: { [tool.name]: cost },
  }
  return { row, values }
}
