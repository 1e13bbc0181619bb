import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeServiceProcess } from '@seine/stack'
import {
  eventually,
  type Mesh,
  type SampleProcess,
  startMesh,
  startSampleProcess,
  unhurriedPages,
} from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'

/** Scale-in: fetchers that are asked to go finish what they hold, and what they had not begun is taken up by others at once. */
const ratePerSecond = 12
/** A page takes half a second: what is open when the signal comes ends well within this. */
const graceMs = 5_000

let samples: SampleProcess
let mesh: Mesh
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-drain-'))
  const policiesFile = join(folder, 'policies.yml')
  await writeFile(
    policiesFile,
    `policies: { default: {}, paced: { ratePerSecond: ${ratePerSecond}, burst: 4, concurrency: 12 } }\n`,
  )
  samples = await startSampleProcess('paced')
  mesh = await startMesh({
    sites: [{ name: 'unhurried', startUrls: [`${samples.originOf('unhurried')}/`], policy: 'paced' }],
    policiesFile,
    fetchers: 1,
    env: samples.fetcherEnv,
  })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** One more fetcher beside the mesh's own, whose end can be looked at. */
async function addFetcher(name: string) {
  const ends: string[] = []
  const fetcher = await makeServiceProcess({
    service: 'fetcher',
    name,
    env: { PATH: process.env.PATH, ...samples.fetcherEnv, ARTIFACTS: 'jetstream', NATS_SERVERS: mesh.natsUrl },
    logFolder: folder,
    restart: false,
    stopTimeoutMs: graceMs,
    onChange: ({ state, detail }) => state === 'stopped' && ends.push(detail),
  })
  await fetcher.start()
  const lines = async () =>
    (await readFile(fetcher.logFile, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { msg: string; phase?: string; healthPort?: number })
  const { healthPort } = (await lines()).find(({ msg }) => msg === 'ready')!
  const health = `http://127.0.0.1:${healthPort}`

  /** SIGTERM, and what it says of itself until it is gone. */
  async function leave() {
    const said = new Set<string>()
    const startedMs = performance.now()
    process.kill(fetcher.pid!, 'SIGTERM')
    while (ends.length === 0 && performance.now() - startedMs < graceMs) {
      const ready = await fetch(`${health}/readyz`).catch(() => null)
      if (ready !== null) said.add(`${((await ready.json()) as { phase: string }).phase} ${ready.status}`)
    }
    const tookMs = performance.now() - startedMs
    const phases = (await lines()).flatMap(({ phase }) => phase ?? [])
    return { said: [...said], tookMs, end: ends[0], phases }
  }
  return { leave, stop: () => fetcher.stop() }
}

test('fetchers that are scaled in lose no task, and no page is asked for twice because of it', async () => {
  const [second, third] = [await addFetcher('fetcher-2'), await addFetcher('fetcher-3')]
  try {
    const { id } = await mesh.client.createRun({})
    const asked = async () => (await samples.log()).entries.length
    await eventually(async () => (await asked()) > unhurriedPages / 4, { timeoutMs: 60_000 })
    const leaves = [await second.leave()]
    await eventually(async () => (await asked()) > unhurriedPages / 2, { timeoutMs: 60_000 })
    leaves.push(await third.leave())
    const run = await mesh.untilEnded(id, 60_000)

    for (const { said, tookMs, end, phases } of leaves) {
      console.log(`gone after ${Math.round(tookMs)} ms, ${end}; /readyz said ${said.join(', ')}`)
      expect(end).toBe('exit code 0')
      expect(phases).toEqual(['RUNNING', 'STOPPING', 'DRAINING', 'CLEANUP', 'TERMINATED'])
      expect(said).toContain('DRAINING 503')
    }
    expect(run.status).toBe('completed')
    const pages = unhurriedPages + 1
    expect(run.counts).toMatchObject({ discovered: pages, ok: pages, failed: 0, pending: 0 })
    // The home page is asked for once more, before all: whether the site is there.
    const paths = (await samples.log()).entries.map(({ path }) => path).filter((path) => path !== '/')
    expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([])
    const rows = readCsv((await mesh.archive(id)).get('unhurried/seo.csv'))
    expect(new Set(rows.map((row) => row.Address)).size).toBe(pages)
    expect(rows).toHaveLength(pages)
  } finally {
    await Promise.all([second.stop(), third.stop()])
  }
})
