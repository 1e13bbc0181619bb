/**
 * Many hosts at one request a second each, a site of its own every one: how many of them how many fetchers hold at their pace, by the
 * server's own log; what a request costs each process and the broker in messages; what a slot of a host's clock costs.
 *
 *   node bench/many-hosts.ts [--rows 200x1,400x1,2000x1] [--rate 1] [--seconds 30] [--fetch-concurrency 128] [--limiter 1,2,4]
 *
 * A row is hosts × fetchers. `--limiter ''`: without that part.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connectBus } from '@seine/bus'
import { makeClient } from '@seine/client'
import { silentLogger } from '@seine/runtime'
import { connectPostgres } from '../services/scheduler/src/database/postgres.ts'
import { startHostMesh } from './hosts/host-mesh.ts'
import { serveHosts } from './hosts/hosts-process.ts'
import { judge, type Verdict } from './hosts/judge.ts'
import { type LimiterCost, measureLimiter } from './hosts/limiter-cost.ts'
import { measureWindow, type Window } from './hosts/measure-window.ts'
import { countMessages } from './hosts/message-counts.ts'
import { startRuns, untilAllAsked } from './hosts/whole-mesh-run.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200x1,400x1,2000x1' },
    /** Requests a second and host. */
    rate: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '30' },
    /** Tasks that a fetcher holds at once; absent: as it comes. */
    'fetch-concurrency': { type: 'string' },
    /** Fetchers of the limiter's own measurement. */
    limiter: { type: 'string', default: '1,2,4' },
  },
})
const pace = { ratePerSecond: Number(values.rate), burst: 1, concurrency: 1 }
const seconds = Number(values.seconds)
const answerMs = 50
const countSeconds = 5
const warmUpSeconds = 60
/** More than two cores can do: hosts that are asked more seldom than they allow need fewer pages. */
const mostRequestsPerSecond = 700
/** robots.txt, home page, sitemap, and two pages. */
const askedBefore = 5

interface Row {
  readonly hosts: number
  readonly fetchers: number
  readonly plannedMs: number
  readonly allAskedMs: number
  readonly verdict: Verdict
  readonly window: Window
  /** Of the web server. */
  readonly worstStallMs: number
  /** A request, by kind. */
  readonly messages: Readonly<Record<string, number>>
  readonly load: number
}

const folder = mkdtempSync(join(tmpdir(), 'seine-many-hosts-'))
// PostgreSQL does not run as root: what its user can't reach would be put elsewhere, and be left there.
chmodSync(folder, 0o755)
try {
  const counts = values.limiter.split(',').filter(Boolean).map(Number)
  const limiter = counts.length === 0 ? [] : await measureLimiter(folder, counts)
  printLimiter(limiter)
  const rows: Row[] = []
  for (const [hosts, fetchers] of values.rows.split(',').filter(Boolean).map(readRow)) {
    const row = await measure(hosts, fetchers)
    rows.push(row)
    printRows([row])
    printMessages(row)
  }
  if (rows.length > 1) printRows(rows)
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true })
  writeFileSync(join(import.meta.dirname, 'results/many-hosts.json'), JSON.stringify({ limiter, rows }, null, 1))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function readRow(text: string): [hosts: number, fetchers: number] {
  const [hosts, fetchers] = text.split('x').map(Number)
  if (!hosts || !fetchers) throw new Error(`--rows: expected hosts×fetchers as 400x2, got '${text}'`)
  return [hosts, fetchers]
}

