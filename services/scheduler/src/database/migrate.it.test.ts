import { readFile } from 'node:fs/promises'
import { silentLogger } from '@seine/runtime'
import { startPostgres, type TestPostgres } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeSchema } from './describe-schema.ts'
import { migrate, migrateDown, requireMigrated } from './migrate.ts'
import { connectPostgres, type Postgres } from './postgres.ts'

let server: TestPostgres
let database: Postgres
const connect = () => connectPostgres({ url: server.url, maxConnections: 5, startTimeoutMs: 10_000 }, silentLogger)

beforeAll(async () => {
  server = await startPostgres()
  database = await connect()
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await server.stop()
})

const tables = async () =>
  (await database.query<{ t: string }>(`select tablename as t from pg_tables where schemaname = 'public' order by 1`))
    .map((row) => row.t)
    .filter((name) => name !== 'migrations')

test('an empty database is refused until it is migrated', async () => {
  await expect(requireMigrated(database)).rejects.toThrow(
    /lacks 0001-initial, 0002-known-content, .*: set DATABASE_MIGRATE=true/,
  )
})

test('schedulers that start together migrate once', async () => {
  const other = await connect()
  await Promise.all([migrate(database, silentLogger), migrate(other, silentLogger)])
  await other[Symbol.asyncDispose]()
  await requireMigrated(database)
  expect(await tables()).toEqual(
    expect.arrayContaining(['bulk_job_progress', 'bulk_job_sites', 'bulk_jobs', 'hosts', 'sites', 'urls']),
  )
})

test('docs/db_schema.md says what the migrations make (node docs/generate-db-schema.ts)', async () => {
  const page = await readFile(new URL('../../../../docs/db_schema.md', import.meta.url), 'utf8')
  expect(page).toContain(await describeSchema(database))
})

test('the entities say what the migrations made', async () => {
  expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('')
})

test('down takes everything away and up brings it back', async () => {
  await migrateDown(database)
  expect(await tables()).toEqual([])
  await migrate(database, silentLogger)
  expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('')
})

test('a database that is not there is said so in one line, without the password', async () => {
  const url = 'postgres://seine:secret@127.0.0.1:9/seine'
  const connecting = connectPostgres({ url, maxConnections: 1, startTimeoutMs: 300 }, silentLogger)
  await expect(connecting).rejects.toThrow(/^PostgreSQL at 127\.0\.0\.1:9: connect ECONNREFUSED/)
})
