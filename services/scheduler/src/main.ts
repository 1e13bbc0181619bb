import { connectBus, serviceParts } from '@seine/bus'
import { createLogger, messageOf, runService, shutdownSignal } from '@seine/runtime'
import { makeCatalogueSource } from './catalogue/catalogue.ts'
import { readSchedulerConfig } from './config.ts'
import { migrate, requireMigrated } from './database/migrate.ts'
import { connectPostgres } from './database/postgres.ts'
import { schedulerParts } from './scheduler-parts.ts'

const name = 'scheduler'

async function main(): Promise<void> {
  const config = readSchedulerConfig(process.env)
  const log = createLogger(name, { level: config.LOG_LEVEL })
  const stop = shutdownSignal(log)
  const database = await connectPostgres(
    { url: config.DATABASE_URL, maxConnections: config.DATABASE_POOL, startTimeoutMs: 30_000 },
    log,
  )
  await (config.DATABASE_MIGRATE ? migrate(database, log) : requireMigrated(database))
  const bus = await connectBus(
    { servers: [...config.NATS_SERVERS], user: config.NATS_USER, password: config.NATS_PASSWORD, name },
    log,
  )
  const files = { sites: config.SITES_FILE, policies: config.POLICIES_FILE }
  const catalogue = makeCatalogueSource({ files, database, log, nowMs: bus.nowMs })
  await catalogue()
  await runService({
    name,
    log,
    health: { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
    checks: { database: database.check, broker: bus.check },
    parts: [...serviceParts(bus, log), ...(await schedulerParts({ bus, database, catalogue, config, log }))],
    stop,
    cleanup: [async () => bus[Symbol.asyncDispose](), async () => database[Symbol.asyncDispose]()],
  })
}

await main().catch((error: unknown) => {
  createLogger(name, { level: 'error' }).error(`could not start: ${messageOf(error)}`)
  process.exit(1)
})
