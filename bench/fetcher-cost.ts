/**
 * What fetchers alone cost a page: real fetcher processes and a real broker, synced on every write, over the documentation
 * pages; tasks come from this process, as the scheduler would send them. Beside it, in the same run, the ceiling: one
 * process with undici and the same extraction, nothing else.
 *
 *   node bench/fetcher-cost.ts [--pages 6000] [--fetchers 2] [--profile <folder>] [--node-options <…>]
 *
 * `--profile` writes V8 profiles of the fetchers, to be read with bench/profile-summary.ts; figures are then too high.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Bus, connectBus, provision } from '@seine/bus'
import {
  buckets,
  consumers,
  fetchTask,
  newId,
  outcomeHeader,
  planKey,
  policySchema,
  readOutcome,
  siteSchema,
  urlIdOf,
} from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { findNatsServer, makeNatsServer, makeServiceProcess } from '@seine/stack'
import { startProcessMeter } from './process-meter.ts'
import { docPolicy, startDocSites } from './sites/doc-sites.ts'

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '6000' },
    fetchers: { type: 'string', default: '2' },
    profile: { type: 'string' },
    'node-options': { type: 'string', default: '--max-old-space-size=192 --max-semi-space-size=8' },
  },
})
/** Tasks of one host out at once: what the scheduler's policy of these sites gives. */
const maxOutPerHost = 64

const folder = mkdtempSync(join(tmpdir(), 'seine-fetcher-cost-'))
const docs = await startDocSites()
try {
  const pages = chosenPages(Number(values.pages))
  const nats = await makeNatsServer({
    binary: await findNatsServer(process.env.PATH),
    dir: join(folder, 'nats'),
    restart: false,
  })
  await nats.process.start()
  const fetchers = await Promise.all(
    Array.from({ length: Number(values.fetchers) }, (_, i) => fetcher(`fetcher-${i + 1}`, nats.url)),
  )
  try {
    await using bus = await connectBus({ servers: [nats.url], name: 'bench' }, silentLogger)
    await provision(bus, { replicas: 1 })
    for (const fetcher of fetchers) await fetcher.start()
    const meter = startProcessMeter(() =>
      [nats.process, ...fetchers].flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as [string, number]])),
    )
    const before = meter.usage()
    const spent = (): number => {
      const usage = meter.usage()
      return fetchers.reduce((sum, { name }) => sum + (usage[name]?.cpuMs ?? 0), 0)
    }
    const fifths: number[] = [spent()]
    const reasons = await drive(bus, pages, (ended) => {
      if (ended % Math.ceil(pages.length / 5) === 0 || ended === pages.length) fifths.push(spent())
    })
    const usage = meter.stop()
    const used = (name: string) => (usage[name]?.cpuMs ?? 0) - (before[name]?.cpuMs ?? 0)
    const sum = (of: (name: string) => number) => fetchers.reduce((total, { name }) => total + of(name), 0)
    const total = sum(used) / pages.length
    const writes = (await (await bus.jsm()).streams.info(`KV_${buckets.hosts.name}`)).state.last_seq
    const ceiling = measureCeiling(pages.map(({ url }) => url))
    const say = (what: string, value: string) => console.log(`${what.padEnd(20)}${value}`)
    const ms = (value: number) => `${value.toFixed(3)} ms CPU a page`
    say('outcomes', JSON.stringify(reasons))
    say('start of a fetcher', `${(sum((name) => before[name]?.cpuMs ?? 0) / fetchers.length).toFixed(0)} ms CPU`)
    say('broker', ms(used('nats') / pages.length))
    say('host clocks', `${(writes / pages.length).toFixed(2)} writes a page`)
    say('fetchers', `${ms(total)}, peak ${fetchers.map(({ name }) => usage[name]?.peakRssMb).join(' and ')} MB`)
    say('ceiling', `${ms(mean(ceiling.fifths))}, of which fetching ${mean(ceiling.fetchFifths).toFixed(3)}`)
    say('of the ceiling', `${((100 * mean(ceiling.fifths)) / total).toFixed(0)} %`)
    const ofFetchers = fifths.slice(1).map((at, i) => (5 * (at - (fifths[i] ?? 0))) / pages.length)
    // What is compiled first costs as much for 1,000 pages as for a million.
    const warm = (all: readonly number[]) => mean(all.slice(2))
    say('by fifths', `fetchers ${numbers(ofFetchers)}; ceiling ${numbers(ceiling.fifths)}`)
    say('of it, warm', `${((100 * warm(ceiling.fifths)) / warm(ofFetchers)).toFixed(0)} %, the last three fifths`)
  } finally {
    await Promise.all(fetchers.map((fetcher) => fetcher.stop()))
    await nats.process.stop()
  }
} finally {
  await docs.stop()
  rmSync(folder, { recursive: true, force: true })
}

