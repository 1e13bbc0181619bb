import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId, type Webhook, type WebhookDelivery, webhookSettingsSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { makeIo } from './io.fixture.ts'
import { command } from './webhooks.ts'

const sample = (more: Partial<Webhook> = {}): Webhook => ({
  ...webhookSettingsSchema.parse({ name: 'ops', url: 'https://ops.test/hook', events: ['run.finished'] }),
  id: newId(),
  version: 4,
  disabledReason: null,
  failingSince: null,
  failures: 0,
  lastDeliveredAt: '2026-11-20T10:00:00.000Z',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...more,
})

const delivery = (more: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  id: '019aa000-0000-7000-8000-000000000001',
  webhookId: newId(),
  event: 'webhook.test',
  runId: null,
  site: null,
  state: 'waiting',
  attempts: 0,
  nextAttemptAt: null,
  status: null,
  error: null,
  response: null,
  durationMs: null,
  createdAt: '2026-11-20T10:00:00.000Z',
  deliveredAt: null,
  ...more,
})

/** A gateway on loopback with one webhook, and what its deliveries are. */
async function gatewayWith(webhook: Webhook, deliveries: WebhookDelivery[] = []) {
  const asked: { what: string; body: unknown; ifMatch: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const what = `${request.method} ${request.url?.split('?')[0]}`
    asked.push({ what, body: text === '' ? null : JSON.parse(text), ifMatch: request.headers['if-match'] })
    const data = what.endsWith('/test')
      ? delivery()
      : what.endsWith('/deliveries')
        ? deliveries
        : what === 'GET /api/webhooks'
          ? [webhook]
          : { ...webhook, ...JSON.parse(text || '{}'), secret: 'whsec_abc' }
    response.end(JSON.stringify({ data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    async seine(...args: string[]) {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const { io, out, err } = makeIo({ env: { SEINE_GATEWAY: url } })
      return { code: await command.run(args, io), out: out(), err: err() }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('add sends what its flags say and shows the secret, once', async () => {
  await using gateway = await gatewayWith(sample())
  const { code, out } = await gateway.seine(
    ...['add', 'ops', 'https://ops.test/hook', '--events', 'run.finished, quality.failed', '--sites', 'shop'],
  )
  expect(code).toBe(0)
  expect(gateway.asked[0]).toMatchObject({
    what: 'POST /api/webhooks',
    body: {
      name: 'ops',
      url: 'https://ops.test/hook',
      events: ['run.finished', 'quality.failed'],
      sites: ['shop'],
      enabled: true,
    },
  })
  expect(out).toContain('Secret: whsec_abc\nIt is shown this once')
  expect((await gateway.seine('show', 'ops')).out).not.toContain('whsec')
})

test('the list says which webhook fails, and which was disabled and why', async () => {
  await using failing = await gatewayWith(sample({ failures: 3, failingSince: '2026-11-20T09:00:00.000Z' }))
  expect((await failing.seine()).out).toContain('3 failed since 2026-11-20 09:00 UTC')
  await using disabled = await gatewayWith(sample({ enabled: false, disabledReason: 'answered that it is gone (410)' }))
  expect((await disabled.seine('list')).out).toContain('disabled: answered that it is gone (410)')
})

test('test waits for the answer, and its exit code is what came of it', async () => {
  await using well = await gatewayWith(sample(), [
    delivery({ state: 'delivered', status: 200, attempts: 1, response: 'ok' }),
  ])
  const done = await well.seine('test', 'ops')
  expect(done.code).toBe(0)
  expect(done.out).toContain('delivered')
  await using badly = await gatewayWith(sample(), [
    delivery({ state: 'failed', attempts: 1, error: 'address-blocked: 10.0.0.1 is private' }),
  ])
  const failed = await badly.seine('test', 'ops')
  expect(failed.code).toBe(1)
  expect(failed.out).toContain('address-blocked: 10.0.0.1 is private')
})

test('a delivery that is tried again says when', async () => {
  const waiting = delivery({
    event: 'run.finished',
    attempts: 2,
    status: 503,
    error: 'answered 503',
    nextAttemptAt: '2026-11-20T10:05:00.000Z',
  })
  await using gateway = await gatewayWith(sample(), [waiting])
  expect((await gateway.seine('deliveries', 'ops')).out).toContain('again at 2026-11-20 10:05')
  expect(JSON.parse((await gateway.seine('deliveries', 'ops', '--json')).out)).toEqual([waiting])
})

test('enabling, removing and a new secret name the version that was seen', async () => {
  const webhook = sample()
  await using gateway = await gatewayWith(webhook)
  await gateway.seine('disable', 'ops')
  expect(gateway.asked.at(-1)).toMatchObject({
    what: `PUT /api/webhooks/${webhook.id}`,
    ifMatch: '"4"',
    body: { enabled: false },
  })
  await gateway.seine('remove', 'ops')
  expect(gateway.asked.at(-1)).toMatchObject({ what: `DELETE /api/webhooks/${webhook.id}`, ifMatch: '"4"' })
  expect((await gateway.seine('rotate', webhook.id.slice(0, 8))).out).toContain('whsec_abc')
  expect(gateway.asked.at(-1)).toMatchObject({ what: `POST /api/webhooks/${webhook.id}/rotate`, ifMatch: '"4"' })
})

test.each([
  [['ring'], "no action 'ring'"],
  [['add', 'ops'], 'a name and an address'],
  [['test'], 'which webhook?'],
  [['redeliver', 'ops'], 'a webhook and a delivery'],
  [['add', 'ops', 'https://x.test/', '--events', 'everything'], "no 'everything', there are run.created"],
  [['test', 'nobody'], "no webhook 'nobody'"],
])('%o is exit code 2 with a line that says so', async (args, problem) => {
  await using gateway = await gatewayWith(sample())
  const { code, err } = await gateway.seine(...args)
  expect(code).toBe(2)
  expect(err).toContain(problem)
})
