import { commonEnv, createLogger, readConfig, runMain } from '@seine/runtime'
import { z } from 'zod'
import { configSchema } from './config.ts'
import { migrateApart } from './database/migrate.ts'

const environment = z.object({ LOG_LEVEL: commonEnv.LOG_LEVEL, DATABASE_URL: configSchema.shape.DATABASE_URL })

/** The migration job: brings the schema up to date, and ends. Schedulers with DATABASE_MIGRATE=false wait for it. */
await runMain('migrate', async () => {
  const config = readConfig(environment, process.env)
  const log = createLogger('migrate', { level: config.LOG_LEVEL })
  await migrateApart(config.DATABASE_URL, log)
  log.info('the schema is up to date')
})
