import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type ArtifactStore, makeObjectStore, makeS3Store } from '@seine/artifacts'
import { exportArchive, sinksPath } from '@seine/contracts'
import { type Part, silentLogger, systemClock } from '@seine/runtime'
import { eventually, startS3 } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeExportArchive } from '../export-archive.ts'
import { makeExportPart } from '../export-part.ts'
import { type ExporterBench, site, siteRunOf, startExporterBench } from '../testing.ts'
import { makeWorkDirs } from '../work-dirs.ts'
import { makeExportSinks } from './export-sinks.ts'
import { makeS3Copy } from './s3-copy.ts'
import type { Sink } from './sink.ts'

let bench: ExporterBench
let s3: Awaited<ReturnType<typeof startS3>>
let store: ArtifactStore
let copy: ArtifactStore
let root: string
let part: Part

const broken: Sink = {
  name: 'google-sheets',
  async deliver() {
    throw new Error('sheets.example answered 403: no permission')
  },
}

beforeAll(async () => {
  bench = await startExporterBench()
  s3 = await startS3()
  root = await mkdtemp(join(tmpdir(), 'sinks-test-'))
  store = await makeObjectStore(bench.bus.nc)
  const { endpoint, accessKey, secretKey, region } = s3
  const openTarget = () => makeS3Store({ endpoint, accessKey, secretKey, region, bucket: 'copy' })
  const deps = { bus: bench.bus, store, log: silentLogger }
  const unreachable = async (): Promise<never> => {
    throw new Error('not here')
  }
  // Pauses between tries are of no interest here.
  const clock = { ...systemClock, sleep: async () => {} }
  part = makeExportPart({
    bus: bench.bus,
    exportSite: unreachable,
    exportDiff: unreachable,
    exportArchive: makeExportArchive({ ...deps, workDirs: await makeWorkDirs(root) }),
    exportSinks: makeExportSinks({
      ...deps,
      sinks: [broken, makeS3Copy({ store, openTarget, prefix: 'seine/' })],
      clock,
    }),
    concurrency: 1,
    log: silentLogger,
  })
  await part.start(() => {})
  copy = await openTarget()
})
afterAll(async () => {
  await part?.stop()
  await s3?.stop()
  await bench?.stop()
  await rm(root, { recursive: true, force: true })
})

const read = async (from: ArtifactStore, path: string): Promise<string | null> => {
  const file = await from.open(path)
  return file === null ? null : text(file.stream)
}

async function eventsOf(runId: string): Promise<{ type: string; level: string; data: object }[]> {
  const events: { type: string; level: string; data: object }[] = []
  for await (const { data } of bench.bus.replay(`event.${runId}.>`, { stream: 'EVENTS' }))
    events.push(JSON.parse(Buffer.from(data).toString('utf8')))
  return events
}

test('a packed run goes to every sink; one that fails is told and changes nothing of the run', async () => {
  const runId = await bench.run([])
  const full = await store.put(`bulk_runs/${runId}/${site}/full.csv`, Buffer.from('URL\r\n'))
  bench.sites(runId, [siteRunOf(runId, site, [full])])
  const work = { runId, attempt: 1, createdAt: '2026-11-20T09:00:00.000Z', correlationId: 'test' }
  await bench.bus.publish(exportArchive, work)
  await eventually(async () => (await store.stat(sinksPath(runId))) !== null, { timeoutMs: 20_000 })

  const failed = { sink: 'google-sheets', status: 'failed', detail: broken403, tries: 3 }
  const delivered = { sink: 's3', status: 'delivered', detail: '4 files copied, 0 were there', tries: 1 }
  expect(JSON.parse((await read(store, sinksPath(runId))) ?? '')).toEqual({ version: 1, sinks: [failed, delivered] })
  expect(await eventsOf(runId)).toMatchObject([
    { type: 'sink.failed', level: 'error', data: failed },
    { type: 'sink.delivered', level: 'info', data: delivered },
  ])
  for (const path of [full.path, `bulk_runs/${runId}/reports.zip`, `bulk_runs/${runId}/summary.xlsx`])
    expect((await copy.stat(`seine/${path}`))?.sha256).toBe((await store.stat(path))?.sha256)
  let results = 0
  for await (const { data } of bench.bus.replay(`result.export.${runId}._`, { stream: 'RESULTS' })) {
    results++
    expect(JSON.parse(Buffer.from(data).toString('utf8'))).toMatchObject({ status: 'complete' })
  }
  expect(results).toBe(1)

  // Packed again, the files are there.
  await bench.bus.publish(exportArchive, { ...work, attempt: 2 })
  await eventually(async () => (await eventsOf(runId)).length === 4, { timeoutMs: 20_000 })
  expect((await eventsOf(runId)).at(-1)?.data).toMatchObject({ detail: '0 files copied, 4 were there' })
})

const broken403 = 'sheets.example answered 403: no permission'
