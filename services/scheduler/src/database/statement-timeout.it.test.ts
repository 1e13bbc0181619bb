import { silentLogger } from '@seine/runtime'
import { startPostgres, type TestPostgres } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateApart, requireMigrated } from './migrate.ts'
import { connectPostgres, type Postgres } from './postgres.ts'
import { allowLong } from './sql.ts'

let server: TestPostgres
let database: Postgres
/** One connection: what holds it holds all. */
const connect = (statementTimeoutMs: number) =>
  connectPostgres({ url: server.url, maxConnections: 1, startTimeoutMs: 10_000, statementTimeoutMs }, silentLogger)
const ended = { code: '57014', message: 'canceling statement due to statement timeout' }

beforeAll(async () => {
  server = await startPostgres()
  database = await connect(200)
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await server.stop()
})

test('a statement that is stuck is ended, and its connection serves the next', async () => {
  await expect(database.query('select pg_sleep(60)')).rejects.toMatchObject(ended)
  expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
})

test('so is one that waits for a lock, and what its transaction did before is undone', async () => {
  await database.query('create table held (id int primary key, n int)')
  await database.query('insert into held values (1, 0), (2, 0)')
  await using other = await connect(0)
  await other.transaction(async (sql) => {
    await sql.query('select n from held where id = 1 for update')
    const waiting = database.transaction(async (mine) => {
      await mine.query('update held set n = 1 where id = 2')
      await mine.query('update held set n = 1 where id = 1')
    })
    await expect(waiting).rejects.toMatchObject(ended)
  })
  expect(await database.query('select n from held order by id')).toEqual([{ n: 0 }, { n: 0 }])
})

test('a transaction may say that its statements take long; the next one on its connection may not', async () => {
  const slept = await database.transaction(async (sql) => {
    await allowLong(sql)
    return sql.query(`select 'slept' as it from pg_sleep(0.5)`)
  })
  expect(slept).toEqual([{ it: 'slept' }])
  await expect(database.query('select pg_sleep(60)')).rejects.toMatchObject(ended)
})

test('migrations are not ended, however long they wait for another that migrates and whatever the server says', async () => {
  await database.query('alter role current_user set statement_timeout = 200')
  await using other = await connect(0)
  const { migrating } = await other.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock(7301)')
    const migrating = migrateApart(server.url, silentLogger)
    await sql.query('select pg_sleep(0.5)')
    return { migrating }
  })
  await migrating
  await requireMigrated(database)
})
