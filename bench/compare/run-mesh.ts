import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '@seine/contracts'
import type { Stack } from '@seine/stack'
import { callMesh, processIds, startBenchMesh, unpackArchive } from '../bench-mesh.ts'
import { type ArchiveCheck, checkArchive } from '../check-archive.ts'
import { type ProcessMeter, startProcessMeter, type Usage } from '../process-meter.ts'
import type { ServedSites } from '../sites/serve-sites.ts'
import { startMemoryMeter } from './memory-meter.ts'
import { readMeshRows } from './mesh-rows.ts'
import type { ProcessCost } from './row.ts'

const pollMs = 250
/** Until what begins with a start has ended. */
const settleMs = 8_000
const restMs = 10_000
const timeoutMs = 15 * 60_000

export type MeshRun = {
  run: Run
  seconds: number
  startCpuMs: number
  restMsPerSecond: number
  /** The most that all had at one time. */
  peakMb: number
  processes: Record<string, ProcessCost>
  /** The archive against the files that were served. */
  check: ArchiveCheck
  /** The compared fields of every page with status 200, by URL. */
  values: Map<string, Record<string, string>>
}

/** One run of a mesh that was started for it, over all sites, with every report and the archive. */
export async function runMesh(sites: ServedSites, fetchers: number, scratch: string): Promise<MeshRun> {
  const folder = mkdtempSync(join(scratch, `mesh-${fetchers}-`))
  try {
    await using stack = await startBenchMesh(sites, { folder, fetchers, restart: false })
    const meter = startProcessMeter(() => processIds(stack))
    const restMsPerSecond = await costAtRest(meter)
    const memoryMeter = startMemoryMeter(() => processIds(stack))
    const before = meter.usage()
    const startedMs = performance.now()
    const run = await untilEnded(stack)
    const seconds = (performance.now() - startedMs) / 1_000
    const memory = memoryMeter.stop()
    const processes = costsSince(before, meter.stop(), memory.byName)
    const unpacked = await unpackArchive(stack, run.id, folder)
    return {
      run,
      seconds,
      startCpuMs: cpuMsOf(before),
      restMsPerSecond,
      peakMb: memory.mb,
      processes,
      check: await checkArchive(unpacked, sites.pages),
      values: await readMeshRows(unpacked),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function costAtRest(meter: ProcessMeter): Promise<number> {
  await sleep(settleMs)
  const before = cpuMsOf(meter.usage())
  const startedMs = performance.now()
  await sleep(restMs)
  return ((cpuMsOf(meter.usage()) - before) / (performance.now() - startedMs)) * 1_000
}

const cpuMsOf = (usage: Record<string, Usage>): number =>
  Object.values(usage).reduce((sum, { cpuMs }) => sum + cpuMs, 0)

async function untilEnded(stack: Stack): Promise<Run> {
  const { id } = await callMesh<Run>(stack, '/api/bulk-runs', { method: 'POST', body: '{}' })
  const untilMs = performance.now() + timeoutMs
  for (;;) {
    const run = await callMesh<Run>(stack, `/api/bulk-runs/${id}`)
    if (['completed', 'failed', 'cancelled'].includes(run.status)) return run
    if (performance.now() > untilMs) throw new Error(`no end after ${timeoutMs} ms: ${JSON.stringify(run)}`)
    await sleep(pollMs)
  }
}

function costsSince(
  before: Record<string, Usage>,
  after: Record<string, Usage>,
  peaksMb: Record<string, number>,
): Record<string, ProcessCost> {
  return Object.fromEntries(
    Object.entries(after).map(([name, { cpuMs }]) => [
      name,
      { cpuMs: cpuMs - (before[name]?.cpuMs ?? 0), peakMb: peaksMb[name] ?? 0 },
    ]),
  )
}
