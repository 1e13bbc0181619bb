import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, statSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ArtifactStore, makeObjectStore } from '@seine/artifacts'
import { archivePath, type ExportResult, exportArchive, exportSite, siteArtifacts, summaryPath } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ExporterBench, type SamplePage, site, siteRunOf, startExporterBench } from './testing.ts'

let bench: ExporterBench
let store: ArtifactStore
let root: string
let runId: string
let previousRunId: string
const processes = new Set<ChildProcess>()
let kills = 0

const pages = (priceOf: (n: number) => number): SamplePage[] =>
  Array.from({ length: 1_500 }, (_, n) => ({
    path: `/p/${n}`,
    product: { name: `Lamp ${n}`, price: priceOf(n), description: 'A lamp. '.repeat(200) },
  }))

beforeAll(async () => {
  bench = await startExporterBench()
  root = await mkdtemp(join(tmpdir(), 'exporter-kill-test-'))
  store = await makeObjectStore(bench.bus.nc)
  previousRunId = await bench.run(pages((n) => n))
  await undisturbed(1, previousRunId, null)
  runId = await bench.run(pages((n) => (n % 3 === 0 ? n + 1 : n)))
}, 120_000)
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL')
  await bench?.stop()
  await rm(root, { recursive: true, force: true })
})
beforeEach(async () => {
  const paths = (await Array.fromAsync(store.list(`bulk_runs/${runId}/`))).map(({ path }) => path)
  for (const path of paths) await store.remove(path)
})

/** The service as it ships, as a process; with so little memory for sorting that it sorts in files. */
function startExporter(): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      NATS_SERVERS: bench.nats.servers.join(','),
      EXPORT_TMP_DIR: root,
      EXPORT_SORT_MEMORY_MB: '2',
      EXPORT_CONCURRENCY: '1',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  processes.add(child)
  child.once('exit', () => processes.delete(child))
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function findResult(of: string | null, attempt: number, ofRun = runId): Promise<ExportResult | null> {
  for await (const { data } of bench.bus.replay(`result.export.${ofRun}.${of ?? '_'}`, { stream: 'RESULTS' })) {
    const result = JSON.parse(Buffer.from(data).toString('utf8')) as ExportResult
    if (result.attempt === attempt) return result
  }
  return null
}

async function untilResult(of: string | null, attempt: number, ofRun = runId): Promise<ExportResult> {
  let result: ExportResult | null = null
  await eventually(
    async () => {
      result = await findResult(of, attempt, ofRun)
      return result !== null
    },
    { timeoutMs: 60_000 },
  )
  return result!
}

const siteWork = (attempt: number, ofRun = runId, previous: string | null = previousRunId) => ({
  ...{ runId: ofRun, site, attempt, previousRunId: previous, allSourcesRead: true, correlationId: 'test' },
})
const archiveWork = (attempt: number) => ({
  ...{ runId, attempt, createdAt: '2026-11-20T09:00:00.000Z', correlationId: 'test' },
})

const hashes = ({ artifacts }: ExportResult): Record<string, string> =>
  Object.fromEntries(artifacts.map(({ path, sha256 }) => [path, sha256]))

/** What the files are when nobody disturbs the export, and how long it takes from delivery to result. */
async function undisturbed(attempt: number, ofRun = runId, previous: string | null = previousRunId) {
  const child = startExporter()
  await bench.bus.publish(exportSite, siteWork(attempt, ofRun, previous))
  const result = await untilResult(site, attempt, ofRun)
  await stop(child)
  return { result, expected: hashes(result) }
}

async function setAckWait(ackWaitMs: number): Promise<void> {
  await (await bench.bus.jsm()).consumers.update('EXPORTS', 'exporter', { ack_wait: ackWaitMs * 1e6 })
}

const deliveries = async (): Promise<number> =>
  (await (await bench.bus.jsm()).consumers.info('EXPORTS', 'exporter')).delivered.consumer_seq

/** Starts an exporter and waits until it has the work: the broker waits a minute for the dead, the test does not. Null: it is done. */
async function takeOver(): Promise<ChildProcess | null> {
  if (!(await isLeft())) return null
  const before = await deliveries()
  await setAckWait(500)
  const child = startExporter()
  await eventually(async () => (await deliveries()) > before, { timeoutMs: 60_000 })
  await setAckWait(60_000)
  return child
}

const isLeft = async (): Promise<boolean> => (await bench.bus.pendingOn('EXPORTS', 'work.export.>')) > 0

const hasFile = (pattern: string): boolean => globSync(join(root, '*', pattern)).some((file) => sizeOf(file) > 0)
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
const isStored = async (path: string): Promise<boolean> => (await store.stat(path)) !== null

/** Whether the stage has begun. */
type Stage = readonly [name: string, hasBegun: (attempt: number) => boolean | Promise<boolean>]

