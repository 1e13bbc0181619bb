import { expect, test } from 'vitest'
import { ApiFailure, Unreachable } from './api-failure.ts'
import { makeClient } from './client.ts'
import { giveUpAfterMs } from './run-events.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly headers: Headers
}

/** A client of a gateway that answers each request in turn; the last answer stays. */
function clientOf(...answers: ((asked: Asked) => Response | Promise<Response>)[]) {
  const asked: Asked[] = []
  let nowMs = 0
  const client = makeClient({
    baseUrl: 'http://gateway.test/',
    fetch: async (input, init = {}) => {
      const request = {
        method: init.method ?? 'GET',
        path: String(input).replace('http://gateway.test', ''),
        body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
        headers: new Headers(init.headers),
      }
      asked.push(request)
      return answers[Math.min(asked.length, answers.length) - 1]!(request)
    },
    sleep: async (ms) => {
      nowMs += ms
    },
    nowMs: () => nowMs,
  })
  return { client, asked }
}

const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status })
const refused = () =>
  Promise.reject(
    new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) }),
  )
const stream =
  (...frames: string[]) =>
  () =>
    new Response(frames.map((frame) => `${frame}\n\n`).join(''))
const event = (seq: number) => `id: ${seq}\nevent: run.progress\ndata: {"n":${seq}}`

async function seqsOf(events: AsyncIterable<{ seq: number }>): Promise<number[]> {
  const seqs: number[] = []
  for await (const { seq } of events) seqs.push(seq)
  return seqs
}

test('calls go where the API has them, as it wants them', async () => {
  const { client, asked } = clientOf(json({ success: true, data: { id: 'r' } }))
  await client.createRun({ sites: ['a'], dry_run: true }, { idempotencyKey: 'k' })
  await client.retryRun('r', { site: 'a', failuresOnly: true })
  await client.reextractRun('r', { site: 'a' })
  await client.listRuns({ page: 2, perPage: 10, status: 'failed' })
  await client.cancelRun('a/../b')
  expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/api/bulk-runs', { sites: ['a'], dry_run: true }],
    ['POST', '/api/bulk-runs/r/retry', { failures_only: true, site: 'a' }],
    ['POST', '/api/bulk-runs/r/reextract', { site: 'a' }],
    ['GET', '/api/bulk-runs?page=2&per_page=10&status=failed', undefined],
    ['POST', '/api/bulk-runs/a%2F..%2Fb/cancel', {}],
  ])
  expect(asked[0]?.headers.get('idempotency-key')).toBe('k')
})

test('a refusal is an ApiFailure with code, details and correlation id', async () => {
  const body = { error: 'no such site', error_code: 'invalid', details: { sites: ['x'] }, correlation_id: 'c' }
  const failure = await clientOf(json(body, 422))
    .client.createRun({})
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ApiFailure)
  expect(failure).toMatchObject({ status: 422, code: 'invalid', message: 'no such site', correlationId: 'c' })
})

test('a refusal that is not the API’s still says its status', async () => {
  const { client } = clientOf(() => new Response('<h1>Bad Gateway</h1>', { status: 502 }))
  await expect(client.getRun('r')).rejects.toMatchObject({ status: 502, code: 'unknown' })
})

test('a gateway that is not there is Unreachable, with address and reason', async () => {
  await expect(clientOf(refused).client.getRun('r')).rejects.toThrow(
    "the gateway at http://gateway.test can't be reached: connection refused",
  )
  await expect(clientOf(refused).client.getRun('r')).rejects.toBeInstanceOf(Unreachable)
})

test('an archive that is not there yet is null', async () => {
  const { client } = clientOf(json({ error: 'none', error_code: 'no-archive' }, 404))
  expect(await client.archive('r')).toBeNull()
})

test('events are read through lost connections, each once, until the run ends', async () => {
  const { client, asked } = clientOf(
    stream(event(3), event(5)),
    refused,
    json({ error: 'busy', error_code: 'unavailable' }, 503),
    stream(event(5), event(6), 'event: dropped\ndata: {}'),
    stream(event(9), 'event: end\ndata: {}'),
  )
  expect(await seqsOf(client.runEvents('r', { since: 2 }))).toEqual([3, 5, 6, 9])
  expect(asked.map((request) => request.headers.get('last-event-id'))).toEqual(['2', '5', '5', '5', '6'])
})

test('filters go along, and the events of all runs begin where the gateway says until one has come', async () => {
  const { client, asked } = clientOf(
    refused,
    stream(event(7), 'event: dropped\ndata: {}'),
    stream(event(8), 'event: end\ndata: {}'),
  )
  const filter = { level: 'warn', site: 'shop', types: ['site.step', 'run.finished'] } as const
  expect(await seqsOf(client.runEvents(null, { ...filter, types: [...filter.types] }))).toEqual([7, 8])
  expect(asked.map(({ path, headers }) => [path, headers.get('last-event-id')])).toEqual([
    ['/api/events/stream?site=shop&level=warn&type=site.step%2Crun.finished', null],
    ['/api/events/stream?site=shop&level=warn&type=site.step%2Crun.finished', null],
    ['/api/events/stream?site=shop&level=warn&type=site.step%2Crun.finished', '7'],
  ])
})

test('an unknown run ends the reading with the refusal', async () => {
  const { client } = clientOf(json({ error: 'no such run', error_code: 'not-found' }, 404))
  await expect(seqsOf(client.runEvents('r'))).rejects.toMatchObject({ status: 404 })
})

test('a gateway that stays away is given up on', async () => {
  const { client, asked } = clientOf(stream(event(1)), refused)
  await expect(seqsOf(client.runEvents('r'))).rejects.toBeInstanceOf(Unreachable)
  expect(asked.length).toBeGreaterThan(giveUpAfterMs / 5_000)
})

test('the signal ends the reading without an error', async () => {
  const stop = new AbortController()
  const endless = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(`${event(1)}\n\n`)),
      }),
    )
  const seqs: number[] = []
  for await (const { seq } of clientOf(endless).client.runEvents('r', { signal: stop.signal })) {
    seqs.push(seq)
    stop.abort()
    break
  }
  expect(seqs).toEqual([1])
  expect(await seqsOf(clientOf(endless).client.runEvents('r', { signal: stop.signal }))).toEqual([])
})

test('what is asked while nobody does anything says so', async () => {
  let isAway = false
  const heads: (string | null)[] = []
  const client = makeClient({
    baseUrl: 'http://gateway.test',
    isBackground: () => isAway,
    fetch: async (_, init = {}) => {
      heads.push(new Headers(init.headers).get('x-seine-background'))
      return Response.json({ success: true, data: {} })
    },
  })
  await client.getRun('r')
  isAway = true
  await client.getRun('r')
  expect(heads).toEqual([null, '1'])
})
