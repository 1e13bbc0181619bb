import { eventually, type Mesh, type SampleSites, startMesh, startSampleSites } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCollector } from './collector.ts'

/** What a run leaves for those who watch the mesh: one trace, and numbers. */
let samples: SampleSites
let mesh: Mesh
let collector: Awaited<ReturnType<typeof startCollector>>

beforeAll(async () => {
  collector = await startCollector()
  samples = await startSampleSites()
  mesh = await startMesh({
    sites: samples.sites.filter(({ name }) => name === 'books'),
    fetchers: 2,
    env: { ...samples.fetcherEnv, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
  await collector?.stop()
})

test('everything that is done for a run is in the trace of the request that started it', async () => {
  const { id } = await mesh.run()
  const stages = [
    ['seine-gateway', 'createRun'],
    ['seine-scheduler', 'rpc.scheduler.runs.create'],
    ['seine-fetcher', 'work.fetch'],
    ['seine-scheduler', 'result.export'],
    ['seine-exporter', 'work.export'],
  ] as const
  await eventually(
    () => {
      const start = collector.spans.find(({ name }) => name === 'createRun')
      expect(start).toBeDefined()
      const trace = collector.spans.filter(({ traceId }) => traceId === start?.traceId)
      for (const [service, name] of stages)
        expect(trace, `${service}: ${name}`).toContainEqual(expect.objectContaining({ service, name }))
      const subjects = trace.flatMap(({ name, attributes }) =>
        name === 'work.export' ? attributes.map(({ value }) => value.stringValue) : [],
      )
      expect(subjects).toContain(`work.export.site.${id}.books`)
      expect(subjects).toContain(`work.export.archive.${id}`)
    },
    { timeoutMs: 20_000 },
  )
  const { traceId } = collector.spans.find(({ name }) => name === 'createRun')!
  const { events } = await mesh.client.listRunEvents(id)
  expect(new Set(events.map(({ trace_id }) => trace_id))).toEqual(new Set([traceId]))
})

test('every service tells its numbers, and they agree with the run', async () => {
  const run = await mesh.run()
  const numbersOf = async (name: string) => {
    const { healthPort } = JSON.parse(
      mesh
        .logOf(name)
        .split('\n')
        .findLast((line) => line.includes('"msg":"ready"')) ?? '{}',
    ) as { healthPort: number }
    return (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text()
  }
  const services = ['scheduler-1', 'fetcher-1', 'fetcher-2', 'exporter-1', 'gateway-1']
  const sumIn = (text: string, metric: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  const { ok, unchanged, failed } = run.counts
  await eventually(async () => {
    const text = (await Promise.all(services.map(numbersOf))).join('\n')
    const sum = (metric: string) => sumIn(text, metric)
    expect(sum('seine_pages_total')).toBeGreaterThanOrEqual(ok + unchanged + failed)
    expect(sum('seine_exports_total')).toBeGreaterThanOrEqual(4)
    expect(sum('bulk_jobs_total')).toBeGreaterThanOrEqual(1)
    expect(sum('seine_build_info')).toBe(5)
    expect(sum('seine_http_requests_total')).toBeGreaterThan(0)
    // The broker is asked for it: the scheduler's user has to be allowed to.
    expect(text).toMatch(/^seine_ledger_lag_messages(\{.*\})? 0$/m)
  })
})
