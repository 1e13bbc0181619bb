import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '@seine/contracts'
import { makeAddressGuard, makeHttpClient } from '@seine/net'
import { expect, onTestFinished, test } from 'vitest'
import { makeDeliver } from './deliver.ts'

async function receiver(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
}

function deliver(url: string, allowedPrivate = ['127.0.0.1']) {
  const http = makeHttpClient({ guard: makeAddressGuard({ allowedPrivate }) })
  onTestFinished(() => http.close())
  return makeDeliver({ http, nowMs: () => 0 })({
    deliveryId: newId(),
    webhookId: newId(),
    attempt: 1,
    url,
    headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' },
    body: '{"type":"run.finished"}',
  })
}

test('the body and its headers are posted as they are, and what is answered is told', async () => {
  let seen: unknown
  const url = await receiver(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    seen = { method: request.method, id: request.headers['webhook-id'], body }
    response.writeHead(202).end('taken\n\u001b[31mred')
  })
  expect(await deliver(url)).toMatchObject({ attempt: 1, status: 202, error: null, response: 'taken [31mred' })
  expect(seen).toEqual({ method: 'POST', id: 'msg_1', body: '{"type":"run.finished"}' })
})

test('a redirect is the answer: nobody is asked at its target', async () => {
  let asked = 0
  const target = await receiver((_request, response) => {
    asked++
    response.end()
  })
  const url = await receiver((_request, response) => response.writeHead(302, { location: target }).end())
  expect(await deliver(url)).toMatchObject({ status: 302, error: null })
  expect(asked).toBe(0)
})

test('an address that is not public is refused, also by name', async () => {
  const url = await receiver((_request, response) => response.end())
  expect(await deliver(url, [])).toMatchObject({ status: 0, error: expect.stringContaining('address-blocked') })
  const named = url.replace('127.0.0.1', 'localhost')
  expect(await deliver(named, [])).toMatchObject({ status: 0, error: expect.stringContaining('address-blocked') })
})

test('of a long answer the beginning is kept', async () => {
  const url = await receiver((_request, response) => response.end('x'.repeat(1_000_000)))
  expect((await deliver(url)).response).toBe('x'.repeat(500))
})

test('a pause that the receiver asks for is told', async () => {
  const url = await receiver((_request, response) => response.writeHead(429, { 'retry-after': '30' }).end())
  expect(await deliver(url)).toMatchObject({ status: 429, retryAfterMs: 30_000 })
})

test('a receiver that is not there is a result with the reason', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  expect(await deliver(`http://127.0.0.1:${port}/hook`)).toMatchObject({
    status: 0,
    error: expect.stringContaining('connect-refused'),
  })
})
