import { readConfig } from '@seine/runtime'
import { expect, test } from 'vitest'
import { configSchema } from './config.ts'

test('a broker is all that has to be named', () => {
  expect(readConfig(configSchema, { NATS_SERVERS: 'nats://127.0.0.1:4222' })).toMatchObject({
    ARTIFACTS: 'jetstream',
    EXPORT_CONCURRENCY: 2,
    EXPORT_SORT_MEMORY_MB: 64,
  })
})

test('every bad variable is named at once', () => {
  const env = { ARTIFACTS: 'ftp', EXPORT_CONCURRENCY: '0', S3_ENDPOINT: 'somewhere' }
  for (const name of ['NATS_SERVERS', 'ARTIFACTS', 'EXPORT_CONCURRENCY', 'S3_ENDPOINT'])
    expect(() => readConfig(configSchema, env)).toThrow(name)
})
