import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Bus } from '@seine/bus'
import type { RunDetail } from '@seine/client'
import { type SeineEvent, streams } from '@seine/contracts'
import { eventually, readZip } from '@seine/testkit'
import pg from 'pg'
import { readCsv } from '../mesh/read-csv.ts'
import type { Gateways } from './gateways.ts'
import type { ChaosMesh } from './mesh.ts'
import type { LedgerRow, RoundEvidence, SiteReports, WrittenFile } from './round-evidence.ts'

/** How long messages and events may still be under way after a run's end: a repeated task waits for its slot, too. */
const settleMs = 90_000

/** What is asked of the database, past the mesh. */
export async function query<T extends pg.QueryResultRow>(
  databaseUrl: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return (await client.query<T>(sql, values)).rows
  } finally {
    await client.end()
  }
}

export const readLedger = (databaseUrl: string, runId: string): Promise<LedgerRow[]> =>
  query<LedgerRow & pg.QueryResultRow>(
    databaseUrl,
    `select s.site, u.url, u.kind, u.state, u.outcome, u.reason
     from urls u join bulk_job_sites s on s.id = u.site_run_id where s.job_id = $1`,
    [runId],
  )

/** The archive's files and what it says of them, and the reports in it. */
export async function readArchive(gateways: Gateways, run: RunDetail) {
  const bytes = await gateways.ask(async (client) => {
    const download = await client.archive(run.id)
    return download && buffer(download.body)
  })
  if (bytes === null) return { files: [missing('reports.zip')], reports: new Map(), archivedEvents: [] }
  const entries = await readZip(bytes)
  const manifest = JSON.parse(entries.get('manifest.json')?.toString() ?? '{}') as Manifest
  const named = [...(manifest.files ?? []), ...(manifest.sites ?? []).flatMap(({ files }) => files)]
  const files = [
    ...(run.archive === null ? [] : [written('reports.zip', run.archive.sha256, run.archive.sizeBytes, bytes)]),
    ...named.map(({ path, sha256, size }) => written(`reports.zip: ${path}`, sha256, size, entries.get(path) ?? null)),
  ]
  const reports = new Map<string, SiteReports>()
  for (const { site } of run.sites) {
    const csv = (name: string) => {
      const text = entries.get(`${site}/${name}.csv`)
      return text === undefined ? [] : readCsv(text)
    }
    reports.set(site, { seo: csv('seo'), full: csv('full'), diff: csv('diff') })
  }
  const lines = entries.get('events.jsonl')?.toString().split('\n').filter(Boolean) ?? []
  return { files, reports, archivedEvents: lines.map((line) => JSON.parse(line) as SeineEvent) }
}

interface Manifest {
  files?: { path: string; sha256: string; size: number }[]
  sites?: { files: { path: string; sha256: string; size: number }[] }[]
}

/** Every file that the run's sites name, as it is in the store. */
export async function readArtifacts(gateways: Gateways, run: RunDetail): Promise<WrittenFile[]> {
  const files: WrittenFile[] = []
  for (const { site, artifacts } of run.sites)
    for (const { path, sha256, sizeBytes } of artifacts) {
      const name = path.split('/').at(-1) ?? ''
      const bytes = await gateways.ask(async (client) => {
        const download = await client.artifact(run.id, site, name)
        return download && buffer(download.body)
      })
      files.push(written(path, sha256, sizeBytes, bytes))
    }
  return files
}

function written(name: string, saidSha256: string, saidBytes: number, bytes: Buffer | null): WrittenFile {
  const sha256 = bytes === null ? null : createHash('sha256').update(bytes).digest('hex')
  return { name, saidSha256, saidBytes, sha256, bytes: bytes?.length ?? 0 }
}

const missing = (name: string): WrittenFile => ({ name, saidSha256: '', saidBytes: 0, sha256: null, bytes: 0 })

/** The run's events as the broker has them. */
export async function readEvents(bus: Bus, runId: string): Promise<RoundEvidence['events']> {
  const events: { seq: number; event: SeineEvent }[] = []
  for await (const { data, seq } of bus.replay(`event.${runId}.>`, { stream: 'EVENTS' }))
    events.push({ seq, event: JSON.parse(Buffer.from(data).toString()) as SeineEvent })
  return events
}

/** Waits until nothing is under way any more and says what still is when the time is up. */
export async function readLeftovers(bus: Bus, databaseUrl: string): Promise<Record<string, number>> {
  let last: Record<string, number> = {}
  const look = async () => {
    const jsm = await bus.jsm()
    const held = async (stream: 'TASKS' | 'EXPORTS') => (await jsm.streams.info(streams[stream].name)).state.messages
    const outbox = await query<{ n: number }>(databaseUrl, 'select count(*)::int as n from outbox')
    last = { tasks: await held('TASKS'), exports: await held('EXPORTS'), 'events in the outbox': outbox[0]?.n ?? 0 }
    return Object.values(last).every((count) => count === 0)
  }
  await eventually(look, { timeoutMs: settleMs }).catch(() => undefined)
  return last
}

/** Peak memory of every service that runs. */
export async function readMegabytes(mesh: ChaosMesh): Promise<Record<string, number>> {
  const peaks: Record<string, number> = {}
  for (const { name, process } of mesh.members.values()) {
    const status = await readFile(`/proc/${process.pid}/status`, 'utf8').catch(() => '')
    peaks[name] = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024
  }
  return peaks
}
