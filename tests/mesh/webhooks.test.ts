import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually, type Mesh, startMesh } from '@seine/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

/** Webhooks on the whole system: events to deliveries, through a fetcher to a real receiver, whatever that does. */
interface Received {
  readonly path: string
  readonly id: string
  readonly isSigned: boolean
  readonly body: { type: string; data: { run: { id: string; status: string } | null; links: Record<string, string> } }
}

let mesh: Mesh
let receiver: Server
let forbidden: Server
let site: Server
let origin = ''
let secret = ''
let answer: (received: Received) => { status: number; afterMs?: number; location?: string } = () => ({ status: 200 })
const received: Received[] = []
const askedWhereForbidden: string[] = []

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const header = (name: string) => String(request.headers[`webhook-${name}`])
    const signed = `${header('id')}.${header('timestamp')}.${text}`
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
    const isSigned = header('signature').split(' ').includes(expected)
    const one = { path: request.url ?? '', id: header('id'), isSigned, body: JSON.parse(text) as Received['body'] }
    received.push(one)
    const { status, afterMs = 0, location } = answer(one)
    setTimeout(() => response.writeHead(status, location === undefined ? {} : { location }).end('noted'), afterMs)
  })
  forbidden = createServer((request, response) => {
    askedWhereForbidden.push(request.url ?? '')
    response.end()
  })
  site = createServer((request, response) => {
    response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' })
    response.end('<title>Tiny</title><h1>Tiny</h1>')
  })
  const [port, , sitePort] = await Promise.all([
    listen(receiver, '127.0.0.1'),
    listen(forbidden, '127.0.0.2'),
    listen(site, '127.0.0.1'),
  ])
  origin = `http://127.0.0.1:${port}`
  mesh = await startMesh({
    sites: [{ name: 'tiny', startUrls: [`http://127.0.0.1:${sitePort}/`], sitemaps: [] }],
    fetchers: 1,
    env: { ALLOWED_PRIVATE_NETWORKS: '127.0.0.1/32', WEBHOOK_RETRY: '500ms' },
  })
})

afterAll(async () => {
  await mesh?.stop()
  for (const server of [receiver, forbidden, site]) server?.close()
})

beforeEach(() => {
  received.length = 0
  answer = () => ({ status: 200 })
})

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)))
}

/** The only webhook there is. */
async function onlyWebhook(url: string) {
  for (const { id, version } of (await mesh.client.listWebhooks()).data) await mesh.client.removeWebhook(id, version)
  const webhook = await mesh.client.createWebhook({ name: 'ops', url, events: ['run.finished'] })
  secret = webhook.secret
  return webhook
}
const newest = async (id: string) => (await mesh.client.deliveries(id)).data[0]
const deliveredTo = (id: string) =>
  eventually(
    async () => {
      const delivery = await newest(id)
      if (delivery?.state !== 'delivered') throw new Error(JSON.stringify(delivery))
      return delivery
    },
    { timeoutMs: 30_000 },
  )

test('the end of a run is told once, signed, with the run and where its archive is', async () => {
  const { id } = await onlyWebhook(`${origin}/hook`)
  const run = await mesh.run()
  const delivery = await deliveredTo(id)
  expect(delivery).toMatchObject({ event: 'run.finished', attempts: 1, status: 200, response: 'noted', runId: run.id })
  expect(received).toHaveLength(1)
  expect(received[0]).toMatchObject({
    path: '/hook',
    id: `msg_${delivery.id}`,
    isSigned: true,
    body: { type: 'run.finished', data: { run: { id: run.id, status: 'completed', quality: { status: 'passed' } } } },
  })
  const archive = await fetch(received[0]!.body.data.links.archive!, {
    headers: { authorization: `Bearer ${mesh.apiKey}` },
  })
  expect(archive.status).toBe(200)
  const { data: audit } = await mesh.client.listAudit({ action: 'webhook.added', subject: 'ops' })
  expect(audit[0]?.actor).toBe('bootstrap')
})

test('a receiver that fails is asked again until it recovers, also over a SIGKILL of the scheduler', async () => {
  const { id } = await onlyWebhook(`${origin}/hook`)
  let isDown = true
  answer = () => ({ status: isDown ? 503 : 200 })
  await mesh.run({ dry_run: true })
  await eventually(() => received.length >= 2, { timeoutMs: 30_000 })
  await mesh.kill('scheduler-1')
  await mesh.start('scheduler-1')
  isDown = false
  const delivery = await deliveredTo(id)
  expect(delivery.attempts).toBe(received.length)
  expect(new Set(received.map((one) => one.id))).toEqual(new Set([`msg_${delivery.id}`]))
  expect(received.every((one) => one.isSigned)).toBe(true)
})

test('an attempt that is under way while the scheduler is killed counts, and is not made twice', async () => {
  const { id } = await onlyWebhook(`${origin}/slow`)
  answer = () => ({ status: 200, afterMs: 3_000 })
  await mesh.run({ dry_run: true })
  await eventually(() => received.length === 1, { timeoutMs: 30_000 })
  await mesh.kill('scheduler-1')
  await mesh.start('scheduler-1')
  const delivery = await deliveredTo(id)
  expect(delivery.attempts).toBe(1)
  expect(delivery.durationMs).toBeGreaterThan(2_900)
  expect(received).toHaveLength(1)
})

test('a redirect into the network behind is not followed, and such an address is not asked at all', async () => {
  const inside = `http://127.0.0.2:${(forbidden.address() as AddressInfo).port}/metadata`
  const moving = await onlyWebhook(`${origin}/moved`)
  answer = () => ({ status: 302, location: inside })
  await mesh.client.testWebhook(moving.id)
  await eventually(async () => (await newest(moving.id))?.state === 'failed')
  expect(await newest(moving.id)).toMatchObject({ status: 302, error: 'answered 302: redirects are not followed' })
  const direct = await onlyWebhook(inside)
  await mesh.client.testWebhook(direct.id)
  await eventually(async () => (await newest(direct.id))?.state === 'failed')
  expect(await newest(direct.id)).toMatchObject({ status: null, error: expect.stringContaining('address-blocked') })
  expect(askedWhereForbidden).toEqual([])
})
