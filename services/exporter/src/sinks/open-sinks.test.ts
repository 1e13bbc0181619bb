import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '@seine/runtime'
import { expect, test } from 'vitest'
import { configSchema } from '../config.ts'
import { openSinks } from './open-sinks.ts'

const deps = { store: {} as never, spoolDir: '/tmp', nowMs: () => 0 }
const open = (env: Record<string, string>) =>
  openSinks(readConfig(configSchema, { NATS_SERVERS: 'nats://127.0.0.1:4222', ...env }), deps)
const s3 = { SINK_S3_ENDPOINT: 'http://127.0.0.1:9', SINK_S3_ACCESS_KEY: 'a', SINK_S3_SECRET_KEY: 'b' }

test('all sinks are off unless they are named', async () => {
  expect(await open({})).toEqual([])
  expect((await open({ ...s3, SINK_S3_BUCKET: 'copy' })).map(({ name }) => name)).toEqual(['s3'])
})

test('a sink that is named by half is refused at the start', async () => {
  await expect(open({ SINK_S3_BUCKET: 'copy' })).rejects.toThrow('SINK_S3_BUCKET needs SINK_S3_ENDPOINT')
  await expect(open({ GOOGLE_SHEETS_SPREADSHEET: 'x' })).rejects.toThrow('needs GOOGLE_SHEETS_CREDENTIALS')
  expect(() => readConfig(configSchema, { NATS_SERVERS: 'x', SINK_S3_PREFIX: '../up' })).toThrow('SINK_S3_PREFIX')
})

test('a key file that is none is refused without telling what is in it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'seine-sinks-test-'))
  const file = join(dir, 'key.json')
  const reading = () => open({ GOOGLE_SHEETS_SPREADSHEET: 'x', GOOGLE_SHEETS_CREDENTIALS: file })
  await expect(reading()).rejects.toThrow(/key file of a service account: ENOENT/)
  await writeFile(
    file,
    JSON.stringify({ client_email: 'a', private_key: 'hush', token_uri: 'https://x.example/token' }),
  )
  await expect(reading()).rejects.toThrow(/private_key/)
  await expect(reading()).rejects.not.toThrow(/hush/)
  await rm(dir, { recursive: true })
})
