import { type ArtifactStore, makeObjectStore } from '@seine/artifacts'
import { archivePath, newId, removeArtifacts, siteArtifacts } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRemovePart } from './remove-part.ts'
import { type ExporterBench, startExporterBench } from './testing.ts'

let bench: ExporterBench
let store: ArtifactStore
let part: ReturnType<typeof makeRemovePart>

beforeAll(async () => {
  bench = await startExporterBench()
  store = await makeObjectStore(bench.bus.nc)
  part = makeRemovePart({ bus: bench.bus, store, log: silentLogger })
  await part.start(() => {})
})
afterAll(async () => {
  await part?.stop()
  await bench?.stop()
})

const names = async (runId: string) =>
  (await Array.fromAsync(store.list(`bulk_runs/${runId}/`))).map(({ path }) => path.split(runId)[1]).sort()

test('the results of a site run go with its files, those of others stay', async () => {
  const [runId, other] = [newId(), newId()]
  const page = { path: '/', title: 'Home' } as const
  for (const id of [runId, other]) await bench.run([page], id)
  const held = (id: string) => bench.bus.pendingOn('RESULTS', `result.*.${id}.>`)
  expect([await held(runId), await held(other)]).toEqual([1, 1])
  await bench.bus.publish(removeArtifacts, { runId, site: 'no-such' })
  await bench.bus.publish(removeArtifacts, { runId, site: 'shop' })
  await eventually(async () => expect([await held(runId), await held(other)]).toEqual([0, 1]))
})

test('the files of a site run go, and no others; then those of the run, also where they are gone already', async () => {
  const [runId, other] = [newId(), newId()]
  const paths = ['full.csv', 'pages/a-00001.warc.gz', 'snapshot.ndjson.zst']
  for (const path of paths) await store.put(`${siteArtifacts(runId, 'shop')}/${path}`, Buffer.from(path))
  for (const [run, site] of [
    [runId, 'shop-2'],
    [other, 'shop'],
  ] as const)
    await store.put(`${siteArtifacts(run, site)}/full.csv`, Buffer.from('x'))
  await store.put(archivePath(runId), Buffer.from('zip'))

  await bench.bus.publish(removeArtifacts, { runId, site: 'shop' })
  await eventually(async () => expect(await names(runId)).toEqual(['/reports.zip', '/shop-2/full.csv']))
  await bench.bus.publish(removeArtifacts, { runId, site: null })
  await eventually(async () => expect(await names(runId)).toEqual([]))
  expect(await names(other)).toEqual(['/shop/full.csv'])
  await bench.bus.publish(removeArtifacts, { runId: newId(), site: 'shop' })
  await eventually(async () => expect(await bench.bus.pendingOn('EXPORTS', 'work.remove.>')).toBe(0))
})