const inWorkDir = (name: string, pattern: string): Stage => [name, () => hasFile(pattern)]
const stored = (name: string): Stage => [
  `${name} is stored`,
  () => isStored(name === 'summary.xlsx' ? summaryPath(runId) : `${siteArtifacts(runId, site)}/${name}`),
]

const siteStages: Stage[] = [
  ['the work has come', () => true],
  inWorkDir('records are collected', 'sort-*.run'),
  inWorkDir('full.csv is written', 'full.csv'),
  inWorkDir('sheets are written', 'workbook-*.sheet'),
  inWorkDir('the snapshot is written', 'snapshot.ndjson.zst'),
  inWorkDir('seo.csv is written', 'seo.csv'),
  inWorkDir('the workbook is put together', 'shop.xlsx'),
  ...['full.csv', 'seo.csv', 'issues.csv', 'diff.csv', 'shop.xlsx', 'report.json', 'snapshot.ndjson.zst'].map(stored),
  ['the result is told', async (attempt) => (await findResult(site, attempt)) !== null],
]

/** Three at a time: a message is given out five times. */
const inChains = <T>(all: readonly T[], length = 3): T[][] =>
  Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length))

/** Kills the exporter of one piece of work at each of the stages; gives the result all the same. */
async function withKills(
  of: string | null,
  attempt: number,
  stages: readonly Stage[],
  expected: Record<string, string>,
): Promise<ExportResult> {
  for (const [, hasBegun] of stages) {
    const doomed = await takeOver()
    if (doomed === null) break
    while (!(await hasBegun(attempt)) && (await findResult(of, attempt)) === null)
      await new Promise((resolve) => setImmediate(resolve))
    await kill(doomed)
    kills++
    // Nothing half-written is ever visible.
    for (const [path, sha256] of Object.entries(expected)) {
      const found = await store.stat(path)
      if (found !== null) expect([path, found.sha256]).toEqual([path, sha256])
    }
  }
  const last = await takeOver()
  const result = await untilResult(of, attempt)
  // Nobody comes after one that was killed when all was done: what it left, the next exporter of this machine removes at its start.
  if (last === null) return result
  await stop(last)
  expect(await readdir(root)).toEqual([])
  return result
}

/** Deterministic noise from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

test('an exporter killed at every stage of a site is taken over, and the files are the same bytes', async () => {
  const { result, expected } = await undisturbed(1)
  expect(result).toMatchObject({ status: 'complete', rows: 1_500, diff: { changed: 500 } })
  let attempt = 1
  for (const chain of inChains(siteStages)) {
    for (const path of Object.keys(expected)) await store.remove(path)
    await bench.bus.publish(exportSite, siteWork(++attempt))
    const again = await withKills(site, attempt, chain, expected)
    expect(again, chain.map(([name]) => name).join(', ')).toMatchObject({ status: 'complete', diff: result.diff })
    expect(hashes(again)).toEqual(expected)
  }
}, 300_000)

test('so is one killed at any other moment', async () => {
  const startMs = performance.now()
  const { expected } = await undisturbed(50)
  const durationMs = performance.now() - startMs
  const random = seeded(20_261_121)
  const moments = Array.from({ length: 9 }, (): Stage => {
    const pauseMs = random() * durationMs
    return [`after ${Math.round(pauseMs)} ms`, () => sleep(pauseMs, true)]
  })
  let attempt = 50
  for (const chain of inChains(moments)) {
    for (const path of Object.keys(expected)) await store.remove(path)
    await bench.bus.publish(exportSite, siteWork(++attempt))
    expect(hashes(await withKills(site, attempt, chain, expected))).toEqual(expected)
  }
}, 300_000)

test('and one killed while it packs the run', async () => {
  const { result } = await undisturbed(70)
  bench.sites(runId, [siteRunOf(runId, site, result.artifacts)])
  const child = startExporter()
  await bench.bus.publish(exportArchive, archiveWork(1))
  const expected = hashes(await untilResult(null, 1))
  await stop(child)
  const stages: Stage[] = [
    stored('summary.xlsx'),
    ['the archive is packed', () => globSync(join(root, '**', '*')).some((file) => /spool|artifact|upload/.test(file))],
    ['the archive is stored', () => isStored(archivePath(runId))],
    ['the result is told', async (attempt) => (await findResult(null, attempt)) !== null],
  ]
  let attempt = 1
  for (const chain of inChains(stages, 2)) {
    for (const path of Object.keys(expected)) await store.remove(path)
    await bench.bus.publish(exportArchive, archiveWork(++attempt))
    const again = await withKills(null, attempt, chain, expected)
    expect(hashes(again)).toEqual(expected)
  }
}, 300_000)

test('that were twenty kills at least', () => {
  expect(kills).toBeGreaterThanOrEqual(20)
})
