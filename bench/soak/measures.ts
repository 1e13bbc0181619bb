import { statSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bus } from '@seine/bus'
import type { Stack } from '@seine/stack'
import type { Sql } from '../../services/scheduler/src/database/sql.ts'
import { environmentOf, readProcess, readTree } from './read-process.ts'

/** Tables that keep what a run was and found after its pages and files are gone: they grow by the run, on purpose. */
const historyTables = [
  'audit',
  'bulk_job_site_reasons',
  'bulk_job_sites',
  'bulk_jobs',
  'page_changes',
  'webhook_deliveries',
]
const mb = 1_024 ** 2

/** Everything that could leak, by name: `<part>.<what>`; what ends in `_mb` is mebibytes. */
export async function readMeasures(deps: {
  stack: Stack
  bus: Bus
  sql: Sql
  /** Folders of the services' temporary files. */
  tmpDir: string
  brokerDir: string
}): Promise<Record<string, number>> {
  const { stack } = deps
  const measures: Record<string, number> = {}
  for (const { name, pid, restarts } of stack.processes.values()) {
    measures[`${name}.restarts`] = restarts
    if (pid === null) continue
    const reading = name === 'postgres' ? readTree(pid) : readProcess(pid)
    if (reading === null) continue
    measures[`${name}.rss_mb`] = reading.rssMb
    measures[`${name}.handles`] = reading.handles
    measures[`${name}.threads`] = reading.threads
    if ('processes' in reading) measures[`${name}.processes`] = reading.processes as number
    Object.assign(measures, await readHeap(name, pid))
  }
  Object.assign(measures, await readBroker(deps.bus), await readDatabase(deps.sql))
  measures['broker.disk_mb'] = (await bytesBelow(deps.brokerDir)) / mb
  measures['services.tmp_mb'] = (await bytesBelow(deps.tmpDir)) / mb
  return measures
}

/** What `/metrics` of a service says. PostgreSQL and the broker have none. */
async function readHeap(name: string, pid: number): Promise<Record<string, number>> {
  const port = environmentOf(pid, 'HEALTH_PORT')
  if (port === null) return {}
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  )
  const value = (metric: string) => Number(new RegExp(`^${metric} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN)
  const measures = {
    [`${name}.heap_mb`]: value('nodejs_heap_size_used_bytes') / mb,
    [`${name}.external_mb`]: value('nodejs_external_memory_bytes') / mb,
    [`${name}.resources`]: value('nodejs_active_resources_total'),
  }
  return Object.fromEntries(Object.entries(measures).filter(([, number]) => !Number.isNaN(number)))
}

async function readBroker(bus: Bus): Promise<Record<string, number>> {
  const manager = await bus.jsm()
  const measures: Record<string, number> = { 'broker.streams': 0, 'broker.consumers': 0 }
  for await (const { config, state } of manager.streams.list()) {
    measures['broker.streams'] = measures['broker.streams']! + 1
    measures['broker.consumers'] = measures['broker.consumers']! + state.consumer_count
    measures[`stream ${config.name}.size_mb`] = state.bytes / mb
    measures[`stream ${config.name}.messages`] = state.messages
  }
  return measures
}

async function readDatabase(sql: Sql): Promise<Record<string, number>> {
  const [whole] = await sql.query<{ connections: number; wal: number }>(
    `select (select count(*)::int from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()) as connections,
       (select sum(size)::float8 from pg_ls_waldir()) as wal`,
  )
  const tables = await sql.query<{ name: string; bytes: number; rows: number }>(
    `select relname as name, pg_total_relation_size(relid)::float8 as bytes, n_live_tup::float8 as rows
     from pg_stat_user_tables order by 1`,
  )
  const sizeOf = (isHistory: boolean) =>
    tables.reduce((sum, { name, bytes }) => sum + (historyTables.includes(name) === isHistory ? bytes : 0), 0) / mb
  return {
    'database.connections': whole?.connections ?? 0,
    'database.wal_mb': (whole?.wal ?? 0) / mb,
    'database.working_mb': sizeOf(false),
    'database.history_mb': sizeOf(true),
    ...Object.fromEntries(tables.map(({ name, bytes }) => [`table ${name}.size_mb`, bytes / mb])),
    ...Object.fromEntries(tables.map(({ name, rows }) => [`table ${name}.rows`, rows])),
  }
}

/** Room on the disk, not length: what was removed inside a file does not count. Files that go meanwhile are passed over. */
async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) bytes += await bytesBelow(path)
      else bytes += (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return bytes
}
