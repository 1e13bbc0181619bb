import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bus, connectBus, provision } from '@seine/bus'
import { type Client, makeClient } from '@seine/client'
import { silentLogger } from '@seine/runtime'
import { freePort, type ManagedProcess, makeServiceProcess } from '@seine/stack'
import {
  eventually,
  readZip,
  type SampleProcess,
  startPostgres,
  startSampleProcess,
  steadyPages,
  type TestPostgres,
} from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrokerCluster, canMakeNetworks, makeBrokerCluster, plainConfig } from './broker-cluster.ts'
import { readCsv } from './read-csv.ts'

/** A broker of three, as the manifests have it: one is killed during a run, another is cut off and comes back. */
const pace = { ratePerSecond: 12, burst: 4 }
const concurrency = 12
/** As in politeness.test.ts: how much longer one request's way may be than another's. */
const wayMs = 50
const cutOffMs = 20_000

let folder: string
let cluster: BrokerCluster
let bus: Bus
let database: TestPostgres
let samples: SampleProcess
let client: Client
const services: ManagedProcess[] = []

const possible = await canMakeNetworks()
const about = 'a broker of three nodes in networks of their own (root and `ip netns` are needed)'

describe.skipIf(!possible)(about, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seine-cluster-'))
    cluster = await makeBrokerCluster({ dir: folder, config: plainConfig, subnet: 71 })
    samples = await startSampleProcess('paced')
    database = await startPostgres()
    await Promise.all(cluster.nodes.map(({ process }) => process.start()))
    await eventually(async () => (await connectAs('provisioner')) !== null, { timeoutMs: 30_000 })
    bus = (await connectAs('provisioner'))!
    await eventually(() => provision(bus, { replicas: 3 }), { timeoutMs: 60_000 })
    await startServices()
  }, 180_000)

  afterAll(async () => {
    await Promise.all(services.map((service) => service.kill('SIGKILL')))
    await bus?.[Symbol.asyncDispose]()
    await cluster?.stop()
    await database?.stop()
    await samples?.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  })

  test('a killed leader and a node cut off cost no page, ask for none more often and leave the pace alone', async () => {
    const { id } = await client.createRun({})
    const asked = async () => (await samples.log()).of('steady.sample.test').length
    const note = (text: string) => console.log(`${new Date().toISOString().slice(11, 23)} ${text}`)

    await eventually(async () => (await asked()) > steadyPages / 8, { timeoutMs: 60_000 })
    const killed = await leaderOf('RESULTS')
    note(`${killed.name} leads RESULTS and is killed after ${await asked()} requests`)
    await killed.process.kill('SIGKILL')
    await eventually(async () => (await leaderOf('RESULTS')) !== killed, { timeoutMs: 30_000 })
    const before = await asked()
    await eventually(async () => (await asked()) > before + 20, { timeoutMs: 60_000 })
    note(`${(await leaderOf('RESULTS')).name} leads it now, ${await asked()} requests`)
    await killed.process.start()
    await eventually(() => allCurrent(), { timeoutMs: 60_000 })
    note(`${killed.name} is back and current, ${await asked()} requests`)

    const lost = await leaderOf('TASKS')
    note(`${lost.name} leads TASKS and is cut off`)
    await lost.cutOff()
    await sleep(cutOffMs)
    note(`${await asked()} requests when it comes back`)
    await lost.plugIn()
    const run = await eventually(
      async () => {
        const now = await client.getRun(id)
        if (now.finishedAt === null) throw new Error(`${now.status}: ${JSON.stringify(now.counts)}`)
        return now
      },
      { timeoutMs: 120_000 },
    )
    await eventually(() => allCurrent(), { timeoutMs: 60_000 })
    note(`run ${run.status}, all nodes current`)

    const pages = steadyPages + 1
    expect(run.status).toBe('completed')
    // keeps I1
    expect(run.counts).toMatchObject({ discovered: pages, ok: pages, failed: 0, skipped: 0, pending: 0 })
    const archive = await client.archive(id)
    const rows = readCsv((await readZip(await buffer(archive!.body))).get('steady/seo.csv'))
    // keeps I2
    expect(rows).toHaveLength(pages)
    expect(new Set(rows.map((row) => row.Address)).size).toBe(pages)
    // keeps I3
    const log = await samples.log()
    const repeated = log.of('steady.sample.test').length - new Set(log.entries.map(({ path }) => path)).size
    const excessMs = log.excessMs('steady.sample.test', pace)
    note(`${repeated} requests were repeated; least allowance with which every window holds: ${excessMs.toFixed(1)} ms`)
    expect(excessMs).toBeLessThanOrEqual(wayMs)
    expect(log.maxConcurrency('steady.sample.test')).toBeLessThanOrEqual(concurrency)
  }, 300_000)
})

const connectAs = (user: string) =>
  connectBus(
    {
      servers: cluster.servers.split(','),
      user,
      password: cluster.passwordOf(user),
      name: 'watcher',
      startTimeoutMs: 1_000,
    },
    silentLogger,
  ).catch(() => null)

async function leaderOf(stream: string) {
  const { cluster: group } = await (await bus.jsm()).streams.info(stream)
  const leader = cluster.nodes.find(({ name }) => name === group?.leader)
  if (leader === undefined) throw new Error(`${stream} has no leader`)
  return leader
}

/** Whether every node has caught up with all streams it keeps. */
async function allCurrent() {
  const answers = await Promise.all(cluster.nodes.map((node) => node.ask('/healthz')))
  return answers.every(({ status }) => status === 200)
}

async function startServices() {
  const [policiesFile, sitesFile, gatewayPort] = [
    join(folder, 'policies.yml'),
    join(folder, 'sites.json'),
    await freePort(),
  ]
  await writeFile(
    policiesFile,
    `policies: { default: {}, paced: { ratePerSecond: ${pace.ratePerSecond}, burst: ${pace.burst}, concurrency: ${concurrency} } }\n`,
  )
  const site = { name: 'steady', startUrls: [`${samples.originOf('steady')}/`], policy: 'paced' }
  await writeFile(sitesFile, JSON.stringify({ sites: [site] }))
  const apiKey = 'a-key-for-this-test-alone-and-long-enough'
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`
  const start = async (service: 'scheduler' | 'fetcher' | 'exporter' | 'gateway', name: string, env = {}) => {
    const process = await makeServiceProcess({
      service,
      name,
      env: {
        PATH: globalThis.process.env.PATH,
        ...samples.fetcherEnv,
        ARTIFACTS: 'jetstream',
        NATS_SERVERS: cluster.servers,
        NATS_USER: service,
        NATS_PASSWORD: cluster.passwordOf(service),
        ...env,
      },
      logFolder: folder,
      restart: false,
      stopTimeoutMs: 5_000,
    })
    services.push(process)
    await process.start()
  }
  const forScheduler = { DATABASE_URL: database.url, DATABASE_MIGRATE: 'true', PUBLIC_URL: gatewayUrl }
  await Promise.all([
    start('scheduler', 'scheduler-1', { ...forScheduler, SITES_FILE: sitesFile, POLICIES_FILE: policiesFile }),
    start('fetcher', 'fetcher-1'),
    start('fetcher', 'fetcher-2'),
    start('exporter', 'exporter-1'),
    start('gateway', 'gateway-1', {
      GATEWAY_HOST: '127.0.0.1',
      GATEWAY_PORT: String(gatewayPort),
      BOOTSTRAP_API_KEY: apiKey,
      RATE_LIMIT_KEY: 'off',
    }),
  ])
  client = makeClient({ baseUrl: gatewayUrl, apiKey })
}
