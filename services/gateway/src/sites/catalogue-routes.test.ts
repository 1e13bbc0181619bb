import { RpcError } from '@seine/bus'
import { type SiteEntry, siteSchema } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { auditRoute } from '../audit/audit-route.ts'
import { everyoneIsAdmin } from '../auth/auth.fixture.ts'
import { makeApp } from '../http/app.ts'
import { policyRoutes } from '../policies/policy-routes.ts'
import { catalogueRoutes } from './catalogue-routes.ts'
import { importRoute } from './import-route.ts'
import { testFetchRoute } from './test-fetch-route.ts'

const written = { name: 'lamps', startUrls: ['https://lamps.test/'], group: 'shops' }
const site = siteSchema.parse(written)
const entry: SiteEntry = {
  site,
  origin: 'api',
  version: 3,
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'ann',
  lastRun: null,
  isRunning: false,
}
const tag = { 'If-Match': '"3"' }

/** The routes on a scheduler that answers as it is told, by the end of the rpc's name. */
function appOn(answers: Record<string, unknown> = {}) {
  const asked: [string, unknown, unknown][] = []
  const call = async (rpc: { name: string }, input: unknown, options: { actor: string }) => {
    asked.push([rpc.name.replace('rpc.scheduler.', ''), input, options.actor])
    const answer = answers[rpc.name.replace('rpc.scheduler.', '')]
    if (answer instanceof Error) throw answer
    return answer
  }
  const bus = { call: call as never }
  const routes = [...catalogueRoutes(bus), importRoute(bus), testFetchRoute(bus), ...policyRoutes(bus), auditRoute(bus)]
  const app = makeApp({ routes, identify: everyoneIsAdmin, origins: { loopbackOnly: true }, log: silentLogger })
  const request = (method: string, where: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(`http://127.0.0.1:8080${where}`, {
      method,
      headers: { host: '127.0.0.1:8080', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { request, asked }
}

test('a site is added with its defaults, by whoever is logged in, and says where it is and which version', async () => {
  const { request, asked } = appOn({ 'sites.create': entry })
  const answer = await request('POST', '/api/sites', written)
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe('/api/sites/lamps')
  expect(answer.headers.get('etag')).toBe('"3"')
  expect(asked).toEqual([['sites.create', { site }, 'test']])
})

test('what is wrong with a site is said by field, by the gateway and by the scheduler alike', async () => {
  const { request } = appOn({
    'sites.create': new RpcError('invalid', 'policy: unknown', { fields: { policy: ["unknown 'brisk'"] } }),
  })
  const bad = await request('POST', '/api/sites', { name: 'lamps', startUrls: ['ftp://x/'], maxDepth: -1 })
  expect(bad.status).toBe(422)
  expect(await bad.json()).toMatchObject({
    details: { fields: { 'startUrls.0': [expect.any(String)], maxDepth: [expect.any(String)] } },
  })
  const unknown = await request('POST', '/api/sites', { ...written, policy: 'brisk' })
  expect(unknown.status).toBe(422)
  expect(await unknown.json()).toMatchObject({ details: { fields: { policy: ["unknown 'brisk'"] } } })
})

test('a list passes on what it is asked for, and nothing that is not', async () => {
  const { request, asked } = appOn({ 'sites.list': { sites: [], total: 0 } })
  await request('GET', '/api/sites?search=lam&group=shops&enabled=false&sort=-last-run&page=2&per_page=10')
  await request('GET', '/api/sites')
  expect(asked.map(([, input]) => input)).toEqual([
    { page: 2, perPage: 10, search: 'lam', group: 'shops', enabled: false, sort: '-last-run' },
    { page: 1, perPage: 50, sort: 'name' },
  ])
  for (const query of ['enabled=maybe', 'sort=colour', 'search='])
    expect((await request('GET', `/api/sites?${query}`)).status).toBe(400)
})

test('a change names the version it is meant for: 428 without, 412 with who was first where it is another', async () => {
  const stale = new RpcError('stale', 'by now', { version: 4, updatedBy: 'bob' })
  const { request, asked } = appOn({ 'sites.get': entry, 'sites.replace': stale, 'sites.delete': stale })
  for (const [method, body] of [
    ['PUT', written],
    ['PATCH', {}],
    ['DELETE', undefined],
  ] as const)
    expect((await request(method, '/api/sites/lamps', body)).status).toBe(428)
  expect(asked).toEqual([])
  for (const [method, body] of [
    ['PUT', written],
    ['PATCH', { maxDepth: 1 }],
    ['DELETE', undefined],
  ] as const) {
    const answer = await request(method, '/api/sites/lamps', body, tag)
    expect(answer.status).toBe(412)
    expect(await answer.json()).toMatchObject({ error_code: 'stale', details: { version: 4, updatedBy: 'bob' } })
  }
})

test('a patch changes what it names, null gives a default back, and the result is checked as a whole', async () => {
  const { request, asked } = appOn({ 'sites.get': entry, 'sites.replace': { ...entry, version: 4 } })
  const patch = { group: null, maxDepth: 2, policyOverrides: { retry: { maxAttempts: 1 } } }
  const answer = await request('PATCH', '/api/sites/lamps', patch, tag)
  expect(answer.headers.get('etag')).toBe('"4"')
  const { group: _, ...rest } = site
  const changed = { ...rest, maxDepth: 2, policyOverrides: { retry: { maxAttempts: 1 } } }
  expect(asked[1]).toEqual(['sites.replace', { site: changed, version: 3 }, 'test'])
  const bad = await request('PATCH', '/api/sites/lamps', { startUrls: null }, tag)
  expect(bad.status).toBe(422)
  expect(await bad.json()).toMatchObject({ details: { fields: { startUrls: [expect.any(String)] } } })
})

test('a site can not be renamed by writing another name into it', async () => {
  const { request, asked } = appOn({ 'sites.get': entry })
  for (const [method, body] of [
    ['PUT', { ...written, name: 'desks' }],
    ['PATCH', { name: 'desks' }],
  ] as const) {
    const answer = await request(method, '/api/sites/lamps', body, tag)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ details: { fields: { name: ["expected 'lamps'"] } } })
  }
  expect(asked.map(([name]) => name)).toEqual(['sites.get'])
})

test('a site that runs is not deleted', async () => {
  const { request } = appOn({ 'sites.delete': new RpcError('conflict', 'it runs') })
  expect((await request('DELETE', '/api/sites/lamps', undefined, tag)).status).toBe(409)
})

test('an import that was not applied is 422 with what is wrong, a dry run is 200 all the same', async () => {
  const row = {
    index: 0,
    name: 'x',
    result: 'invalid',
    problems: [{ field: 'policy', message: 'unknown' }],
    changed: [],
  }
  const report = {
    applied: false,
    counts: { created: 1, changed: 0, unchanged: 0, invalid: 1 },
    entries: [row],
  }
  const { request, asked } = appOn({ 'sites.import': report })
  const document = { sites: [written, { name: 'x' }] }
  const dry = await request('POST', '/api/sites/import?dry_run=true', document)
  expect(dry.status).toBe(200)
  expect(await dry.json()).toMatchObject({ data: report })
  const refused = await request('POST', '/api/sites/import', document)
  expect(refused.status).toBe(422)
  expect(await refused.json()).toMatchObject({ details: { entries: [row] } })
  expect(asked.map(([, input]) => input)).toEqual([
    { entries: document.sites, dryRun: true },
    { entries: document.sites, dryRun: false },
  ])
  expect((await request('POST', '/api/sites/import', { sites: [] })).status).toBe(422)
})

test('an import that would not fit a request to the scheduler is 413', async () => {
  const { request, asked } = appOn()
  const sites = Array.from({ length: 500 }, (_, n) => ({
    name: `s${n}`,
    startUrls: [`https://x.test/${'x'.repeat(2_010)}`],
  }))
  expect((await request('POST', '/api/sites/import', { sites })).status).toBe(413)
  expect(asked).toEqual([])
})

test('a test-fetch may name a page and selectors of its own', async () => {
  const { request, asked } = appOn({ 'sites.test-fetch': {} })
  const body = { url: 'https://lamps.test/p/1', fields: [{ name: 'ean', css: '.ean' }] }
  await request('POST', '/api/sites/lamps/test-fetch', body)
  await request('POST', '/api/sites/lamps/test-fetch')
  expect(asked.map(([, input]) => input)).toEqual([
    { site: 'lamps', url: body.url, fields: [expect.objectContaining({ name: 'ean', css: '.ean' })] },
    { site: 'lamps' },
  ])
})

test('policies are listed and named, the audit is filtered', async () => {
  const { request, asked } = appOn({
    'policies.list': { policies: [] },
    'policies.get': new RpcError('not-found', 'no policy'),
    'audit.list': { entries: [], total: 0 },
  })
  expect((await request('GET', '/api/policies')).status).toBe(200)
  expect((await request('GET', '/api/policies/none')).status).toBe(404)
  expect((await request('GET', '/api/audit?actor=ann&action=site&from=2026-01-01T00:00:00Z')).status).toBe(200)
  expect((await request('GET', '/api/audit?from=yesterday')).status).toBe(400)
  expect(asked.at(-1)).toEqual([
    'audit.list',
    { page: 1, perPage: 50, actor: 'ann', action: 'site', from: '2026-01-01T00:00:00Z' },
    'test',
  ])
})
