import {
  type DeliverWork,
  newId,
  type SeineEvent,
  type Webhook,
  type WebhookDelivery,
  type WebhookSettings,
  type WebhookWithSecret,
  webhookSettingsSchema,
} from '@seine/contracts'
import { type Part, silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Postgres } from '../database/postgres.ts'
import { makeReadRuns } from '../runs/read-runs.ts'
import { planRun, startDatabase } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { makeApplyResult } from './apply-result.ts'
import { makeEnterDeliveries } from './enter-deliveries.ts'
import { leaseMs, makeSendDue, maxSentPerWebhook } from './send-due.ts'
import { serveWebhooks } from './serve-webhooks.ts'
import { signedHeaders } from './sign.ts'

const startMs = Date.UTC(2026, 10, 20, 12)
const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
const publicUrl = 'https://seine.test'
const catalogue = testCatalogue([testSite('shop'), testSite('blog')])
let server: Awaited<ReturnType<typeof startDatabase>>
let database: Postgres
let now = startMs
/** What fetchers were given and have not answered, as the stream holds it. */
let published: DeliverWork[] = []
let refuses = false

beforeAll(async () => {
  server = await startDatabase()
  database = server.database
})
afterAll(() => server.stop())
beforeEach(async () => {
  await database.query('truncate bulk_jobs, webhooks, outbox cascade')
  now = startMs
  published = []
  refuses = false
})

const handlers = () => {
  const all = new Map<string, (request: unknown, doer: object) => Promise<unknown>>()
  const serve = (rpc: { name: string }, handle: (request: never) => Promise<unknown>): Part => {
    all.set(rpc.name, handle as never)
    return { name: rpc.name, start() {}, async stop() {} }
  }
  serveWebhooks({ bus: { serve, nowMs: () => now } as never, database, publicUrl, due: () => {} })
  return all
}
const ask = <T>(name: string, request: object): Promise<T> =>
  handlers().get(`rpc.scheduler.webhooks.${name}`)!(request, { actor: 'ada' }) as Promise<T>

const settings = (more: Partial<WebhookSettings> = {}): WebhookSettings =>
  webhookSettingsSchema.parse({
    name: 'ops',
    url: 'https://ops.test/hook',
    events: ['run.finished', 'site.finished'],
    ...more,
  })
const add = (more: Partial<WebhookSettings> = {}) => ask<WebhookWithSecret>('create', { settings: settings(more) })
const get = (webhookId: string) => ask<Webhook>('get', { webhookId })
const deliveries = async (webhookId: string) =>
  (await ask<{ deliveries: WebhookDelivery[] }>('deliveries', { webhookId, page: 1, perPage: 100 })).deliveries
const newest = async (webhookId: string) => (await deliveries(webhookId))[0]!

const enter = (event: SeineEvent) =>
  makeEnterDeliveries({ database, readRun: makeReadRuns(database).getRun, publicUrl, nowMs: () => now })(event)
const send = () =>
  makeSendDue({
    database,
    publish: async (work) => {
      if (refuses) throw new Error('full')
      published.push(work)
    },
    pendingFor: async (webhookId) => published.filter((work) => work.webhookId === webhookId).length,
    nowMs: () => now,
    log: silentLogger,
  })()
/** A fetcher takes what there is and tells of this. */
async function answer(status: number, more: { retryAfterMs?: number } = {}): Promise<DeliverWork[]> {
  const taken = published.splice(0)
  for (const work of taken) await apply(work, status, more)
  return taken
}
const apply = ({ deliveryId, webhookId, attempt }: DeliverWork, status: number, more: { retryAfterMs?: number } = {}) =>
  makeApplyResult({ database, basePauseMs: 5_000, nowMs: () => now, random: () => 0, log: silentLogger })({
    deliveryId,
    webhookId,
    attempt,
    status,
    error: null,
    response: 'thanks',
    retryAfterMs: more.retryAfterMs ?? null,
    durationMs: 3,
  })

