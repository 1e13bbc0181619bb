import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What a run lies on, in bytes by what it is. */
export interface Disk {
  /** By stream, buckets and the object store (`OBJ_…`: artifacts) included; those below 1 MB are left out. */
  readonly broker: Readonly<Record<string, number>>
  /** By table with its indexes; those below 1 MB are left out. */
  readonly database: Readonly<Record<string, number>>
  /** Write-ahead log that is kept now. It has a bound of its own (`max_wal_size`). */
  readonly walBytes: number
}

const leastShownBytes = 1_000_000

/** @param natsFolder `nats` in the folder of a stack. */
export async function measureDisk(natsFolder: string, query: <R>(sql: string) => Promise<R[]>): Promise<Disk> {
  const streams = join(natsFolder, 'store/jetstream/$G/streams')
  const tables = await query<{ name: string; bytes: number }>(
    `select relname as name, pg_total_relation_size(oid)::float8 as bytes from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  const [wal] = await query<{ bytes: number }>('select sum(size)::float8 as bytes from pg_ls_waldir()')
  return {
    broker: worthShowing(readdirSync(streams).map((name) => [name, bytesBelow(join(streams, name))])),
    database: worthShowing(tables.map(({ name, bytes }) => [name, bytes])),
    walBytes: wal?.bytes ?? 0,
  }
}

function worthShowing(sizes: [name: string, bytes: number][]): Record<string, number> {
  return Object.fromEntries(sizes.filter(([, bytes]) => bytes >= leastShownBytes).sort((a, b) => b[1] - a[1]))
}

/** As allocated, since files may have holes. What is removed meanwhile counts nothing. */
function bytesBelow(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return 0
  if (!found.isDirectory()) return found.blocks * 512
  return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0)
}
