import { createConnection } from 'node:net'
import { expect, test } from 'vitest'
import { startNats, startPostgres, startS3 } from './index.ts'

const accepts = (url: string) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = createConnection({ host: hostname, port: Number(port) })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

test('a nats-server comes up, dies by SIGKILL, comes back at the same address and leaves nothing', async () => {
  const nats = await startNats()
  expect(await accepts(nats.url)).toBe(true)
  await nats.kill()
  expect(await accepts(nats.url)).toBe(false)
  await nats.start()
  expect(await accepts(nats.url)).toBe(true)
  await nats.stop()
  expect(await accepts(nats.url)).toBe(false)
})

test('a PostgreSQL comes up, dies by SIGKILL and comes back at the same address', async () => {
  await using postgres = await startPostgres()
  await postgres.kill()
  expect(await accepts(postgres.url)).toBe(false)
  await postgres.start()
  expect(await accepts(postgres.url)).toBe(true)
})

test('an S3 server answers, and refuses an unknown key', async () => {
  await using s3 = await startS3()
  const authorization =
    'AWS4-HMAC-SHA256 Credential=NOBODY/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00'
  const answer = await fetch(`${s3.endpoint}/`, { headers: { authorization, 'x-amz-date': '20260101T000000Z' } })
  expect(answer.status).toBeGreaterThanOrEqual(400)
})