type Page = { site: string; host: string; url: string }

/** Evenly out of all pages, of all sites in turn. */
function chosenPages(wanted: number): Page[] {
  const all = Object.entries(docs.pages).flatMap(([site, pages]) =>
    [...pages.keys()].map((url, i) => ({ site, host: new URL(url).host, url, at: i / pages.size })),
  )
  all.sort((a, b) => a.at - b.at)
  const step = Math.max(1, all.length / wanted)
  return Array.from({ length: Math.min(wanted, all.length) }, (_, i) => all[Math.floor(i * step)] as Page)
}

function fetcher(name: string, broker: string) {
  const profile = values.profile === undefined ? '' : ` --cpu-prof --cpu-prof-dir=${values.profile}`
  return makeServiceProcess({
    service: 'fetcher',
    name,
    env: {
      ...process.env,
      NODE_OPTIONS: values['node-options'] + profile,
      LOG_LEVEL: 'info',
      ARTIFACTS: 'jetstream',
      NATS_SERVERS: broker,
      ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      HOST_OVERRIDES: '*.docs.test=127.0.0.1',
    },
    logFolder: join(folder, 'logs'),
    restart: false,
    stopTimeoutMs: 30_000,
  })
}

/** Sends a task for each page, so many of a host at once; resolves with how they ended when the last one has. */
async function drive(
  bus: Bus,
  pages: readonly Page[],
  onEnded: (ended: number) => void,
): Promise<Record<string, number>> {
  const runId = newId()
  const plans = await bus.bucket(buckets.plans)
  for (const site of docs.sites)
    await plans.put(planKey(runId, site.name), {
      runId,
      site: siteSchema.parse(site),
      policy: policySchema.parse(docPolicy),
      maxPages: null,
    })
  const waiting = new Map<string, Page[]>()
  // Taken from the end: so they come in the order in which the ceiling has them.
  for (const page of pages.toReversed()) {
    const queue = waiting.get(page.host) ?? []
    waiting.set(page.host, queue)
    queue.push(page)
  }
  const byId = new Map(pages.map((page) => [urlIdOf(runId, page.site, page.url), page]))
  const reasons: Record<string, number> = {}
  const over = Promise.withResolvers<void>()
  let ended = 0

  const send = async (page: Page, attempt: number): Promise<void> => {
    const { site, url } = page
    await bus.publish(fetchTask, {
      urlId: urlIdOf(runId, site, url),
      ...{ runId, site, url, attempt, kind: 'page', pool: 'http', failures: 0, depth: 0, redirects: 0 },
      correlationId: runId,
    })
  }
  const sendNext = (host: string): void => {
    const page = waiting.get(host)?.pop()
    if (page !== undefined) send(page, 1).catch(over.reject)
  }

  const outcomes = bus.pullBatch(
    consumers.outcomes,
    async (messages) => {
      for (const message of messages) {
        const { urlId, attempt, outcome, reason } = readOutcome(message.headers(outcomeHeader) ?? '')
        const page = byId.get(urlId) as Page
        const ending = `${outcome} ${reason}`.trim()
        reasons[ending] = (reasons[ending] ?? 0) + 1
        if (outcome === 'deferred') {
          send(page, attempt + 1).catch(over.reject)
          continue
        }
        sendNext(page.host)
        onEnded(++ended)
        if (ended === pages.length) over.resolve()
      }
    },
    { maxBatch: 500, maxWaitMs: 10 },
  )
  await outcomes.start(over.reject)
  for (const host of waiting.keys()) for (let i = 0; i < maxOutPerHost; i++) sendNext(host)
  await over.promise
  await outcomes.stop()
  return reasons
}

/** CPU milliseconds a page of each fifth of the pages. */
function measureCeiling(urls: readonly string[]): { fifths: number[]; fetchFifths: number[] } {
  const file = join(folder, 'urls.txt')
  writeFileSync(file, urls.join('\n'))
  const script = join(import.meta.dirname, 'fetcher-ceiling.ts')
  const measure = (...more: string[]) =>
    JSON.parse(execFileSync(process.execPath, [script, file, ...more], { encoding: 'utf8' })) as number[]
  return { fifths: measure(), fetchFifths: measure('--fetch-only') }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function numbers(values: readonly number[]): string {
  return values.map((value) => value.toFixed(2)).join(' ')
}
