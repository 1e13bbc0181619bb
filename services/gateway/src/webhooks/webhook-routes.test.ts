import { newId, type Webhook, webhookSettingsSchema } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { everyoneIsAdmin } from '../auth/auth.fixture.ts'
import { makeApp } from '../http/app.ts'
import { webhookRoutes } from './webhook-routes.ts'

const settings = { name: 'ops', url: 'https://ops.test/hook', events: ['run.finished', 'quality.failed'] }
const webhook: Webhook = {
  ...webhookSettingsSchema.parse(settings),
  id: newId(),
  version: 2,
  disabledReason: null,
  failingSince: null,
  failures: 0,
  lastDeliveredAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}
const path = `/api/webhooks/${webhook.id}`

/** The routes on a scheduler that answers this. */
function appOn(answer: unknown) {
  const asked: [string, unknown][] = []
  const call = async (rpc: { name: string }, input: unknown) => {
    asked.push([rpc.name.replace('rpc.scheduler.webhooks.', ''), input])
    return answer
  }
  const routes = webhookRoutes({ call: call as never })
  const app = makeApp({ routes, identify: everyoneIsAdmin, origins: { loopbackOnly: true }, log: silentLogger })
  const request = (method: string, where: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(`http://127.0.0.1:8080${where}`, {
      method,
      headers: { host: '127.0.0.1:8080', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { request, asked }
}

test('a webhook is added, and its secret is told with it', async () => {
  const { request, asked } = appOn({ ...webhook, secret: 'whsec_x' })
  const answer = await request('POST', '/api/webhooks', settings)
  expect(answer.status).toBe(201)
  expect(answer.headers.get('etag')).toBe('"2"')
  expect(await answer.json()).toMatchObject({ data: { id: webhook.id, secret: 'whsec_x' } })
  expect(asked).toEqual([['create', { settings: { ...settings, enabled: true } }]])
})

test.each([
  [{ ...settings, url: 'ftp://x' }, 'url'],
  [{ ...settings, url: 'https://a:b@ops.test/' }, 'url'],
  [{ ...settings, events: [] }, 'events'],
  [{ ...settings, events: ['everything'] }, 'events.0'],
  [{ ...settings, secret: 'mine' }, 'body'],
])('%j is refused by field', async (body, field) => {
  const { request, asked } = appOn(webhook)
  const answer = await request('POST', '/api/webhooks', body)
  expect(answer.status).toBe(422)
  expect(((await answer.json()) as { details: { fields: object } }).details.fields).toHaveProperty([field])
  expect(asked).toEqual([])
})

test('changing, removing and a new secret name the version they are meant for', async () => {
  const { request, asked } = appOn(webhook)
  const changes = [
    ['PUT', path, settings, 'replace'],
    ['DELETE', path, undefined, 'remove'],
    ['POST', `${path}/rotate`, undefined, 'rotate'],
  ] as const
  for (const [method, where, body, name] of changes) {
    expect((await request(method, where, body)).status).toBe(428)
    expect((await request(method, where, body, { 'If-Match': '"2"' })).status).toBe(200)
    expect(asked.at(-1)).toEqual([name, expect.objectContaining({ webhookId: webhook.id, version: 2 })])
  }
})

test('a test and a delivery that is sent again are taken, not awaited', async () => {
  const { request, asked } = appOn({})
  expect((await request('POST', `${path}/test`)).status).toBe(202)
  const deliveryId = newId()
  expect((await request('POST', `${path}/deliveries/${deliveryId}/redeliver`)).status).toBe(202)
  expect(asked).toEqual([
    ['test', { webhookId: webhook.id }],
    ['redeliver', { webhookId: webhook.id, deliveryId }],
  ])
})

test('deliveries are listed in pages', async () => {
  const { request, asked } = appOn({ deliveries: [], total: 41 })
  const answer = await request('GET', `${path}/deliveries?page=2&per_page=20`)
  expect(await answer.json()).toMatchObject({ pagination: { page: 2, per_page: 20, total: 41, total_pages: 3 } })
  expect(asked).toEqual([['deliveries', { webhookId: webhook.id, page: 2, perPage: 20 }]])
})