let runId = ''
async function event(type: 'run.finished' | 'site.finished' | 'run.progress', more: object = {}): Promise<SeineEvent> {
  runId = await planRun(database, catalogue, {}, now)
  const counts = { discovered: 1, ok: 1, unchanged: 0, failed: 0, skipped: 0, pending: 0 }
  const ended = { status: 'completed', reason: null, counts, durationMs: 1 }
  const data = type === 'run.finished' ? { ...ended, archive: null } : { ...ended, diff: null, ...more }
  return {
    ts: new Date(now).toISOString(),
    level: 'info',
    job_id: runId,
    ...(type === 'site.finished' ? { site: 'shop' } : {}),
    step: null,
    id: newId(now),
    type,
    data,
  } as SeineEvent
}

test('an event is entered once for each webhook that wants it, and sent signed with the run and where to look', async () => {
  const { id, secret } = await add()
  await add({ name: 'other', events: ['run.created'] })
  const finished = await event('run.finished')
  expect(await enter(finished)).toBe(1)
  expect(await enter(finished)).toBe(0)
  await send()
  await send()
  expect(published).toHaveLength(1)
  const { url, headers, body, deliveryId } = published[0]!
  expect(url).toBe('https://ops.test/hook')
  expect(headers).toEqual(signedHeaders({ id: `msg_${deliveryId}`, nowMs: now, body, secrets: [secret] }))
  expect(JSON.parse(body)).toMatchObject({
    type: 'run.finished',
    timestamp: finished.ts,
    data: {
      event: finished,
      run: { id: runId, status: 'waiting', siteCounts: { waiting: 2 }, origin: { kind: 'api', id: null } },
      links: { run: `https://seine.test/api/bulk-runs/${runId}`, page: `https://seine.test/runs/${runId}` },
    },
  })
  expect(await newest(id)).toMatchObject({ state: 'sent', attempts: 1, event: 'run.finished', runId })
  await answer(204)
  expect(await newest(id)).toMatchObject({ state: 'delivered', status: 204, response: 'thanks', error: null })
  expect(await get(id)).toMatchObject({ lastDeliveredAt: new Date(now).toISOString(), failures: 0 })
})

test('webhooks are told of the sites they chose, of runs with one of them, and of poor quality', async () => {
  const shop = await add({ name: 'shop', sites: ['shop'] })
  const other = await add({ name: 'other', sites: ['elsewhere'] })
  const quality = await add({ name: 'quality', events: ['quality.failed'] })
  expect(await enter(await event('site.finished'))).toBe(1)
  expect(await enter(await event('run.finished'))).toBe(1)
  expect(await enter(await event('run.progress'))).toBe(0)
  expect(await enter(await event('site.finished', { quality: { status: 'warning', reasons: [] } }))).toBe(1)
  expect(await enter(await event('site.finished', { quality: { status: 'failed', reasons: [] } }))).toBe(2)
  expect(await deliveries(shop.id)).toHaveLength(4)
  expect(await deliveries(other.id)).toEqual([])
  expect((await deliveries(quality.id)).map((delivery) => delivery.event)).toEqual(['quality.failed'])
})

test('what happened before a webhook was made, or while it was disabled, is not sent to it', async () => {
  const before = await event('run.finished')
  now += 1
  await add()
  await add({ name: 'off', enabled: false })
  expect(await enter(before)).toBe(0)
  expect(await enter(await event('run.finished'))).toBe(1)
})

test('a receiver that fails is asked again later, under the same id with a new signature, until it recovers', async () => {
  const { id } = await add()
  await enter(await event('run.finished'))
  await send()
  const [first] = await answer(500)
  expect(await newest(id)).toMatchObject({
    state: 'waiting',
    error: 'answered 500',
    nextAttemptAt: new Date(now + 2_500).toISOString(),
  })
  expect(await get(id)).toMatchObject({ failures: 1, failingSince: new Date(now).toISOString() })
  await send()
  expect(published).toEqual([])
  now += 2_500
  await send()
  const [second] = await answer(200)
  expect(second).toMatchObject({ attempt: 2, body: first!.body, deliveryId: first!.deliveryId })
  expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
  expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature'])
  expect(await newest(id)).toMatchObject({ state: 'delivered', attempts: 2 })
  expect(await get(id)).toMatchObject({ failures: 0, failingSince: null })
})

