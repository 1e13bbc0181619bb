import { silentLogger } from '@seine/runtime'
import { startPostgres, type TestPostgres } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectPostgres, type Postgres } from './postgres.ts'

let server: TestPostgres
let database: Postgres
beforeAll(async () => {
  server = await startPostgres()
  database = await connectPostgres({ url: server.url, maxConnections: 2, startTimeoutMs: 10_000 }, silentLogger)
})
afterAll(async () => {
  await database?.[Symbol.asyncDispose]()
  await server?.stop()
})

// Found by `make chaos`: a scheduler whose cable was out for 20 s came back with new connections, while its old ones went on
// holding the clockwork's lock, because their farewell was lost and PostgreSQL asks after two hours whether anybody is there.
test('PostgreSQL lets go of a session whose scheduler has vanished within half a minute, and of its locks (I1)', async () => {
  const settings = await database.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name like 'tcp_%'`,
  )
  const of = Object.fromEntries(settings.map(({ name, setting }) => [name, Number(setting)]))
  const { tcp_keepalives_idle: idleS = 0, tcp_keepalives_interval: intervalS = 0, tcp_keepalives_count: count = 0 } = of
  // 0 is the system's: two hours.
  expect([idleS, intervalS, count]).not.toContain(0)
  expect(idleS + intervalS * count).toBeLessThanOrEqual(30)
  expect(of.tcp_user_timeout).toBeGreaterThan(0)
  expect(of.tcp_user_timeout).toBeLessThanOrEqual(30_000)
})
