import { setTimeout as sleep } from 'node:timers/promises'
import type { Bus } from '@seine/bus'
import type { Stack } from '@seine/stack'
import type { Database } from '../../services/scheduler/src/database/sql.ts'
import { processIds } from '../bench-mesh.ts'
import { startProcessMeter } from '../process-meter.ts'
import { readMemory } from '../scale/memory.ts'

/** What the mesh used and wrote in a stretch of time. */
export interface Window {
  /** Unix ms. */
  readonly fromMs: number
  readonly toMs: number
  /** By kind of process, all replicas together. */
  readonly cpuMs: Readonly<Record<string, number>>
  /** At its end, by process, MB. */
  readonly memoryMb: Readonly<Record<string, number>>
  /** Messages that streams stored, by stream. */
  readonly stored: Readonly<Record<string, number>>
  /** Transactions that PostgreSQL committed. */
  readonly transactions: number
}

const watchedStreams = ['TASKS', 'RESULTS', 'EVENTS', 'KV_hosts']
const nowMs = () => performance.timeOrigin + performance.now()

export async function measureWindow(
  { stack, bus, database }: { stack: Stack; bus: Bus; database: Database },
  seconds: number,
): Promise<Window> {
  const meter = startProcessMeter(() => processIds(stack))
  const [storedBefore, transactionsBefore] = [await lastSequences(bus), await transactions(database)]
  const before = byKind(meter.usage())
  const fromMs = nowMs()
  await sleep(seconds * 1_000)
  const toMs = nowMs()
  const after = byKind(meter.stop())
  const storedAfter = await lastSequences(bus)
  return {
    fromMs,
    toMs,
    cpuMs: Object.fromEntries(Object.entries(after).map(([kind, ms]) => [kind, ms - (before[kind] ?? 0)])),
    memoryMb: Object.fromEntries(processIds(stack).map(([name, pid]) => [name, readMemory(pid)?.mb ?? 0])),
    stored: Object.fromEntries(watchedStreams.map((name) => [name, storedAfter[name]! - storedBefore[name]!])),
    transactions: (await transactions(database)) - transactionsBefore,
  }
}

/** CPU time by what a process is: `fetcher-2` is a fetcher. */
export function byKind(usage: Readonly<Record<string, { cpuMs: number }>>): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [name, { cpuMs }] of Object.entries(usage)) {
    const kind = name.replace(/-\d+$/, '')
    sums[kind] = (sums[kind] ?? 0) + cpuMs
  }
  return sums
}

async function lastSequences(bus: Bus): Promise<Record<string, number>> {
  const { streams } = await bus.jsm()
  const infos = await Promise.all(watchedStreams.map((name) => streams.info(name)))
  return Object.fromEntries(infos.map(({ config, state }) => [config.name, state.last_seq]))
}

async function transactions(database: Database): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    'select xact_commit::int as n from pg_stat_database where datname = current_database()',
  )
  return row!.n
}
