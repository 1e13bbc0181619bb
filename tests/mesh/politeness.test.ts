import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectBus } from '@seine/bus'
import { buckets, hostKey } from '@seine/contracts'
import { viewHost } from '@seine/politeness'
import { silentLogger } from '@seine/runtime'
import {
  type AccessLog,
  eventually,
  fragileRepair,
  type Mesh,
  type SampleProcess,
  startMesh,
  startSampleProcess,
  steadyPages,
} from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** I3 as the web server sees it: four fetcher processes, one host, its own access log from a process of its own. */
const pace = { ratePerSecond: 20, burst: 5 }
const concurrency = 20
/**
 * A request leaves in its slot's millisecond and reaches the server's clock after two event loops and a connect. Where one
 * takes this much longer than another, a window may hold one request more (20/s × 50 ms).
 */
const wayMs = 50

let samples: SampleProcess
let mesh: Mesh
let folder: string
/** Started by the first tests, ended by the last: what a killed fetcher held comes back a minute later. */
let runId: string
/** Until so many pages were asked for some are certainly waiting: what is left after that may all be out already. */
const waitingUntil = steadyPages - 2 * concurrency
const hostOf = (name: string) => new URL(samples.originOf(name)).host

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-politeness-'))
  const policiesFile = join(folder, 'policies.yml')
  await writeFile(
    policiesFile,
    `policies:
  default: {}
  paced: { ratePerSecond: ${pace.ratePerSecond}, burst: ${pace.burst}, concurrency: ${concurrency}, retry: { maxAttempts: 10 } }
`,
  )
  samples = await startSampleProcess('paced')
  mesh = await startMesh({
    sites: ['steady', 'fragile'].map((name) => ({ name, startUrls: [`${samples.originOf(name)}/`], policy: 'paced' })),
    policiesFile,
    fetchers: 4,
    env: { ...samples.fetcherEnv, LEASE_MS: '5000' },
  })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('four fetchers on one host, one of them killed on the way', () => {
  let log: AccessLog

  beforeAll(async () => {
    runId = (await mesh.client.createRun({ sites: ['steady'] })).id
    const asked = async () => (await samples.log()).of(hostOf('steady')).length
    await eventually(async () => (await asked()) > steadyPages / 4, { timeoutMs: 60_000 })
    await mesh.kill('fetcher-2')
    await eventually(async () => (await asked()) > waitingUntil, { timeoutMs: 60_000 })
    log = await samples.log()
  })

  test('no window of any length holds more than burst + rate · T (I3)', () => {
    const excessMs = log.excessMs(hostOf('steady'), pace)
    console.log(`least allowance with which every window holds: ${excessMs.toFixed(1)} ms`)
    expect(excessMs).toBeLessThanOrEqual(wayMs)
  })

  test('as long as work is waiting, the average is within 3 % of the rate', () => {
    const starts = log
      .of(hostOf('steady'))
      .filter(({ path }) => path.startsWith('/item/'))
      .map(({ startMs }) => startMs)
    const steady = starts.slice(pace.burst, waitingUntil)
    const perSecond = ((steady.length - 1) / (steady.at(-1)! - steady[0]!)) * 1_000
    console.log(`average over ${steady.length} requests: ${perSecond.toFixed(3)}/s`)
    expect(perSecond).toBeGreaterThan(0.97 * pace.ratePerSecond)
    expect(perSecond).toBeLessThan(1.03 * pace.ratePerSecond)
  })

  test('never more are open at once than the policy says', () => {
    expect(log.maxConcurrency(hostOf('steady'))).toBeLessThanOrEqual(concurrency)
  })
})

test('a host that dies opens its breaker once for all fetchers, and one probe alone closes it', async () => {
  const host = hostOf('fragile')
  await using bus = await connectBus({ servers: [mesh.natsUrl], name: 'watcher' }, silentLogger)
  const phases: string[] = []
  const watching = new AbortController()
  const states = await bus.bucket<unknown>(buckets.hosts)
  await states.watch(
    hostKey(host),
    (_key, state) => {
      const { phase } = (state as { breaker: { phase: string } } | null)?.breaker ?? { phase: 'closed' }
      if (phases.at(-1) !== phase) phases.push(phase)
    },
    watching.signal,
  )
  const run = await mesh.run({ sites: ['fragile'] }, 120_000)
  watching.abort()

  expect(phases).toEqual(['closed', 'open', 'half-open', 'closed'])
  expect(run.sites[0]?.counts).toMatchObject({ failed: 0, skipped: 0, pending: 0 })
  const visits = (await samples.log()).of(host)
  const broken = visits.filter(({ status }) => status === 0)
  console.log(`${broken.length} requests were reset before the breaker held`)
  // Ten failures open it; what had its slot by then is sent, and that is a second's worth at most.
  expect(broken.length).toBeLessThanOrEqual(10 + pace.ratePerSecond)
  const after = visits.filter(({ startMs }) => startMs > broken.at(-1)!.startMs)
  const [probe, next] = after
  // Alone until it was answered.
  expect(probe!.startMs - broken.at(-1)!.startMs).toBeGreaterThan(10_000)
  expect(next!.startMs).toBeGreaterThan(probe!.endMs!)
  expect(fragileRepair.afterMs).toBeLessThan(10_000)
  expect(viewHost((await states.get(hostKey(host)))?.value, bus.nowMs()).breaker).toBe('closed')
})

test('what the killed fetcher held is fetched by the others, at the same pace', async () => {
  const run = await mesh.untilEnded(runId, 100_000)
  expect(run.sites[0]?.counts).toMatchObject({ discovered: steadyPages + 1, ok: steadyPages + 1, pending: 0 })
  const log = await samples.log()
  expect(log.excessMs(hostOf('steady'), pace)).toBeLessThanOrEqual(wayMs)
  expect(log.maxConcurrency(hostOf('steady'))).toBeLessThanOrEqual(concurrency)
})
