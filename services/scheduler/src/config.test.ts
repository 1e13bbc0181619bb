import { expect, test } from 'vitest'
import { readSchedulerConfig } from './config.ts'

const needed = { DATABASE_URL: 'postgres://u:secret@db/seine', NATS_SERVERS: 'nats://a:4222' }

test('everything but the addresses has a default', () => {
  expect(readSchedulerConfig(needed)).toMatchObject({
    BULK_MAX_CONCURRENCY: 5,
    BULK_PROGRESS_POLL_INTERVAL: 150,
    BULK_RUN_ENABLED: true,
    DATABASE_MIGRATE: false,
    LEASE_MS: 30_000,
  })
})

test('all bad settings are named at once, and no secret is shown', () => {
  const bad = { ...needed, DATABASE_URL: 'mysql://u:secret@db/x', BULK_MAX_CONCURRENCY: 'many', LEASE_MS: 'soon' }
  expect(() => readSchedulerConfig(bad)).toThrow(/DATABASE_URL: .*BULK_MAX_CONCURRENCY: .*LEASE_MS: /)
  expect(() => readSchedulerConfig(bad)).not.toThrow(/secret/)
})
