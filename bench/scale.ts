/**
 * One bulk run over many virtual sites whose pages are made up as they are asked for: does it complete, is its ledger balanced, is its
 * archive right by an independent count, and what do a page and a million of them cost in CPU, memory and disk. Compare runs of
 * different sizes: memory has to be flat, and the cost of a page must not grow.
 *
 *   node bench/scale.ts [--urls 10000] [--sites 200] [--at-once 16] [--fetchers 2] [--keep]
 *
 * A million URLs take about an hour on two cores and 15 GB below TMPDIR.
 */
import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Client, makeClient, type RunDetail } from '@seine/client'
import { silentLogger } from '@seine/runtime'
import { type Stack, startStack } from '@seine/stack'
import { connectPostgres } from '../services/scheduler/src/database/postgres.ts'
import { ledgersBalance } from '../services/scheduler/src/testing/database.ts'
import { type ProcessMeter, startProcessMeter } from './process-meter.ts'
import { checkArchive } from './scale/check-archive.ts'
import { measureDisk } from './scale/disk.ts'
import { startGenerator } from './scale/generator-process.ts'
import { isProduct } from './scale/graph.ts'
import { readMemory } from './scale/memory.ts'
import { printScale, type ScaleResult } from './scale/print-scale.ts'
import type { Reading } from './scale/stretches.ts'
import { scaleDomain, scalePolicy, scalePolicyName, siteEntries } from './scale/world.ts'

const { values } = parseArgs({
  options: {
    urls: { type: 'string', default: '10000' },
    sites: { type: 'string', default: '200' },
    /** Sites of the run that are worked on at the same time. */
    'at-once': { type: 'string', default: '16' },
    fetchers: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
  },
})
const pollMs = 3_000
const samplePeriodMs = 1_000
const readingsARun = 20

const sites = Number(values.sites)
const pagesEach = Math.max(1, Math.round(Number(values.urls) / sites))
const urls = sites * pagesEach
const folder = mkdtempSync(join(tmpdir(), 'seine-scale-'))
// PostgreSQL does not run as root: what its user can't reach would be put elsewhere, and be left there.
chmodSync(folder, 0o755)
await using generator = await startGenerator({ sites, pagesEach })
try {
  console.log(
    `${sites} sites of ${pagesEach} pages, ${values['at-once']} at once, ${values.fetchers} fetchers; ${folder}`,
  )
  const world = generator.world
  await using stack = await startStack({
    dir: join(folder, 'stack'),
    fetchers: Number(values.fetchers),
    sitesFile: writeJson('sites.json', { sites: siteEntries(world) }),
    // JSON is YAML.
    policiesFile: writeJson('policies.yml', { policies: { default: {}, [scalePolicyName]: scalePolicy } }),
    durability: 'durable',
    restart: true,
    gatewayPort: 'any',
    env: {
      ...process.env,
      ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      HOST_OVERRIDES: `*.${scaleDomain}=127.0.0.1`,
      EXPORT_TMP_DIR: join(folder, 'export'),
    },
    onLine: (line) => console.log(`  ${line}`),
  })
  const roots = () => [
    ...[...stack.processes.values()].flatMap(({ name, pid }) =>
      pid === null ? [] : [[name, pid] as [string, number]],
    ),
    ['(generator)', generator.pid] as [string, number],
  ]
  const meter = startProcessMeter(roots, samplePeriodMs)
  const client = makeClient({ baseUrl: stack.gatewayUrl, apiKey: stack.apiKey })
  const { run, readings } = await follow(client, () => readNow(stack, meter))
  meter.stop()

  await using database = await connectPostgres(
    { url: stack.databaseUrl, maxConnections: 2, startTimeoutMs: 10_000 },
    silentLogger,
  )
  const zip = join(folder, 'reports.zip')
  const download = run.status === 'completed' ? await client.archive(run.id) : null
  if (download !== null) await pipeline(download.body, createWriteStream(zip))
  const products = sites * Array.from({ length: pagesEach }, (_, page) => isProduct(page)).filter(Boolean).length
  const result: ScaleResult = {
    world,
    run: { id: run.id, status: run.status, reason: run.reason, counts: run.counts },
    expected: { pages: urls, products },
    ledgerBalances: await ledgersBalance(database),
    requests: await generator.summary(),
    archive: download === null ? null : await checkArchive(zip, world),
    archiveBytes: run.archive?.sizeBytes ?? 0,
    disk: await measureDisk(join(folder, 'stack/nats'), (sql) => database.query(sql)),
    restarts: Object.fromEntries([...stack.processes.values()].map(({ name, restarts }) => [name, restarts])),
    readings,
  }
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true })
  writeFileSync(join(import.meta.dirname, `results/scale-${urls}.json`), JSON.stringify(result, null, 1))
  if (!printScale(result)) process.exitCode = 1
} finally {
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}

function writeJson(name: string, value: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(value))
  return path
}

type Now = Omit<Reading, 'pages' | 'seconds'>

function readNow(stack: Stack, meter: ProcessMeter): Now {
  const memory = [...stack.processes.values()].flatMap(({ name, pid }) => {
    const read = pid === null ? null : readMemory(pid)
    return read === null ? [] : [[name, read] as const]
  })
  return { usage: meter.usage(), memory: Object.fromEntries(memory) }
}

/** Starts a run and resolves when it has ended, however; with a reading at its start, its end and so many between. */
async function follow(client: Client, now: () => Now): Promise<{ run: RunDetail; readings: Reading[] }> {
  const startedMs = performance.now()
  const readings: Reading[] = [{ pages: 0, seconds: 0, ...now() }]
  const { id } = await client.createRun({ concurrency: Number(values['at-once']) })
  for (;;) {
    await sleep(pollMs)
    const run = await client.getRun(id).catch((error: unknown) => console.log(`  ${error}`))
    if (run === undefined) continue
    const { ok, failed, skipped, unchanged } = run.counts
    const pages = ok + failed + skipped + unchanged
    const hasEnded = run.finishedAt !== null
    if (hasEnded || pages >= (readings.length * urls) / readingsARun) {
      readings.push({ pages, seconds: (performance.now() - startedMs) / 1_000, ...now() })
      const done = run.sites.filter(({ status }) => status === 'completed').length
      console.log(`  ${new Date().toISOString()} ${pages} pages, ${done} sites done; ${memoryLine(readings.at(-1)!)}`)
    }
    if (hasEnded) return { run, readings }
  }
}

function memoryLine({ memory, usage }: Reading): string {
  const parts = Object.entries(memory).map(([name, { mb }]) => `${name} ${mb}`)
  const cpuS =
    Object.entries(usage).reduce((sum, [name, { cpuMs }]) => (name.startsWith('(') ? sum : sum + cpuMs), 0) / 1_000
  return `${parts.join(', ')} MB; ${Math.round(cpuS)} s of CPU, load ${loadavg()[0]!.toFixed(0)}`
}