async function measure(hosts: number, fetchers: number): Promise<Row> {
  const pagesEach = Math.ceil(
    Math.min(pace.ratePerSecond, mostRequestsPerSecond / hosts) * (warmUpSeconds + seconds + countSeconds),
  )
  const own = join(folder, `${hosts}x${fetchers}`)
  mkdirSync(own)
  try {
    await using served = await serveHosts({ hosts, pagesEach, answerMs })
    await using stack = await startHostMesh({
      ...{ folder: own, world: served.world, policy: pace, fetchers },
      env: values['fetch-concurrency'] === undefined ? {} : { FETCH_CONCURRENCY: values['fetch-concurrency'] },
    })
    await using bus = await connectBus({ servers: [stack.natsUrl], name: 'bench' }, silentLogger)
    await using database = await connectPostgres(
      { url: stack.databaseUrl, maxConnections: 2, startTimeoutMs: 10_000 },
      silentLogger,
    )
    const client = makeClient({ baseUrl: stack.gatewayUrl, apiKey: stack.apiKey })
    const { plannedMs } = await startRuns(client, hosts)
    const allAskedMs = await untilAllAsked(served, askedBefore)
    // What discovery brought is entered.
    await sleep(3_000)
    const window = await measureWindow({ stack, bus, database }, seconds)
    const { visits, worstStallMs } = await served.visits()
    const emptied = (await served.seen()).filter((requests) => requests >= pagesEach).length
    if (emptied > 0) console.log(`${emptied} of ${hosts} hosts ran out of pages: give fewer --seconds`)
    const before = visits.host.length
    const stopCounting = countMessages(bus)
    await sleep(countSeconds * 1_000)
    const counted = stopCounting()
    const requests = (await served.visits()).visits.host.length - before
    return {
      ...{ hosts, fetchers, plannedMs, allAskedMs },
      verdict: judge(visits, { hosts, pace, ...window }),
      ...{ window, worstStallMs },
      messages: Object.fromEntries([...counted].map(([kind, n]) => [kind, n / requests])),
      load: loadavg()[0]!,
    }
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

function printRows(rows: readonly Row[]): void {
  console.table(
    rows.map(({ hosts, fetchers, plannedMs, allAskedMs, verdict, worstStallMs, load }) => ({
      hosts,
      fetchers,
      'requests/s': round(verdict.requestsPerSecond, 0),
      'of the pace, %': round(100 * verdict.share, 1),
      'hosts at pace': verdict.hostsAtPace,
      'too early, ms': round(verdict.excessMs, 0),
      'server stalled, ms': round(worstStallMs, 0),
      'most at once': verdict.mostAtOnce,
      'planned, s': round(plannedMs / 1_000, 1),
      'all asked 5 times, s': round(allAskedMs / 1_000, 0),
      load: round(load, 0),
    })),
  )
  console.table(
    rows.map((row) => {
      const requests = requestsOf(row)
      const { cpuMs, stored, transactions } = row.window
      const each = (n: number) => round(n / requests, 2)
      return {
        hosts: row.hosts,
        fetchers: row.fetchers,
        'CPU ms a request': each(Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0)),
        ...Object.fromEntries(Object.entries(cpuMs).map(([kind, ms]) => [kind, each(ms)])),
        'transactions a request': each(transactions),
        ...Object.fromEntries(Object.entries(stored).map(([stream, n]) => [`stored: ${stream}`, each(n)])),
      }
    }),
  )
  console.table(rows.map(({ hosts, fetchers, window }) => ({ hosts, fetchers, ...megabytes(window.memoryMb) })))
}

function requestsOf({ verdict, window }: Row): number {
  return verdict.requestsPerSecond * ((window.toMs - window.fromMs) / 1_000)
}

function megabytes(memory: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(memory).map(([name, mb]) => [`${name}, MB`, mb]))
}

function printMessages({ messages }: Row): void {
  const kinds = Object.entries(messages).sort(([, a], [, b]) => b - a)
  console.log(`messages a request: ${kinds.map(([kind, n]) => `${kind} ${round(n, 2)}`).join('; ')}`)
}

function printLimiter(costs: readonly LimiterCost[]): void {
  console.table(
    costs.map(({ fetchers, writes, conflicts, reads, fetcherCpuMs, brokerCpuMs }) => ({
      fetchers,
      'writes a slot': round(writes, 2),
      'of them in vain': round(conflicts, 2),
      'reads a slot': round(reads, 2),
      'CPU ms of fetchers': round(fetcherCpuMs, 3),
      'CPU ms of the broker': round(brokerCpuMs, 3),
    })),
  )
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
