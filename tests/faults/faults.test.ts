import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, connectBus } from '@seine/bus'
import type { RunDetail } from '@seine/client'
import { buckets, hostKey, schedulerRpc } from '@seine/contracts'
import { viewHost } from '@seine/politeness'
import { silentLogger } from '@seine/runtime'
import { projectRoot } from '@seine/stack'
import {
  type AccessLog,
  accessLogOf,
  healthyNames,
  healthyPages,
  type Mesh,
  type SampleProcess,
  startMesh,
  startSampleProcess,
  startUnreachablePort,
} from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expected } from './expected.ts'
import { type FaultRow, matrixOf } from './fault-matrix.ts'

/**
 * Everything a host can do to us at once, beside hosts that do nothing wrong. The healthy ones are held to a pace far below
 * what the machine can do, so that what is compared is whether they got their slots, and not how busy the machine was.
 */
const healthyPerSecond = 5
const policies = `policies:
  default: {}
  healthy: { ratePerSecond: ${healthyPerSecond}, burst: 1, concurrency: 8 }
  faulty:
    ratePerSecond: 20
    burst: 5
    concurrency: 4
    timeouts: { connectMs: 1000, headersMs: 2000, idleMs: 1500, totalMs: 4000 }
    retry: { maxAttempts: 3, baseMs: 200, capMs: 1000, maxRetryAfterMs: 3000 }
    limits: { maxSitemapUrls: 2000 }
`
/** Nothing listens here: above Linux's ephemeral range and registered for nothing. */
const deadPort = 64_998
/** Pages a maze may take before its site's own limit ends it. */
const mazePages = 60
const mazes = ['calendar', 'sessions', 'repeating', 'sitemap-maze']
const maxServiceMegabytes = 300
/** Three probes of a dead host's breaker (15, 30 and 60 s apart), and what comes before and after. */
const longestRunMs = 180_000

let samples: SampleProcess
let unreachable: Awaited<ReturnType<typeof startUnreachablePort>>
let mesh: Mesh
let bus: Bus
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-faults-'))
  const policiesFile = join(folder, 'policies.yml')
  await writeFile(policiesFile, policies)
  samples = await startSampleProcess('faults')
  unreachable = await startUnreachablePort()
  const served = samples.hosts.map(({ name }) => siteOf(name, `${samples.originOf(name)}/`))
  const unserved = [
    siteOf('dead-port', `http://dead-port.sample.test:${deadPort}/`),
    siteOf('unreachable', `http://unreachable.sample.test:${unreachable.port}/`),
  ]
  mesh = await startMesh({
    sites: [...served, ...unserved],
    policiesFile,
    env: { ...samples.fetcherEnv, BULK_MAX_CONCURRENCY: '50' },
  })
  bus = await connectBus({ servers: [mesh.natsUrl], name: 'watcher' }, silentLogger)
})

afterAll(async () => {
  await bus?.[Symbol.asyncDispose]()
  await mesh?.stop()
  await unreachable?.stop()
  await samples?.stop()
  await rm(folder, { recursive: true, force: true })
})

function siteOf(name: string, startUrl: string) {
  const policy = name.startsWith('healthy-') ? 'healthy' : 'faulty'
  return { name, startUrls: [startUrl], policy, ...(mazes.includes(name) ? { maxPages: mazePages } : {}) }
}

/** Sites whose counters did not add up at this moment. */
const unbalanced = (run: RunDetail) =>
  run.sites.filter(({ counts: c }) => c.ok + c.unchanged + c.failed + c.skipped + c.pending !== c.discovered)

