/**
 * A run at full speed, watched by a thousand clients of one gateway: half over server-sent events, half over WebSockets, and
 * one that is cut off again and again. How long from a page's result in the stream to each client; what it costs; what it
 * does to the API.
 *
 *   node bench/live.ts [--clients 1000] [--sites 12] [--pages 3000] [--rate 100] [--cuts 50]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connectBus } from '@seine/bus'
import { type Client, makeClient } from '@seine/client'
import { silentLogger } from '@seine/runtime'
import { type Stack, startStack } from '@seine/stack'
import { makeCutClient } from './live/cut-client.ts'
import { percentiles } from './live/percentiles.ts'
import { openSse, openWebSocket, type Watcher } from './live/watchers.ts'
import { startProcessMeter } from './process-meter.ts'

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    sites: { type: 'string', default: '12' },
    pages: { type: 'string', default: '3000' },
    /** Pages a second and site. */
    rate: { type: 'string', default: '100' },
    cuts: { type: 'string', default: '50' },
  },
})
const [clientCount, siteCount, pagesEach, rate, cuts] = [
  values.clients,
  values.sites,
  values.pages,
  values.rate,
  values.cuts,
].map(Number) as [number, number, number, number, number]
const apiCallEveryMs = 100

const folder = mkdtempSync(join(tmpdir(), 'seine-live-'))
const pages = fork(join(import.meta.dirname, 'live-pages.ts'), [String(siteCount), String(pagesEach)])
try {
  const [port] = (await once(pages, 'message')) as [number]
  await using stack = await startStack({
    dir: join(folder, 'stack'),
    fetchers: 1,
    ...writeConfig(port),
    durability: 'durable',
    restart: false,
    gatewayPort: 'any',
    env: {
      ...process.env,
      ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      HOST_OVERRIDES: siteNames()
        .map((name) => `${name}.live.test=127.0.0.1`)
        .join(','),
      // A thousand people have a thousand keys; here they share one.
      RATE_LIMIT_KEY: 'off',
    },
  })
  await measure(stack)
} finally {
  pages.disconnect()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(stack: Stack): Promise<void> {
  const client = makeClient({ baseUrl: stack.gatewayUrl, apiKey: stack.apiKey })
  const idle = await apiTimes(client, async () => sleep(5_000))
  await using bus = await connectBus({ servers: [stack.natsUrl], name: 'bench' }, silentLogger)
  const run = await client.createRun({ concurrency: siteCount })
  const results = noteResults(bus, run.id)
  const headers = { authorization: `Bearer ${stack.apiKey}` }
  const watchers: Watcher[] = []
  for (let n = 0; n < clientCount; n++)
    watchers.push((n % 2 === 0 ? openSse : openWebSocket)(stack.gatewayUrl, headers, run.id))
  const cut = makeCutClient(stack.gatewayUrl, headers, run.id, cuts)
  const gateway = stack.processes.get('gateway-1')!
  const meter = startProcessMeter(() => (gateway.pid === null ? [] : [['gateway', gateway.pid]]))
  const waited = waitedForCore({ gateway: gateway.pid!, clients: process.pid })
  const ownCpu = process.cpuUsage()
  const startedMs = performance.now()
  let consumers = 0
  const busy = await apiTimes(client, async () => {
    for (;;) {
      await sleep(500)
      const now = await client.getRun(run.id)
      if (now.counts.discovered > 0) consumers = Math.max(consumers, await readersOf(bus))
      if (now.finishedAt !== null) return
    }
  })
  const seconds = (performance.now() - startedMs) / 1_000
  const delays = waited()
  const { user, system } = process.cpuUsage(ownCpu)
  await sleep(2_000)
  results.stop()
  const ended = await client.getRun(run.id)
  const gaps = await cut.compare(client)
  const usage = meter.stop().gateway!
  for (const watcher of watchers) watcher.close()

  const { ok, failed, skipped } = ended.counts
  console.log(
    `run ${ended.status}: ${ok} ok, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(0)} s, ${Math.round(ok / seconds)} pages/s`,
  )
  // What was told while clients still came in is no news to them.
  const allInAtMs = Math.max(...watchers.map((watcher) => watcher.firstAtMs)) + 1_000
  const heard = watchers.map((watcher) => watcher.events)
  const opened = watchers.filter((watcher) => watcher.opened).length
  console.log(
    `${watchers.length} clients, ${opened} opened, events each ${Math.min(...heard)} to ${Math.max(...heard)}`,
  )
  const broken = Object.groupBy(
    watchers.flatMap((watcher) => watcher.broken ?? []),
    (reason) => reason,
  )
  for (const [reason, of] of Object.entries(broken)) console.log(`ended early: ${of?.length} (${reason})`)
  console.log(`readers of the broker's event stream for all of them: ${consumers}`)
  console.table({
    'page result → client, ms': percentiles(fromResult(watchers, results.atMs, allInAtMs)),
    'event published → client, ms': percentiles(
      watchers.flatMap(({ published }) =>
        published.filter(({ heardAtMs }) => heardAtMs > allInAtMs).map(({ ms }) => ms),
      ),
    ),
    'API reads, idle, ms': percentiles(idle.reads),
    'API reads, busy, ms': percentiles(busy.reads),
    'API writes, idle, ms': percentiles(idle.writes),
    'API writes, busy, ms': percentiles(busy.writes),
  })
  const share = (ms: number) => `${(ms / 10 / seconds).toFixed(0)} %`
  console.log(
    `gateway: ${share(usage.cpuMs)} of a core, peak ${usage.peakRssMb} MB, ready to run and waiting for a core ${share(delays.gateway)} of the time`,
  )
  console.log(
    `the clients' own process: ${share((user + system) / 1_000)} of a core, waiting for one ${share(delays.clients)}`,
  )
  console.log(
    `a client cut off ${cut.cuts} times: ${gaps.heard} of ${gaps.published} events, ${gaps.missing} missing, ${gaps.doubled} doubled`,
  )
  if (gaps.missing + gaps.doubled > 0 || consumers !== 1 || failed > 0 || opened < watchers.length) process.exitCode = 1
}

/** When the results of pages came into the stream, by the broker's clock, in their order. */
function noteResults(bus: Awaited<ReturnType<typeof connectBus>>, runId: string) {
  const atMs: number[] = []
  const stop = new AbortController()
  void (async () => {
    const results = bus.follow('RESULTS', [`result.page.${runId}.>`], { startSequence: 1 }, stop.signal)
    for await (const { timestampMs } of results) atMs.push(timestampMs)
  })()
  return { atMs, stop: () => stop.abort() }
}

/** For each result after a time and a fifth of the clients: from its coming into the stream to the progress that counts it. */
function fromResult(watchers: readonly Watcher[], atMs: readonly number[], afterMs: number): number[] {
  const times: number[] = []
  for (const { progress } of watchers.filter((_, n) => n % 10 < 2)) {
    let counted = 0
    for (const { done, heardAtMs } of progress) {
      for (let k = counted; k < Math.min(done, atMs.length); k++)
        if (atMs[k]! > afterMs) times.push(heardAtMs - atMs[k]!)
      counted = Math.max(counted, done)
    }
  }
  return times
}

/** Reads and writes of the API, one after the other, until something is done. */
async function apiTimes(client: Client, until: () => Promise<void>) {
  const reads: number[] = []
  const writes: number[] = []
  let isDone = false
  // Something to write that starts nothing meanwhile.
  const settings = { name: `bench-${Date.now()}`, cron: '0 0 1 1 *' }
  let schedule = await client.createSchedule(settings)
  const timed = async (into: number[], call: () => Promise<unknown>) => {
    const startedMs = performance.now()
    await call()
    into.push(performance.now() - startedMs)
  }
  const asking = (async () => {
    for (let n = 0; !isDone; n++) {
      await timed(reads, () => (n % 2 === 0 ? client.listRuns() : client.listSites()))
      if (n % 3 === 0)
        await timed(writes, async () => {
          schedule = await client.replaceSchedule(schedule.id, schedule.version, settings)
        })
      await sleep(apiCallEveryMs)
    }
  })()
  await until()
  isDone = true
  await asking
  return { reads, writes }
}

/** How long each process was ready to run and got no core since, ms: what a busy machine adds to every latency (Linux). */
function waitedForCore<N extends string>(pids: Record<N, number>): () => Record<N, number> {
  const read = (pid: number) => Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6
  const all = () => Object.fromEntries(Object.entries<number>(pids).map(([name, pid]) => [name, read(pid)]))
  const before = all()
  return () =>
    Object.fromEntries(Object.entries(all()).map(([name, ms]) => [name, ms - before[name]!])) as Record<N, number>
}

/** Consumers that follow all events: neither a service's own durable one nor the replay of one run's past. */
async function readersOf(bus: Awaited<ReturnType<typeof connectBus>>): Promise<number> {
  let count = 0
  for await (const { config } of (await bus.jsm()).consumers.list('EVENTS'))
    if (!config.durable_name && [config.filter_subject, config.filter_subjects].flat().includes('event.>')) count++
  return count
}

function siteNames(): string[] {
  return Array.from({ length: siteCount }, (_, n) => `site-${n}`)
}

function writeConfig(port: number): { sitesFile: string; policiesFile: string } {
  const sites = siteNames().map((name) => ({
    name,
    startUrls: [`http://${name}.live.test:${port}/`],
    policy: 'bench',
  }))
  const policies = { default: {}, bench: { ratePerSecond: rate, burst: rate, concurrency: 16 } }
  const write = (name: string, value: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(value))
    return join(folder, name)
  }
  // JSON is YAML.
  return { sitesFile: write('sites.json', { sites }), policiesFile: write('policies.yml', { policies }) }
}
