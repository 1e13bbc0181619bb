import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  bookPages,
  eventually,
  lampPages,
  type Mesh,
  type SampleSites,
  startMesh,
  startSampleSites,
} from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'

/** I2: SIGKILL of anything during a run costs at most a repeated fetch; the archive is as if nothing had happened. */
let samples: SampleSites
let mesh: Mesh
let folder: string

const ratePerSecond = 15
const burst = 5
const crashed = ['fetcher-1', 'nats', 'postgres', 'scheduler-1', 'exporter-1', 'gateway-1']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-crashes-'))
  const policiesFile = join(folder, 'policies.yml')
  // Slow enough that every crash falls into the run.
  await writeFile(
    policiesFile,
    `policies: { default: {}, sample: { ratePerSecond: ${ratePerSecond}, burst: ${burst}, concurrency: 4 } }\n`,
  )
  samples = await startSampleSites()
  mesh = await startMesh({
    sites: samples.sites.filter(({ name }) => name === 'lamps' || name === 'books'),
    policiesFile,
    env: { ...samples.fetcherEnv, LEASE_MS: '5000' },
  })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a run in which everything is killed once ends with every page once and nothing lost', async () => {
  const { id } = await mesh.client.createRun({})
  for (const name of crashed) {
    const before = samples.log.entries.length
    await eventually(() => samples.log.entries.length > before + 8, { timeoutMs: 60_000 })
    await mesh.kill(name)
    await mesh.start(name)
  }
  const run = await mesh.untilEnded(id, 150_000)

  expect(run.status).toBe('completed')
  for (const { site, status, counts } of run.sites) {
    expect(status, site).toBe('completed')
    expect(counts.ok + counts.unchanged + counts.failed + counts.skipped, site).toBe(counts.discovered)
  }
  const files = await mesh.archive(id)
  for (const [site, pages] of [
    ['lamps', lampPages(1)],
    ['books', bookPages(1)],
  ] as const) {
    const answered = readCsv(files.get(`${site}/seo.csv`)).filter((row) => row['Status Code'] === '200')
    expect(answered.map((row) => new URL(row.Address!).pathname).sort()).toEqual(pages.map(({ path }) => path).sort())
    const host = `${site}.sample.test`
    expect(samples.log.maxConcurrency(host), site).toBeLessThanOrEqual(4)
    // Requests of 3 s, and a little for the way there: keeps I3 whatever was killed.
    expect(samples.log.maxInWindow(host, 3_000), site).toBeLessThanOrEqual(burst + 3 * ratePerSecond + 2)
  }
})