/** Pages a second of a healthy host, from the first one asked for to the last. */
function speedOf(log: AccessLog, name: string): number {
  const starts = log
    .of(`${name}.sample.test`)
    .filter(({ path }) => path.startsWith('/page/'))
    .map(({ startMs }) => startMs)
  return ((starts.length - 1) / (starts.at(-1)! - starts[0]!)) * 1_000
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

function medianStepMs(run: RunDetail, step: string): number {
  const healthy = run.sites.filter(({ site }) => healthyNames.includes(site))
  const times = healthy.flatMap(({ steps }) => steps.filter((entry) => entry.step === step))
  return median(times.map(({ startedAt, finishedAt }) => Date.parse(finishedAt!) - Date.parse(startedAt!)))
}

async function peakMegabytes(name: string): Promise<number> {
  const status = await readFile(`/proc/${mesh.processes.get(name)!.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024
}

interface LedgerRow {
  url: string
  outcome: string
  reason: string
}

async function ledgerOf(runId: string, site: string): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = []
  for (;;) {
    const afterUrl = rows.at(-1)?.url
    const page = await bus.call(schedulerRpc.readLedger, {
      runId,
      site,
      limit: 1_000,
      ...(afterUrl === undefined ? {} : { afterUrl }),
    })
    rows.push(...page.rows)
    if (page.rows.length === 0 || rows.length >= page.total) return rows
  }
}

describe('a run over hosts that do everything wrong', () => {
  let alone: RunDetail
  let together: RunDetail
  let aloneLog: AccessLog
  let log: AccessLog
  let tookMs: number
  let polls = 0
  const outOfBalance: string[] = []
  const ledgers = new Map<string, LedgerRow[]>()

  beforeAll(async () => {
    alone = await mesh.run({ sites: healthyNames }, 90_000)
    aloneLog = await samples.log()
    const startedMs = performance.now()
    const { id } = await mesh.client.createRun({})
    for (;;) {
      together = await mesh.client.getRun(id)
      polls++
      outOfBalance.push(...unbalanced(together).map(({ site, counts }) => `${site} ${JSON.stringify(counts)}`))
      tookMs = performance.now() - startedMs
      if (together.finishedAt !== null || tookMs > longestRunMs) break
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    for (const { site } of together.sites) ledgers.set(site, await ledgerOf(id, site))
    log = accessLogOf((await samples.log()).entries.slice(aloneLog.entries.length))
    await report()
  }, 400_000)

  async function report() {
    const states = await bus.bucket<unknown>(buckets.hosts)
    const about = new Map(samples.hosts.map((host) => [host.name, host.about]))
    about.set('dead-port', 'nothing listens: refused').set('unreachable', 'no answer to a SYN')
    const rows = await Promise.all(
      together.sites.map(async (site): Promise<FaultRow> => {
        const entry =
          site.site === 'dead-port' ? `${site.site}.sample.test:${deadPort}` : new URL(samples.originOf(site.site)).host
        const host = site.site === 'unreachable' ? `unreachable.sample.test:${unreachable.port}` : entry
        const state = viewHost((await states.get(hostKey(host)))?.value, bus.nowMs())
        return { site, about: about.get(site.site) ?? '', requests: log.of(host).length, state }
      }),
    )
    const memory = await Promise.all(
      [...mesh.processes.keys()].map(async (name) => `${name} ${Math.round(await peakMegabytes(name))} MB`),
    )
    const speeds = healthyNames.map(
      (name) => `${name} ${speedOf(aloneLog, name).toFixed(3)} → ${speedOf(log, name).toFixed(3)}`,
    )
    const steps = [alone, together].map((run) =>
      ['preflight', 'discover', 'fetch', 'export'].map((step) => `${step} ${medianStepMs(run, step)} ms`).join(', '),
    )
    const text = [
      matrixOf(rows),
      '',
      `${together.sites.length} hosts, ${Math.round(tookMs / 1_000)} s, ${polls} polls, ${log.entries.length} requests`,
      `peak memory: ${memory.join(', ')}`,
      `pages a second, alone → among the others: ${speeds.join(', ')}`,
      `median steps of a healthy site: alone ${steps[0]}; among the others ${steps[1]}`,
      '',
    ].join('\n')
    const results = join(projectRoot, 'bench/results')
    await mkdir(results, { recursive: true })
    await writeFile(join(results, 'fault-matrix.md'), text)
    console.log(text)
  }

  test('ends, in bounded time', () => {
    expect(together.status).toBe('completed')
    expect(tookMs).toBeLessThan(longestRunMs)
  })

  test('the healthy hosts finish at no less than 95 % of the speed they have alone (I4)', () => {
    for (const name of healthyNames) {
      const { counts } = together.sites.find(({ site }) => site === name)!
      expect(counts.ok + counts.unchanged, name).toBe(healthyPages + 1)
      expect(speedOf(log, name), name).toBeGreaterThan(0.95 * speedOf(aloneLog, name))
    }
  })

  test.each(Object.entries(expected))('%s ends as it should', (name, { failsWith, ok, failed, reasons = {} }) => {
    const site = together.sites.find(({ site }) => site === name)!
    if (failsWith !== undefined)
      expect(site).toMatchObject({ status: 'failed', reason: expect.stringMatching(failsWith) })
    else expect(site).toMatchObject({ status: 'completed', counts: { ok, failed, pending: 0 } })
    for (const [reason, n] of Object.entries(reasons)) {
      if (n === 'some') expect(site.reasons[reason], reason).toBeGreaterThan(0)
      else expect(site.reasons[reason], reason).toBe(n)
    }
  })

  test('nothing here is left out of what is expected', () => {
    expect([...Object.keys(expected), ...healthyNames].sort()).toEqual(together.sites.map(({ site }) => site).sort())
  })

  test('the ledger balances whenever one looks, and at the end nothing is pending (I1)', () => {
    expect(polls).toBeGreaterThan(50)
    expect(outOfBalance).toEqual([])
    for (const { site, counts } of together.sites) expect(counts.pending, site).toBe(0)
  })

  test('every URL ends with exactly one outcome, and with a reason where it is not ok (I2)', () => {
    for (const { site, counts } of together.sites) {
      const rows = ledgers.get(site)!
      expect(new Set(rows.map(({ url }) => url)).size, site).toBe(counts.discovered)
      expect(rows, site).toHaveLength(counts.discovered)
      const withoutReason = rows.filter(({ outcome, reason }) => outcome !== 'ok' && reason === '')
      expect(withoutReason, site).toEqual([])
      for (const kind of ['ok', 'unchanged', 'failed', 'skipped'] as const)
        expect(
          rows.filter(({ outcome }) => outcome === kind),
          `${site} ${kind}`,
        ).toHaveLength(counts[kind])
    }
  })

  test('no service takes more than 300 MB at any time (I7)', async () => {
    const services = [...mesh.processes.keys()].filter((name) => !['nats', 'postgres'].includes(name))
    for (const name of services) expect(await peakMegabytes(name), name).toBeLessThan(maxServiceMegabytes)
  })
})
