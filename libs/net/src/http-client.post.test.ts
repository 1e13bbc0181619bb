import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ask, testClient } from './testing/client.ts'

async function receiver() {
  const got: { method: string | undefined; length: string | undefined; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    got.push({ method: request.method, length: request.headers['content-length'], body })
    if (request.url === '/moved') response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end()
    else response.writeHead(201).end('thanks')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a request with a body is a POST of it', async () => {
  const { got, url } = await receiver()
  const client = testClient()
  const body = Buffer.from('{"a":"ä"}')
  const answer = await client.request({
    ...ask(`${url}/hook`, { headers: { 'content-type': 'application/json' } }),
    body,
  })
  expect(answer).toMatchObject({ ok: true, status: 201 })
  expect(got).toEqual([{ method: 'POST', length: '10', body: '{"a":"ä"}' }])
})

test('a body is not sent on where the answer is a redirect', async () => {
  const { got, url } = await receiver()
  const answer = await testClient().request({ ...ask(`${url}/moved`), body: Buffer.from('x') })
  expect(answer).toMatchObject({ ok: true, status: 307 })
  expect(got).toHaveLength(1)
})

test('a body is not sent to an address that the guard refuses', async () => {
  const answer = await testClient().request({ ...ask('http://10.0.0.1/hook'), body: Buffer.from('x') })
  expect(answer).toMatchObject({ ok: false, failure: { kind: 'address-blocked' } })
})