test('of one webhook five attempts are under way at most, and the others go on', async () => {
  const slow = await add({ name: 'slow' })
  for (let n = 0; n < 8; n++) await enter(await event('run.finished'))
  await send()
  const fast = await add({ name: 'fast' })
  await enter(await event('run.finished'))
  await send()
  const of = (id: string) => published.filter((work) => work.webhookId === id).length
  expect([of(slow.id), of(fast.id)]).toEqual([maxSentPerWebhook, 1])
  await answer(200)
  await send()
  expect(of(slow.id)).toBe(4)
})

test('an attempt that was lost is driven again, one that no fetcher has taken yet is waited for', async () => {
  const { id } = await add()
  await enter(await event('run.finished'))
  await send()
  now += leaseMs
  await send()
  expect(published).toHaveLength(1)
  published = []
  now += leaseMs
  await send()
  expect(published).toMatchObject([{ attempt: 2 }])
  expect(await newest(id)).toMatchObject({ state: 'sent', attempts: 2, error: null })
})

test('an attempt that was taken for lost and delivered after all counts; one that failed changes nothing', async () => {
  const { id } = await add()
  await enter(await event('run.finished'))
  await send()
  const [lost] = published.splice(0)
  now += leaseMs
  await send()
  await apply(lost!, 500)
  expect(await newest(id)).toMatchObject({ state: 'sent', attempts: 2 })
  await apply(lost!, 200)
  expect(await newest(id)).toMatchObject({ state: 'delivered' })
  await answer(500)
  expect(await newest(id)).toMatchObject({ state: 'delivered' })
})

test('what the broker does not take waits and is tried again', async () => {
  const { id } = await add()
  await enter(await event('run.finished'))
  refuses = true
  await send()
  expect(await newest(id)).toMatchObject({ state: 'waiting', nextAttemptAt: new Date(now + 10_000).toISOString() })
  refuses = false
  now += 10_000
  await send()
  expect(published).toHaveLength(1)
})

test('after three days of failures the webhook is disabled and says so, also in the log of the run', async () => {
  const { id } = await add()
  for (let n = 0; n < 12; n++) {
    await enter(await event('run.finished'))
    await send()
    await answer(503)
    now += 6 * hourMs
  }
  expect(await get(id)).toMatchObject({ enabled: true })
  await enter(await event('run.finished'))
  await send()
  await answer(503)
  const disabled = await get(id)
  expect(disabled).toMatchObject({
    enabled: false,
    disabledReason: expect.stringContaining('the last with: answered 503'),
  })
  const events = await database.query<{ event: SeineEvent }>(
    `select event from outbox where event->>'type' = 'webhook.disabled'`,
  )
  expect(events).toMatchObject([{ event: { level: 'warn', data: { webhookId: id, name: 'ops' } } }])
  expect(await send()).toBe('idle')

  // What waits goes out when it is enabled again, unless its time is over by then.
  const waiting = (await deliveries(id)).filter((delivery) => delivery.state === 'waiting').length
  expect(waiting).toBeGreaterThan(0)
  await ask('replace', { webhookId: id, version: disabled.version, settings: settings() })
  expect(await get(id)).toMatchObject({ enabled: true, disabledReason: null, failures: 0, failingSince: null })
  expect(await send()).toBe('more')
  published = []
  now += 4 * dayMs
  await send()
  await send()
  expect((await deliveries(id)).filter((delivery) => delivery.state === 'waiting')).toEqual([])
})

test('a receiver that answers 410 is told no more', async () => {
  const { id } = await add()
  await enter(await event('run.finished'))
  await send()
  await answer(410)
  expect(await newest(id)).toMatchObject({ state: 'failed', status: 410 })
  expect(await get(id)).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('410') })
})

