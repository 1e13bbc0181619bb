import { eventually, type Mesh, type SampleSites, startMesh, startSampleSites } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** A pause as the paused site sees it: no request comes until the run is resumed. */
let samples: SampleSites
let mesh: Mesh

beforeAll(async () => {
  samples = await startSampleSites()
  mesh = await startMesh({
    sites: samples.sites.filter(({ name }) => name === 'lamps'),
    fetchers: 2,
    env: samples.fetcherEnv,
  })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
})

/** Long enough for tasks that had gone back for the pause to come again, twice. */
const quietMs = 12_000

test('a paused site is left alone however long, and no page of it is lost or asked for twice', async () => {
  const host = new URL(samples.originOf('lamps')).host
  const asked = () => samples.log.of(host)
  const { id } = await mesh.client.createRun({ at_most: { ratePerSecond: 10, concurrency: 2 } })
  await eventually(() => expect(asked().length).toBeGreaterThan(15), { timeoutMs: 30_000 })
  const paused = await mesh.client.pauseRun(id)
  expect(paused).toMatchObject({ status: 'paused', finishedAt: null })
  // What was under way ends.
  await eventually(() => expect(asked().every((access) => access.endMs !== null)).toBe(true))
  const lastBefore = asked().at(-1)!
  const untilMs = lastBefore.startMs + quietMs
  await eventually(() => expect(performance.timeOrigin + performance.now()).toBeGreaterThan(untilMs), {
    timeoutMs: quietMs + 5_000,
  })
  expect((await mesh.client.getRun(id)).status).toBe('paused')
  await mesh.client.resumeRun(id)
  const run = await mesh.untilEnded(id)
  expect(run).toMatchObject({ status: 'completed', counts: { pending: 0 } })
  expect(run.counts.ok).toBeGreaterThan(30)

  // One fetch may have been on its way when the pause was told; then nothing until the resume.
  const gapsMs = asked()
    .map(({ startMs }) => startMs)
    .sort((a, b) => a - b)
    .map((startMs, index, all) => startMs - (all[index - 1] ?? startMs))
  expect(Math.max(...gapsMs)).toBeGreaterThan(quietMs - 2_000)
  const pages = asked().map(({ path }) => path)
  expect(pages.filter((path, index) => pages.indexOf(path) !== index && path.startsWith('/p/'))).toEqual([])
}, 120_000)
