import { type Clock, CodedError, type Logger } from '@seine/runtime'
import { connectPostgres, type Postgres } from './postgres.ts'
import { locks } from './sql.ts'

/** Brings the schema up to date; schedulers that start together do it one after the other. */
export async function migrate(database: Postgres, log: Logger): Promise<void> {
  await database.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock($1)', [locks.migrate])
    const done = await database.orm.migrator.up()
    for (const migration of done) log.info('migrated', { migration: migration.name })
  })
}

/**
 * The same on connections of its own, which no statement timeout ends: an index over millions of rows takes its time, and so does the
 * wait for another that migrates.
 */
export async function migrateApart(url: string, log: Logger): Promise<void> {
  await using database = await connectPostgres(
    { url, maxConnections: 2, startTimeoutMs: 60_000, statementTimeoutMs: 0 },
    log,
  )
  await migrate(database, log)
}

/** Takes the whole schema down again. */
export async function migrateDown(database: Postgres): Promise<void> {
  await database.orm.migrator.down({ to: 0 })
}

/** Throws where the schema is older than this program. */
export async function requireMigrated(database: Postgres): Promise<void> {
  const pending = await database.orm.migrator.getPending()
  if (pending.length === 0) return
  const names = pending.map((migration) => migration.name).join(', ')
  throw new CodedError(
    'schema-behind',
    `the database lacks ${names}: set DATABASE_MIGRATE=true or run the migration job`,
  )
}

const schemaPollMs = 2_000
/** A migration that builds an index over millions of rows takes its time. */
const schemaTimeoutMs = 30 * 60_000

/** Waits until the migration job has brought the schema up to this program's. Throws as {@link requireMigrated} after half an hour. */
export async function awaitMigrated(database: Postgres, clock: Clock, log: Logger): Promise<void> {
  const deadlineMs = clock.nowMs() + schemaTimeoutMs
  for (let told = false; ; told = true) {
    try {
      return await requireMigrated(database)
    } catch (error) {
      const isBehind = error instanceof CodedError && error.code === 'schema-behind'
      if (!isBehind || clock.nowMs() > deadlineMs) throw error
      if (!told) log.warn(`waiting: ${error.message}`)
      await clock.sleep(schemaPollMs)
    }
  }
}
