import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, createReadStream, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import { startMemoryMeter } from './memory-meter.ts'
import type { ProcessCost } from './row.ts'
import type { Tool, ToolJob } from './tool.ts'

/** Linux counts CPU time in hundredths of a second. */
const msPerTick = 10
const timeoutMs = 15 * 60_000

export type ToolRun = {
  /** Pages that it says it has read. */
  said: number
  /** Rows with status 200 in the CSV that it wrote, by URL. Null: it writes none. */
  values: Map<string, Record<string, string>> | null
  seconds: number
  startCpuMs: number
  cost: ProcessCost
}

/** Runs a tool once, in a process of its own. Rejects with what it wrote to its standard error where it fails. */
export async function runTool(tool: Tool, job: ToolJob): Promise<ToolRun> {
  const errorFile = join(job.folder, 'stderr.log')
  const log = openSync(errorFile, 'w')
  const cpuBeforeMs = reapedCpuMs()
  const child = spawn(tool.command, tool.args(job), {
    cwd: job.folder,
    env: { ...process.env, ...tool.env },
    stdio: ['ignore', 'pipe', log],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  closeSync(log)
  const meter = startMemoryMeter(() => (child.pid === undefined ? [] : [[tool.name, child.pid]]))
  let begun: { cpuMs: number; atMs: number } | null = null
  let said = 0
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [word, number] = line.split(' ')
    if (word === 'BEGIN') begun = { cpuMs: Number(number), atMs: performance.now() }
    if (word === 'DONE') said = Number(number)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  const endedMs = performance.now()
  const peakMb = meter.stop().mb
  const start = begun as { cpuMs: number; atMs: number } | null
  if (code !== 0 || start === null)
    throw new Error(`${tool.name}: ended with ${code ?? signal}\n${readFileSync(errorFile, 'utf8').slice(-4_000)}`)
  return {
    said,
    values: tool.csv === undefined ? null : await readRows(join(job.folder, tool.csv)),
    seconds: (endedMs - start.atMs) / 1_000,
    startCpuMs: start.cpuMs,
    cost: { cpuMs: reapedCpuMs() - cpuBeforeMs - start.cpuMs, peakMb },
  }
}

/** Of all child processes of this one that have ended: exact, where samples miss what a child does at its end. */
function reapedCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1')
  // The command's name may hold blanks and parentheses: fields are counted after the last one (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * msPerTick
}

async function readRows(path: string): Promise<Map<string, Record<string, string>>> {
  const rows = new Map<string, Record<string, string>>()
  if (!existsSync(path)) return rows
  const records = createReadStream(path).pipe(parse({ bom: true, columns: true }))
  for await (const row of records as AsyncIterable<Record<string, string>>)
    if (row.status === '200') rows.set(row.url ?? '', row)
  return rows
}
