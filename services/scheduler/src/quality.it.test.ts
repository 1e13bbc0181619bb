import type { Quality } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFakeExporter } from './testing/fake-exporter.ts'
import { makeFakeFetcher } from './testing/fake-fetcher.ts'
import { testCatalogue, testSite } from './testing/fixtures.ts'
import { startTestMesh, type TestMesh } from './testing/mesh.ts'

const failed: Quality = {
  status: 'failed',
  reasons: [
    { gate: 'empty-prices', status: 'failed', measured: 60, threshold: 50, text: '60 % of products have no price' },
  ],
}
let mesh: TestMesh

beforeAll(async () => {
  mesh = await startTestMesh()
  await mesh.startScheduler(testCatalogue([testSite('good'), testSite('poor'), testSite('unjudged')]))
  const exporter = makeFakeExporter(mesh.bus, (work) => {
    if (!('site' in work) || work.site === 'unjudged') return {}
    const cacheUses = { hit: 2, miss: 0 }
    return { quality: work.site === 'poor' ? failed : { status: 'passed', reasons: [] }, cacheUses }
  })
  await mesh.start(
    makeFakeFetcher(mesh.bus, () => ({})),
    exporter,
  )
})
afterAll(() => mesh.close())

test('what the gates say of a site goes with its end, and their summary with the end of the run', async () => {
  const { id } = await mesh.createRun()
  const run = await mesh.ended(id)
  const summary = { status: 'failed', passed: 1, warning: 0, failed: 1 }
  expect(run).toMatchObject({ status: 'completed', quality: summary })
  await eventually(async () => {
    const events = await mesh.events(id)
    const finished = events.filter((event) => event.type === 'site.finished')
    expect(Object.fromEntries(finished.map(({ site, data }) => [site, data.quality]))).toEqual({
      good: { status: 'passed', reasons: [] },
      poor: failed,
      unjudged: undefined,
    })
    expect(events.find((event) => event.type === 'run.finished')?.data).toMatchObject({ quality: summary })
  })
})

test('a run without a judged site has no quality', async () => {
  const { id } = await mesh.createRun({ sites: ['unjudged'] })
  expect(await mesh.ended(id)).not.toHaveProperty('quality')
})

test('how the records of last time were used is told once a site, and nothing after the end of the run', async () => {
  const { id } = await mesh.createRun()
  await mesh.ended(id)
  await eventually(async () => {
    const events = await mesh.events(id)
    const told = events.filter(({ type }) => type === 'cache.hit' || type === 'cache.miss')
    expect(told.map(({ site, type, data }) => [site, type, data]).sort()).toEqual([
      ['good', 'cache.hit', { pages: 2 }],
      ['poor', 'cache.hit', { pages: 2 }],
    ])
    expect(events.at(-1)?.type).toBe('run.finished')
  })
})