test('the secret is told when it is made and never again; after a change both sign for a day', async () => {
  const { id, secret, version } = await add()
  expect(JSON.stringify(await get(id))).not.toContain(secret)
  expect(JSON.stringify(await ask('list', { page: 1, perPage: 10 }))).not.toContain(secret)
  const rotated = await ask<WebhookWithSecret>('rotate', { webhookId: id, version })
  expect(rotated.secret).not.toBe(secret)
  const signatures = async () => {
    await enter(await event('run.finished'))
    await send()
    const [work] = await answer(200)
    return {
      work: work!,
      both: signedHeaders({
        id: `msg_${work!.deliveryId}`,
        nowMs: now,
        body: work!.body,
        secrets: [rotated.secret, secret],
      }),
    }
  }
  const { work, both } = await signatures()
  expect(work.headers).toEqual(both)
  now += dayMs
  const later = await signatures()
  expect(later.work.headers['webhook-signature']).toBe(later.both['webhook-signature']!.split(' ')[0])
})

test('a test is sent to a disabled webhook too, once, and counts against nobody', async () => {
  const { id } = await add({ enabled: false })
  expect(await ask('test', { webhookId: id })).toMatchObject({ event: 'webhook.test', state: 'waiting', runId: null })
  await send()
  expect(JSON.parse(published[0]!.body)).toMatchObject({ type: 'webhook.test' })
  await answer(500)
  expect(await newest(id)).toMatchObject({ state: 'failed', error: 'answered 500', attempts: 1 })
  expect(await get(id)).toMatchObject({ failures: 0 })
})

test('a delivery can be sent again, under its id, but not while it is under way', async () => {
  const { id } = await add()
  await enter(await event('run.finished'))
  await send()
  const { id: deliveryId } = await newest(id)
  await expect(ask('redeliver', { webhookId: id, deliveryId })).rejects.toMatchObject({ code: 'conflict' })
  await answer(200)
  expect(await ask('redeliver', { webhookId: id, deliveryId })).toMatchObject({ id: deliveryId, state: 'waiting' })
  await send()
  expect(published).toMatchObject([{ deliveryId, attempt: 2 }])
  await expect(ask('redeliver', { webhookId: id, deliveryId: newId() })).rejects.toMatchObject({ code: 'not-found' })
})

test('settings are changed only by who has seen the last version, and names are unique', async () => {
  const { id, version } = await add()
  await expect(add()).rejects.toMatchObject({ code: 'conflict', details: { field: 'name' } })
  const change = { webhookId: id, version, settings: settings({ url: 'https://new.test/hook' }) }
  expect(await ask('replace', change)).toMatchObject({ version: 2, url: 'https://new.test/hook' })
  await expect(ask('replace', change)).rejects.toMatchObject({ code: 'stale', details: { version: 2 } })
  await enter(await event('run.finished'))
  await ask('remove', { webhookId: id, version: 2 })
  await expect(get(id)).rejects.toMatchObject({ code: 'not-found' })
  await send()
  expect(published).toEqual([])
})

test.each(['ftp://ops.test/', 'https://me:pass@ops.test/', 'nonsense', 'file:///etc/passwd'])(
  '%s is no target',
  (url) => {
    expect(webhookSettingsSchema.safeParse({ name: 'x', url, events: ['run.finished'] }).success).toBe(false)
  },
)

test('who adds, changes or removes a webhook is written down, without its secret and the path of its address', async () => {
  await database.query('truncate audit')
  const { id, version, secret } = await add({ url: 'https://ops.test/token-123' })
  now += 1
  await ask('replace', { webhookId: id, version, settings: settings({ enabled: false }) })
  now += 1
  const rotated = await ask<WebhookWithSecret>('rotate', { webhookId: id, version: version + 1 })
  now += 1
  await ask('remove', { webhookId: id, version: rotated.version })
  const audit = await database.query('select actor, action, subject, details from audit order by at, id')
  expect(audit.map((entry) => `${entry.actor} ${entry.action} ${entry.subject}`)).toEqual([
    'ada webhook.added ops',
    'ada webhook.changed ops',
    'ada webhook.secret-changed ops',
    'ada webhook.removed ops',
  ])
  for (const told of [secret, rotated.secret, 'token-123']) expect(JSON.stringify(audit)).not.toContain(told)
})
