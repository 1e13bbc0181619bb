import { writeFileSync } from 'node:fs'
import { silentLogger } from '@seine/runtime'
import { startPostgres } from '@seine/testkit'
import { describeSchema } from '../services/scheduler/src/database/describe-schema.ts'
import { migrate } from '../services/scheduler/src/database/migrate.ts'
import { connectPostgres } from '../services/scheduler/src/database/postgres.ts'

export const schemaHead = `# The database

PostgreSQL belongs to the scheduler: no other service connects to it. What the tables are for is said in ARCHITECTURE.md and beside the entities in
services/scheduler/src/database/entities.ts; this page is what the migrations make of an empty database.

<!-- Made by \`npm run docs\`. -->

`

if (import.meta.main) {
  await using postgres = await startPostgres()
  await using database = await connectPostgres({ url: postgres.url, maxConnections: 2 }, silentLogger)
  await migrate(database, silentLogger)
  writeFileSync(new URL('db_schema.md', import.meta.url), `${schemaHead}${await describeSchema(database)}\n`)
}
