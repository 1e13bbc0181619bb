import { brokerOf, connectBus, serviceParts } from '@seine/bus'
import { createLogger, messageOf, runService, shutdownSignal, systemClock } from '@seine/runtime'
import { startTelemetry } from '@seine/telemetry'
import { makeCatalogueSource } from './catalogue/catalogue.ts'
import { readSchedulerConfig } from './config.ts'
import { awaitMigrated, migrateApart } from './database/migrate.ts'
import { connectPostgres } from './database/postgres.ts'
import { schedulerParts } from './scheduler-parts.ts'

const name = 'scheduler'

async function main(): Promise<void> {
  const config = readSchedulerConfig(process.env)
  const log = createLogger(name, { level: config.LOG_LEVEL })
  const stop = shutdownSignal(log)
  const telemetry = await startTelemetry(name, config)
  const { DATABASE_URL: url, DATABASE_POOL: maxConnections, DATABASE_STATEMENT_TIMEOUT: statementTimeoutMs } = config
  const database = await connectPostgres({ url, maxConnections, statementTimeoutMs, startTimeoutMs: 30_000 }, log)
  await (config.DATABASE_MIGRATE ? migrateApart(url, log) : awaitMigrated(database, systemClock, log))
  const bus = await connectBus(brokerOf(config, name), log)
  const files = { sites: config.SITES_FILE, policies: config.POLICIES_FILE }
  const catalogue = makeCatalogueSource({ files, database, log, nowMs: bus.nowMs })
  await catalogue()
  await runService({
    name,
    log,
    health: { host: config.HEALTH_HOST, port: config.HEALTH_PORT },
    checks: { database: database.check, broker: bus.check },
    metrics: telemetry.metrics.text,
    parts: [
      ...serviceParts(bus, log),
      ...(await schedulerParts({ bus, database, catalogue, config, metrics: telemetry.metrics, log })),
    ],
    stop,
    cleanup: [async () => bus[Symbol.asyncDispose](), async () => database[Symbol.asyncDispose](), telemetry.shutdown],
  })
}

await main().catch((error: unknown) => {
  createLogger(name, { level: 'error' }).error(`could not start: ${messageOf(error)}`)
  process.exit(1)
})
