import { RpcError } from '@seine/bus'
import { createLogger, silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { everyoneIsAdmin, memoryAuth } from '../auth/auth.fixture.ts'
import { makeEventFeed } from '../live/event-feed.ts'
import { allRoutes } from '../routes.ts'
import { sampleRun, sampleSiteRun } from '../runs.fixture.ts'
import { makeApp, maxBodyBytes } from './app.ts'

const auth = await memoryAuth()

type Answers = Record<string, (input: Record<string, unknown>) => unknown>

/** The app on a scheduler that answers as it is told, by the end of the rpc's name. */
function appOn(answers: Answers = {}, { loopbackOnly = true, log = silentLogger } = {}) {
  const asked: { name: string; input: Record<string, unknown>; correlationId: string | undefined }[] = []
  const bus = {
    call: async (rpc: { name: string }, input: Record<string, unknown>, options?: { correlationId?: string }) => {
      asked.push({ name: rpc.name, input, correlationId: options?.correlationId })
      const answer = answers[rpc.name.replace('rpc.scheduler.', '')]
      if (answer === undefined) throw new RpcError('unavailable', 'nobody answers')
      return answer(input)
    },
    replay: async function* () {},
    follow: async function* () {},
  }
  const app = makeApp({
    routes: allRoutes({
      bus: bus as never,
      store: { stat: async () => null, open: async () => null },
      feed: makeEventFeed(bus as never),
      auth,
      health: () => ({ status: 'healthy', parts: {}, checkedAt: '' }),
    }),
    identify: everyoneIsAdmin,
    origins: { loopbackOnly },
    log,
  })
  const request = (path: string, init: RequestInit & { host?: string } = {}) =>
    app.request(`http://${init.host ?? '127.0.0.1:8080'}${path}`, {
      ...init,
      headers: { host: init.host ?? '127.0.0.1:8080', ...(init.headers as Record<string, string>) },
    })
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { request, post, asked }
}

const run = sampleRun()
const runPath = `/api/bulk-runs/${run.id}`

test('creating a run answers 201 with where it is, and passes options, key and correlation id on', async () => {
  const { post, asked } = appOn({ 'runs.create': () => run })
  const headers = { 'Idempotency-Key': 'k-1', 'X-Correlation-ID': 'trace.1' }
  const answer = await post('/api/bulk-runs', { sites: ['shop'], limit: 5 }, headers)
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe(runPath)
  expect(answer.headers.get('x-correlation-id')).toBe('trace.1')
  expect(await answer.json()).toEqual({ success: true, data: run })
  expect(asked).toEqual([
    {
      name: 'rpc.scheduler.runs.create',
      input: {
        options: { sites: ['shop'], limit: 5, skip_existing: false, dry_run: false },
        correlationId: 'trace.1',
        idempotencyKey: 'k-1',
      },
      correlationId: 'trace.1',
    },
  ])
})

test('a run may be created without a body', async () => {
  const { request, asked } = appOn({ 'runs.create': () => run })
  expect((await request('/api/bulk-runs', { method: 'POST' })).status).toBe(201)
  expect(asked[0]?.input).toMatchObject({ options: { skip_existing: false, dry_run: false } })
})

test.each([
  ['not JSON', '{', 400, 'not-json'],
  ['an unknown field', { colour: 'red' }, 422, 'invalid'],
  ['a wrong field', { limit: 0 }, 422, 'invalid'],
  ['a bad site name', { sites: ['../etc'] }, 422, 'invalid'],
  ['no sites at all', { sites: [] }, 422, 'invalid'],
  ['a character that is no text', '{"sites": ["a\\u0000"]}', 422, 'invalid'],
  ['half of a surrogate pair', '{"sites": ["\\uD800"]}', 422, 'invalid'],
  ['a polluted prototype', '{"__proto__": {"limit": 1}}', 400, 'not-json'],
  ['no object', '[]', 422, 'invalid'],
])('a body with %s is refused', async (_what, body, status, code) => {
  const { post, asked } = appOn()
  const answer = await post('/api/bulk-runs', body)
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({
    error_code: code,
    error: expect.any(String),
    details: expect.any(Object),
  })
  expect(asked).toEqual([])
})

test('validation errors name their fields', async () => {
  const answer = await appOn().post('/api/bulk-runs', { limit: 'all', concurrency: 0 })
  expect(await answer.json()).toMatchObject({
    details: { fields: { limit: [expect.any(String)], concurrency: [expect.any(String)] } },
    correlation_id: answer.headers.get('x-correlation-id'),
  })
})

test('a body over the limit is 413, one that is not JSON by its type 415', async () => {
  const { post } = appOn()
  expect((await post('/api/bulk-runs', `"${'x'.repeat(maxBodyBytes)}"`)).status).toBe(413)
  expect((await post('/api/bulk-runs', '{}', { 'content-type': 'text/plain' })).status).toBe(415)
})

test.each([
  ['invalid', 422],
  ['not-found', 404],
  ['conflict', 409],
  ['unavailable', 503],
  ['internal', 500],
] as const)('a scheduler that answers %s is a %d', async (code, status) => {
  const { request } = appOn({
    'runs.get': () => {
      throw new RpcError(code, 'as it said', { about: 'it' })
    },
  })
  const answer = await request(runPath)
  expect(answer.status).toBe(status)
  expect(await answer.json()).toEqual({
    error: 'as it said',
    error_code: code,
    details: { about: 'it' },
    correlation_id: expect.any(String),
  })
})

test('an unexpected error is logged with its id and tells the caller nothing', async () => {
  const lines: string[] = []
  const log = createLogger('gateway', { level: 'error', write: (line) => lines.push(line) })
  const answers = {
    'runs.get': () => {
      throw new Error('secret detail')
    },
  }
  const { request } = appOn(answers, { log })
  const answer = await request(runPath)
  const body = await answer.text()
  expect(answer.status).toBe(500)
  expect(body).not.toContain('secret')
  expect(lines[0]).toContain('secret detail')
  expect(lines[0]).toContain(answer.headers.get('x-correlation-id'))
})

test('lists are paged', async () => {
  const { request, asked } = appOn({ 'runs.list': () => ({ runs: [run], total: 41 }) })
  const answer = await request('/api/bulk-runs?page=3&per_page=20&status=completed')
  expect(await answer.json()).toEqual({
    success: true,
    data: [run],
    pagination: { page: 3, per_page: 20, total: 41, total_pages: 3 },
  })
  expect(asked[0]?.input).toEqual({ page: 3, perPage: 20, status: ['completed'], sort: '-created' })
})

test.each(['page=0', 'per_page=100000', 'page=x', 'status=odd', 'colour=red'])(
  'a query of %s is 400',
  async (query) => {
    const { request } = appOn({ 'runs.list': () => ({ runs: [], total: 0 }) })
    expect((await request(`/api/bulk-runs?${query}`)).status).toBe(400)
  },
)

test('a run comes with its sites, read page by page', async () => {
  const sites = Array.from({ length: 250 }, (_, n) => sampleSiteRun({ runId: run.id, site: `site-${n}` }))
  const { request } = appOn({
    'runs.get': () => run,
    'runs.sites': ({ page, perPage }) => ({
      sites: sites.slice((Number(page) - 1) * Number(perPage), Number(page) * Number(perPage)),
      total: 250,
    }),
  })
  const { data } = (await (await request(runPath)).json()) as { data: { sites: unknown[]; sitesTotal: number } }
  expect(data.sites).toEqual(sites)
  expect(data.sitesTotal).toBe(250)
})

test('cancel, resume, retry and reextract ask for what they say', async () => {
  const answers = ['cancel', 'resume', 'retry', 'reextract'].map((action) => [`runs.${action}`, () => run])
  const { post, asked } = appOn(Object.fromEntries(answers))
  for (const action of ['cancel', 'resume']) expect((await post(`${runPath}/${action}`, {})).status).toBe(200)
  await post(`${runPath}/retry`, { site: 'shop', failures_only: true })
  await post(`${runPath}/reextract`, { site: 'shop' })
  await post(`${runPath}/reextract`, {})
  expect(asked.map(({ name, input }) => [name, input])).toEqual([
    ['rpc.scheduler.runs.cancel', { runId: run.id }],
    ['rpc.scheduler.runs.resume', { runId: run.id }],
    ['rpc.scheduler.runs.retry', { runId: run.id, site: 'shop', failuresOnly: true }],
    ['rpc.scheduler.runs.reextract', { runId: run.id, site: 'shop' }],
    ['rpc.scheduler.runs.reextract', { runId: run.id }],
  ])
})

test('a page’s history and prices are asked for by its URL, a bounded page at a time', async () => {
  const nothing = { changes: [], prices: [], total: 0 }
  const { request, asked } = appOn({ 'sites.history': () => nothing, 'sites.prices': () => nothing })
  const url = 'https://shop.example/p/1?a=b&c'
  for (const what of ['history', 'prices'])
    expect((await request(`/api/sites/shop/${what}?url=${encodeURIComponent(url)}&per_page=7`)).status).toBe(200)
  expect(asked.map(({ name, input }) => [name, input])).toEqual([
    ['rpc.scheduler.sites.history', { site: 'shop', url, page: 1, perPage: 7 }],
    ['rpc.scheduler.sites.prices', { site: 'shop', url, page: 1, perPage: 7 }],
  ])
  expect((await request('/api/sites/shop/history')).status).toBe(400)
  expect((await request('/api/sites/shop/history?url=x&per_page=1000')).status).toBe(400)
})

test('retention is a dry run only where it is asked to be', async () => {
  const nothing = { siteRuns: [], total: 0, pages: 0, artifactBytes: 0 }
  const { post, asked } = appOn({ retention: () => nothing })
  expect((await post('/api/retention', { dry_run: true })).status).toBe(200)
  expect((await post('/api/retention', {})).status).toBe(200)
  expect(asked.map(({ input }) => input)).toEqual([{ dryRun: true }, { dryRun: false }])
})

test('unknown resources are 404, wrong methods 405 with what is allowed, bad ids 400', async () => {
  const { request } = appOn()
  expect((await request('/api/nothing')).status).toBe(404)
  const wrong = await request('/api/bulk-runs', { method: 'DELETE' })
  expect(wrong.status).toBe(405)
  expect(wrong.headers.get('allow')).toBe('POST, GET')
  expect((await request('/api/bulk-runs/17')).status).toBe(400)
})

test.each(['..%2f..%2fetc', '%2e%2e', '.hidden', 'a%00b', 'a%2Fb'])('no file named %s is looked for', async (file) => {
  const answer = await appOn().request(`${runPath}/sites/shop/artifacts/${file}`)
  expect([400, 404]).toContain(answer.status)
})

test('a correlation id that is not one is replaced', async () => {
  const { request } = appOn()
  for (const id of ['a b', 'x'.repeat(200), '{"forged":1}']) {
    const answer = await request('/healthz', { headers: { 'X-Correlation-ID': id } })
    expect(answer.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
  }
})

test('pages of other sites and names pointed at this machine are refused', async () => {
  const { request, post } = appOn({ 'runs.cancel': () => run })
  const foreign = await post(`${runPath}/cancel`, {}, { origin: 'https://evil.example' })
  expect(foreign.status).toBe(403)
  expect(await foreign.json()).toMatchObject({ error_code: 'forbidden-origin' })
  expect((await post(`${runPath}/cancel`, {}, { origin: 'http://127.0.0.1:8080' })).status).toBe(200)
  expect((await request('/healthz', { host: 'rebound.example:8080' })).status).toBe(403)
  const open = appOn({}, { loopbackOnly: false })
  expect((await open.request('/healthz', { host: 'seine.example' })).status).toBe(200)
})

test('every answer carries the headers that keep browsers careful', async () => {
  const answer = await appOn().request('/healthz')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('the OpenAPI document has every route with its parameters and answers', async () => {
  const answer = await appOn().request('/api/docs/openapi.json')
  const document = (await answer.json()) as { paths: Record<string, Record<string, { operationId: string }>> }
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length)
  expect(document.paths['/api/bulk-runs']?.post).toMatchObject({
    operationId: 'createRun',
    requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/RunOptions' } } } },
    responses: { 201: expect.any(Object), 422: expect.any(Object) },
  })
  expect(document.paths['/api/bulk-runs/{id}/stream']?.get).toMatchObject({
    parameters: expect.arrayContaining([
      expect.objectContaining({ name: 'id', in: 'path', required: true }),
      expect.objectContaining({ name: 'since', in: 'query', required: false }),
      expect.objectContaining({ name: 'Last-Event-ID', in: 'header' }),
    ]),
  })
})
