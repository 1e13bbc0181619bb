/**
 * Two hours of back-to-back runs over shops that change between them, some watched, paused, cancelled, retried and compared;
 * every archive checked against what was served; retention on. Each minute everything that could leak is measured.
 *
 *   node bench/soak.ts [--minutes 120] [--fetchers 2] [--shops 10] [--out bench/results/soak]
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connectBus } from '@seine/bus'
import { makeClient } from '@seine/client'
import { silentLogger } from '@seine/runtime'
import { startStack } from '@seine/stack'
import { connectPostgres } from '../services/scheduler/src/database/postgres.ts'
import { judge, rule, tableOf } from './soak/judge.ts'
import { readMeasures } from './soak/measures.ts'
import { makeRounds } from './soak/rounds.ts'
import { serveShops, shopsEnv } from './soak/serve-shops.ts'
import { makeShops } from './soak/shops.ts'
import { shortenAges } from './soak/shorten-ages.ts'
import type { Sample } from './soak/trend.ts'
import { watch } from './soak/watchers.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '120' },
    fetchers: { type: 'string', default: '2' },
    shops: { type: 'string', default: '10' },
    out: { type: 'string', default: join(import.meta.dirname, 'results/soak') },
  },
})
const sampleEveryMs = 60_000
const keptRuns = 3

const startedMs = performance.now()
const minutesSoFar = () => (performance.now() - startedMs) / 60_000
const shops = makeShops(Number(values.shops))
const served = await serveShops(shops)
const folder = mkdtempSync(join(tmpdir(), 'seine-soak-'))
const tmpDir = join(folder, 'tmp')
const csv = join(values.out, 'samples.csv')
mkdirSync(values.out, { recursive: true })
writeFileSync(csv, 'minute,measure,value\n')
const say = (line: string) => console.log(`${minutesSoFar().toFixed(1).padStart(6)} min  ${line}`)
try {
  const rounds = makeRounds({ shops, served, sitesFile: join(folder, 'sites.json'), say })
  rounds.writeSites()
  await using stack = await startStack({
    dir: join(folder, 'stack'),
    fetchers: Number(values.fetchers),
    sitesFile: join(folder, 'sites.json'),
    policiesFile: rounds.writePolicies(join(folder, 'policies.yml')),
    durability: 'durable',
    restart: true,
    gatewayPort: 'any',
    env: {
      ...process.env,
      ...shopsEnv,
      // Three sites at five pages a second, and so fifteen in all.
      BULK_MAX_CONCURRENCY: '3',
      RETAIN_RUNS: String(keptRuns),
      RETENTION_GRACE: '1m',
      EXPORT_TMP_DIR: join(tmpDir, 'exporter'),
      PAGES_TMP_DIR: join(tmpDir, 'fetcher'),
    },
    onLine: say,
  })
  await using bus = await connectBus({ servers: [stack.natsUrl], name: 'soak' }, silentLogger)
  await using sql = await connectPostgres(
    { url: stack.databaseUrl, maxConnections: 1, startTimeoutMs: 10_000 },
    silentLogger,
  )
  await shortenAges(bus)
  const client = makeClient({ baseUrl: stack.gatewayUrl, apiKey: stack.apiKey })
  const watchers = watch(client, stack.gatewayUrl, stack.apiKey)
  await client.createWebhook({
    name: 'soak',
    url: `http://hooks.soak.test:${served.port}/`,
    events: ['run.started', 'run.finished', 'site.finished', 'retention.planned'],
  })

  const samples = new Map<string, Sample[]>()
  const stopSampling = new AbortController()
  const sampling = (async () => {
    while (!stopSampling.signal.aborted) {
      const minute = minutesSoFar()
      const measures = await readMeasures({ stack, bus, sql, tmpDir, brokerDir: join(folder, 'stack/nats') })
      for (const [measure, value] of Object.entries(measures)) {
        samples.set(measure, [...(samples.get(measure) ?? []), { atMs: minute * 60_000, value }])
        appendFileSync(csv, `${minute.toFixed(2)},${measure},${Number(value.toFixed(3))}\n`)
      }
      await sleep(sampleEveryMs, undefined, { signal: stopSampling.signal }).catch(() => {})
    }
  })()

  while (minutesSoFar() < Number(values.minutes)) await rounds.next(client, watchers)
  stopSampling.abort()
  await sampling
  await watchers.stop()

  const { pages, runs, problems } = rounds.totals
  const { sse, webSocket, run } = watchers.heard
  const judged = judge(samples)
  const grows = judged.filter(({ verdict }) => verdict === 'GROWS')
  const report = [
    `${minutesSoFar().toFixed(0)} minutes, ${runs} runs, ${pages} pages, ${served.asked} requests, ${served.delivered} webhook deliveries`,
    `events heard: ${sse} over SSE, ${webSocket} over WebSocket, ${run} by the watchers of single runs`,
    `archives: ${problems.length === 0 ? 'every one right' : `${problems.length} problems`}`,
    ...problems.slice(0, 20).map((problem) => `  ${problem}`),
    `measures: ${grows.length === 0 ? 'all flat' : `${grows.length} grow`} (${rule})`,
    '',
    tableOf(judged),
  ].join('\n')
  writeFileSync(join(values.out, 'report.md'), `${report}\n`)
  console.log(report)
  if (grows.length + problems.length > 0) process.exitCode = 1
} finally {
  await served.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
