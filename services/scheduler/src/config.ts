import { commonEnv, envBool, envDurationMs, envInt, envOptional, envString, readConfig } from '@seine/runtime'
import { telemetryEnv } from '@seine/telemetry'
import { z } from 'zod'

/** Environment of a scheduler. */
export const configSchema = z.object({
  ...commonEnv,
  ...telemetryEnv,
  DATABASE_URL: envString({
    secret: true,
    pattern: /^postgres(ql)?:\/\//,
    expected: 'postgres://user:password@host:port/name',
  }),
  DATABASE_POOL: envInt({ min: 6, max: 200, default: 16 }),
  /** What a statement may take before PostgreSQL ends it; those over all pages of a site run may take an hour. 0: no limit. */
  DATABASE_STATEMENT_TIMEOUT: envDurationMs(120_000),
  /** True: brings the schema up to date at start. False: refuses to start on an older one. */
  DATABASE_MIGRATE: envBool(false),
  SITES_FILE: envString({ default: 'config/sites.json' }),
  POLICIES_FILE: envString({ default: 'config/policies.yml' }),
  /** False: no run can be created. */
  BULK_RUN_ENABLED: envBool(true),
  /** Sites of one run at once, where the run does not say. */
  BULK_MAX_CONCURRENCY: envInt({ min: 1, max: 1_000, default: 5 }),
  /** How often progress is looked at and told: the largest part of the time from a page to a screen. */
  BULK_PROGRESS_POLL_INTERVAL: envDurationMs(150),
  /** How long a task may be out before it is looked for. */
  LEASE_MS: envDurationMs(30_000),
  /** How long an export may take before it is looked for. */
  EXPORT_DEADLINE: envDurationMs(20_000),
  /** How long announced discoveries may be missing before their finders are driven again. */
  BATCH_WAIT: envDurationMs(15_000),
  /** How long pages of a `render: auto` site are held for a fetcher with a browser; then they are taken as they are sent. */
  BROWSER_WAIT: envDurationMs(60_000),
  /** Where people reach the gateway: links in webhooks begin with it. Absent: they are paths. */
  PUBLIC_URL: envOptional(),
  /** First pause before a webhook is tried again; it doubles up to four hours. */
  WEBHOOK_RETRY: envDurationMs(5_000),
  /** URLs one site run may have; what comes after is counted and dropped. */
  MAX_URLS_PER_SITE: envInt({ min: 1, max: 50_000_000, default: 5_000_000 }),
  /** Ended runs kept of each site, where the site does not say. 0: all. */
  RETAIN_RUNS: envInt({ min: 0, max: 10_000, default: 0 }),
  /** Days that an ended run is kept, where the site does not say. 0: for ever. */
  RETAIN_DAYS: envInt({ min: 0, max: 36_500, default: 0 }),
  /** How long what is not to be kept is announced before it is let go of. */
  RETENTION_GRACE: envDurationMs(24 * 60 * 60_000),
  /** Days that what changed of a page is kept: its history and its prices. 0: for ever. */
  HISTORY_DAYS: envInt({ min: 0, max: 36_500, default: 1_095 }),
  /** `skip_existing` takes over results younger than this. */
  FRESH_FOR: envDurationMs(24 * 60 * 60_000),
})

export type Config = z.output<typeof configSchema>

/** Reads the scheduler's settings. Throws ConfigError naming every bad variable. */
export const readSchedulerConfig = (env: Record<string, string | undefined>): Config => readConfig(configSchema, env)
