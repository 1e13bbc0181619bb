import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ArtifactStore, makeObjectStore } from '@seine/artifacts'
import { type ExportResult, exportSite, siteArtifacts } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExporterBench, type SamplePage, site, startExporterBench } from './testing.ts'

let bench: ExporterBench
let store: ArtifactStore
let root: string
const processes: ChildProcess[] = []

beforeAll(async () => {
  bench = await startExporterBench()
  root = await mkdtemp(join(tmpdir(), 'exporter-kill-test-'))
  store = await makeObjectStore(bench.bus.nc)
})
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL')
  await bench?.stop()
  await rm(root, { recursive: true, force: true })
})

/** The service as it ships, as a process. */
function startExporter(): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, NATS_SERVERS: bench.nats.servers.join(','), EXPORT_TMP_DIR: root, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  processes.push(child)
  return child
}

const pages: SamplePage[] = Array.from({ length: 1_500 }, (_, n) => ({
  path: `/p/${n}`,
  product: { name: `Lamp ${n}`, price: n, description: 'A lamp. '.repeat(40) },
}))

async function resultOf(runId: string, attempt: number): Promise<ExportResult> {
  let found: ExportResult | undefined
  await eventually(
    async () => {
      for await (const { data } of bench.bus.replay(`result.export.${runId}.${site}`, { stream: 'RESULTS' })) {
        const result = JSON.parse(Buffer.from(data).toString('utf8')) as ExportResult
        if (result.attempt === attempt) found = result
      }
      return found !== undefined
    },
    { timeoutMs: 40_000 },
  )
  return found!
}

async function setAckWait(ackWaitMs: number): Promise<void> {
  await (await bench.bus.jsm()).consumers.update('EXPORTS', 'exporter', { ack_wait: ackWaitMs * 1e6 })
}

const isAt: Record<string, (runId: string) => Promise<boolean>> = {
  'while it makes its files': async () =>
    (await readdir(root, { recursive: true })).some((name) => name.endsWith('.sheet')),
  'between two uploads': async (runId) => (await store.stat(`${siteArtifacts(runId, site)}/seo.csv`)) !== null,
}

test.each(Object.keys(isAt))('an exporter killed %s is taken over, and the files are the same', async (moment) => {
  const runId = await bench.run(pages)
  const work = { runId, site, attempt: 1, previousRunId: null, allSourcesRead: true, correlationId: 'test' }
  const doomed = startExporter()
  await bench.bus.publish(exportSite, work)
  while (!(await isAt[moment]!(runId))) await new Promise((resolve) => setImmediate(resolve))
  doomed.kill('SIGKILL')
  await once(doomed, 'exit')

  // The broker waits a minute for the dead; the test does not.
  await setAckWait(500)
  const next = startExporter()
  const consumer = async () => (await bench.bus.jsm()).consumers.info('EXPORTS', 'exporter')
  await eventually(async () => (await consumer()).num_redelivered > 0, { timeoutMs: 20_000 })
  await setAckWait(60_000)
  const result = await resultOf(runId, 1)
  expect(result).toMatchObject({ status: 'complete', rows: pages.length })

  await bench.bus.publish(exportSite, { ...work, attempt: 2 })
  const again = await resultOf(runId, 2)
  expect(again.artifacts.map(({ sha256, wrote }) => [sha256, wrote])).toEqual(
    result.artifacts.map(({ sha256 }) => [sha256, false]),
  )

  next.kill('SIGTERM')
  const [code] = await once(next, 'exit')
  expect(code).toBe(0)
  expect(await readdir(root)).toEqual([])
})
