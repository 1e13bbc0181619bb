import { connectBus } from '@seine/bus'
import { headerNames } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { eventually, type Mesh, type SampleSites, startMesh, startSampleSites } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** One id, given to a request, is found wherever its work went. */
let samples: SampleSites
let mesh: Mesh

beforeAll(async () => {
  samples = await startSampleSites()
  mesh = await startMesh({
    sites: samples.sites.filter(({ name }) => name === 'lamps'),
    fetchers: 1,
    env: { ...samples.fetcherEnv, LOG_LEVEL: 'debug' },
  })
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
})

test('the correlation id of a request is in the lines of every service and in the headers of every message', async () => {
  const correlationId = 'follow-me:2026.1'
  const answer = await fetch(`${mesh.gatewayUrl}/api/bulk-runs`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${mesh.apiKey}`,
      'content-type': 'application/json',
      'X-Correlation-ID': correlationId,
    },
    body: JSON.stringify({ sites: ['lamps'], limit: 15 }),
  })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('x-correlation-id')).toBe(correlationId)
  const { data } = (await answer.json()) as { data: { id: string; correlationId: string } }
  expect(data.correlationId).toBe(correlationId)
  await mesh.untilEnded(data.id)

  for (const service of ['gateway-1', 'scheduler-1', 'fetcher-1', 'exporter-1'])
    await eventually(() => {
      const lines = mesh.logOf(service).split('\n').filter(Boolean)
      const own = lines.filter(
        (line) => (JSON.parse(line) as { correlationId?: string }).correlationId === correlationId,
      )
      expect([service, own.length > 0]).toEqual([service, true])
    })

  await using bus = await connectBus({ servers: [mesh.natsUrl], name: 'correlation' }, silentLogger)
  const subjects = new Set<string>()
  for (const [stream, filter] of [
    ['RESULTS', `result.*.${data.id}.>`],
    ['EVENTS', `event.${data.id}.>`],
  ] as const)
    for await (const message of bus.replay(filter, { stream })) {
      const kind = message.subject.replace(data.id, '').split('.').slice(0, 2).join('.')
      subjects.add(kind)
      expect([message.subject, message.headers(headerNames.correlationId)]).toEqual([message.subject, correlationId])
    }
  expect([...subjects]).toEqual(expect.arrayContaining(['result.page', 'result.discovered', 'result.export', 'event.']))
})

test('an id that does not belong into a log line is replaced', async () => {
  const answer = await fetch(`${mesh.gatewayUrl}/healthz`, { headers: { 'X-Correlation-ID': 'a b"{}' } })
  expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('health answers at once with every part, whatever is asked meanwhile', async () => {
  const times: number[] = []
  for (let n = 0; n < 50; n++) {
    const startedMs = performance.now()
    const answer = await fetch(`${mesh.gatewayUrl}/health`)
    const { parts } = (await answer.json()) as { parts: Record<string, { status: string }> }
    times.push(performance.now() - startedMs)
    expect(Object.keys(parts).sort()).toEqual([
      'artifacts',
      'broker',
      'broker-storage',
      'exporters',
      'fetchers',
      'scheduler',
    ])
  }
  const p95 = times.sort((a, b) => a - b)[47]!
  console.info(`GET /health: p50 ${times[25]?.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
  expect(p95).toBeLessThan(50)
})

test('replicas are counted, and one that is killed is missed within half a minute', async () => {
  const read = async () => {
    const answer = await fetch(`${mesh.gatewayUrl}/api/stats`, { headers: { authorization: `Bearer ${mesh.apiKey}` } })
    return ((await answer.json()) as { data: { services: { name: string; replicas: object[] }[] } }).data
  }
  const counts = async () => (await read()).services.map(({ name, replicas }) => `${name} ${replicas.length}`)
  await eventually(async () => expect(await counts()).toEqual(['exporter 1', 'fetcher 1', 'gateway 1', 'scheduler 1']))
  await mesh.kill('exporter-1')
  await eventually(async () => expect(await counts()).toEqual(['fetcher 1', 'gateway 1', 'scheduler 1']), {
    timeoutMs: 30_000,
  })
  const health = await eventually(async () => {
    const now = (await (await fetch(`${mesh.gatewayUrl}/health`)).json()) as { status: string; parts: object }
    expect(now.status).toBe('degraded')
    return now
  })
  expect(health.parts).toMatchObject({ exporters: { status: 'degraded', reason: 'no exporter runs' } })
}, 60_000)

test('an unexpected error of a service is in the registry within five seconds', async () => {
  // A broker's message that no service can read is an error line of the one that reads it.
  await using bus = await connectBus({ servers: [mesh.natsUrl], name: 'correlation' }, silentLogger)
  const startedMs = performance.now()
  await bus.js.publish('result.export.nonsense.lamps', 'not JSON')
  const found = await eventually(
    async () => {
      const answer = await fetch(`${mesh.gatewayUrl}/api/errors?service=scheduler`, {
        headers: { authorization: `Bearer ${mesh.apiKey}` },
      })
      const { data } = (await answer.json()) as { data: { message: string; count: number; context: object }[] }
      const own = data.find(({ message }) => message.startsWith('unreadable message'))
      if (own === undefined) throw new Error('nothing yet')
      return own
    },
    { timeoutMs: 10_000 },
  )
  const afterMs = performance.now() - startedMs
  console.info(`an error is in the registry after ${Math.round(afterMs)} ms`)
  expect(afterMs).toBeLessThan(5_000)
  expect(found.context).toMatchObject({ subject: 'result.export.nonsense.lamps' })
})
