/**
 * Forty hosts that answer after 50 ms, asked as fast as their limits allow: how much of that is used by one, two, four and eight
 * fetchers, by the server's own log, and what a request costs. The rates are such that the limits bind and not two cores.
 *
 *   node bench/latency.ts [--fetchers 1,2,4,8] [--seconds 25] [--settings rate,concurrency-50,concurrency-500]
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
import { judge, type Pace, type Verdict } from './hosts/judge.ts'
import { measureWindow, type Window } from './hosts/measure-window.ts'
import { startRuns, untilAllAsked } from './hosts/whole-mesh-run.ts'

interface Setting extends Pace {
  readonly hosts: number
  readonly answerMs: number
}

/** Each allows 80 requests a second. */
const settings: Record<string, Setting> = {
  /** The rate binds: a host with two requests open could be asked forty times a second. */
  rate: { hosts: 40, answerMs: 50, ratePerSecond: 2, burst: 1, concurrency: 2 },
  /** Concurrency and latency bind: as soon as an answer has come the next request may go. */
  'concurrency-50': { hosts: 4, answerMs: 50, ratePerSecond: 1_000, burst: 1, concurrency: 1 },
  'concurrency-500': { hosts: 40, answerMs: 500, ratePerSecond: 1_000, burst: 1, concurrency: 1 },
}

const { values } = parseArgs({
  options: {
    fetchers: { type: 'string', default: '1,2,4,8' },
    seconds: { type: 'string', default: '25' },
    settings: { type: 'string', default: Object.keys(settings).join() },
  },
})
const seconds = Number(values.seconds)
/** robots.txt, home page, sitemap, and pages. */
const askedBefore = 8
const warmUpSeconds = 40

interface Row {
  readonly setting: string
  readonly fetchers: number
  readonly verdict: Verdict
  readonly window: Window
  /** Of the web server. */
  readonly worstStallMs: number
  readonly load: number
}

const rows: Row[] = []
for (const setting of values.settings.split(','))
  for (const fetchers of values.fetchers.split(',').map(Number)) {
    const row = await measure(setting, fetchers)
    rows.push(row)
    print([row])
  }
mkdirSync(join(import.meta.dirname, 'results'), { recursive: true })
writeFileSync(join(import.meta.dirname, 'results/latency.json'), JSON.stringify(rows, null, 1))
print(rows)

async function measure(name: string, fetchers: number): Promise<Row> {
  const setting = settings[name]
  if (setting === undefined) throw new Error(`there is no setting '${name}': ${Object.keys(settings).join(', ')}`)
  const { hosts, answerMs, ...pace } = setting
  const fastest = Math.min(pace.ratePerSecond, (1_000 * pace.concurrency) / answerMs)
  const pagesEach = Math.ceil(fastest * (warmUpSeconds + seconds))
  const folder = mkdtempSync(join(tmpdir(), 'seine-latency-'))
  // PostgreSQL does not run as root: what its user can't reach would be put elsewhere, and be left there.
  chmodSync(folder, 0o755)
  try {
    await using served = await serveHosts({ hosts, pagesEach, answerMs })
    await using stack = await startHostMesh({ folder, world: served.world, policy: pace, fetchers })
    await using bus = await connectBus({ servers: [stack.natsUrl], name: 'bench' }, silentLogger)
    await using database = await connectPostgres(
      { url: stack.databaseUrl, maxConnections: 2, startTimeoutMs: 10_000 },
      silentLogger,
    )
    await startRuns(makeClient({ baseUrl: stack.gatewayUrl, apiKey: stack.apiKey }), hosts)
    await untilAllAsked(served, askedBefore)
    // What discovery brought is entered.
    await sleep(5_000)
    const window = await measureWindow({ stack, bus, database }, seconds)
    const seen = await served.seen()
    if (seen.some((requests) => requests >= pagesEach))
      throw new Error('a host ran out of pages: --seconds is too long')
    const { visits, worstStallMs } = await served.visits()
    const verdict = judge(visits, { hosts, pace, ...window })
    return { setting: name, fetchers, verdict, window, worstStallMs, load: loadavg()[0]! }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function print(some: readonly Row[]): void {
  console.table(
    some.map(({ setting, fetchers, verdict, window, worstStallMs, load }) => {
      const requests = verdict.requestsPerSecond * ((window.toMs - window.fromMs) / 1_000)
      const each = (ms: number) => Number((ms / requests).toFixed(2))
      return {
        setting,
        fetchers,
        'requests/s': Number(verdict.requestsPerSecond.toFixed(1)),
        'allowed/s': Number(verdict.allowedPerSecond.toFixed(1)),
        '%': Number((100 * verdict.share).toFixed(1)),
        'least host, %': Number((100 * verdict.leastShare).toFixed(0)),
        'answer, ms': Number(verdict.serviceMs.toFixed(1)),
        'to next, ms': Number(verdict.turnaroundMs.toFixed(0)),
        'most at once': verdict.mostAtOnce,
        'too early, ms': Number(verdict.excessMs.toFixed(0)),
        'server stalled, ms': Number(worstStallMs.toFixed(0)),
        'CPU ms a request': each(Object.values(window.cpuMs).reduce((sum, ms) => sum + ms, 0)),
        ...Object.fromEntries(Object.entries(window.cpuMs).map(([kind, ms]) => [kind, each(ms)])),
        load: Number(load.toFixed(0)),
      }
    }),
  )
}
