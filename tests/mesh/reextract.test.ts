import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunDetail } from '@seine/client'
import { projectRoot } from '@seine/stack'
import { eventually, type Mesh, type SampleSites, startMesh, startSampleSites } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'

/** Pages stored by fetchers, read again by an exporter: `seine reextract`. */
let samples: SampleSites
let mesh: Mesh
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-reextract-'))
  const policiesFile = join(folder, 'policies.yml')
  // Slow enough that a crash falls into the run.
  await writeFile(policiesFile, 'policies: { default: {}, sample: { ratePerSecond: 40, burst: 5, concurrency: 4 } }\n')
  samples = await startSampleSites()
  mesh = await startMesh({
    ...{ sites: sites(), policiesFile, fetchers: 2 },
    env: { ...samples.fetcherEnv, LEASE_MS: '5000', EXPORT_PAGES_WAIT: '3s' },
  })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
  await rm(folder, { recursive: true, force: true })
})

const sites = (over: object = {}) =>
  samples.sites
    .filter(({ name }) => name === 'lamps' || name === 'books')
    .map((site) => (site.name === 'lamps' ? { ...site, storePages: true, ...over } : site))

async function seine(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(projectRoot, 'cli/src/main.ts'), ...args], {
    env: { ...process.env, SEINE_GATEWAY: mesh.gatewayUrl, SEINE_API_KEY: mesh.apiKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  const [code] = await once(child, 'close')
  return { code, said }
}

const lampsOf = (run: RunDetail) => run.sites.find(({ site }) => site === 'lamps')!
const products = async (run: RunDetail) => readCsv((await mesh.archive(run.id)).get('lamps/full.csv'))

test('other selectors give other values of a run that has ended, and no site is asked for anything', async () => {
  const first = await mesh.run()
  const { counts, storedPages } = lampsOf(first)
  expect(storedPages).toEqual({ stored: counts.ok + counts.failed, notStored: 0 })
  expect(first.sites.find(({ site }) => site === 'books')).not.toHaveProperty('storedPages')
  const before = await products(first)

  const fields = samples.sites.find(({ name }) => name === 'lamps')?.fields ?? []
  await mesh.configure(sites({ fields: [...fields, { name: 'brand', css: 'h1' }] }))
  const asked = samples.log.entries.length
  const { code, said } = await seine('reextract', first.id)
  expect(code, said).toBe(0)
  const again = await mesh.client.getRun(first.id)
  expect(again.status).toBe('completed')
  expect(lampsOf(again)).toMatchObject({ counts, storedPages })
  expect(samples.log.entries.length).toBe(asked)

  const after = await products(again)
  const butBrand = ({ Brand: _, 'Value Sources': __, ...row }: Record<string, string>) => row
  expect(after.map(butBrand)).toEqual(before.map(butBrand))
  expect(after.map(({ Brand }) => Brand)).toEqual(before.map(({ Name }) => Name))
  expect(before.map(({ Brand }) => Brand)).not.toEqual(after.map(({ Brand }) => Brand))
})

test('a run without stored pages is refused with the reason', async () => {
  const { id } = await mesh.run({ sites: ['books'] })
  const { code, said } = await seine('reextract', id)
  expect(code).toBe(1)
  expect(said).toBe('seine reextract: no pages are stored of this run: a site has to say storePages before it is run\n')
})

test('a killed fetcher takes pages along, no record: the count says how many, and the rest is read again', async () => {
  await mesh.configure(sites())
  const { id } = await mesh.client.createRun({ sites: ['lamps'] })
  const before = samples.log.entries.length
  await eventually(() => samples.log.entries.length > before + 40, { timeoutMs: 60_000 })
  await mesh.kill('fetcher-1')
  await mesh.start('fetcher-1')
  const run = await mesh.untilEnded(id)
  const { counts, storedPages, status } = lampsOf(run)
  expect(status).toBe('completed')
  expect(counts.ok + counts.unchanged + counts.failed + counts.skipped).toBe(counts.discovered)
  const answered = counts.ok + counts.unchanged + counts.failed
  expect(storedPages?.notStored).toBeGreaterThan(0)
  expect(storedPages!.stored + storedPages!.notStored).toBe(answered)
  const rows = await products(run)
  const paths = samples.log.entries.slice(before).map(({ host, path }) => `${host}${path}`)
  const repeats = paths.length - new Set(paths).size

  const asked = samples.log.entries.length
  const { code, said } = await seine('reextract', id)
  expect(code, said).toBe(0)
  expect(samples.log.entries.length).toBe(asked)
  const again = await mesh.client.getRun(id)
  // A page that was asked for twice may lie in the second file though its result names the lost one.
  const counted = lampsOf(again).storedPages!
  expect(counted.stored).toBeGreaterThanOrEqual(storedPages!.stored)
  expect(counted.stored).toBeLessThanOrEqual(storedPages!.stored + repeats)
  expect(counted.stored + counted.notStored).toBe(answered)
  expect(await products(again)).toEqual(rows)
})
