import type { Pool, RunOptions, SitePlan, SiteRunStatus, StepState, StoredPages } from '@seine/contracts'
import type { Sql } from '../database/sql.ts'
import type { SiteStep } from '../lifecycle/site-run-steps.ts'

/** A site run as it is read under its lock. */
export interface SiteRunRow {
  readonly id: string
  readonly jobId: string
  readonly site: string
  readonly status: SiteRunStatus
  readonly step: SiteStep | null
  readonly reason: string | null
  readonly plan: SitePlan
  readonly options: RunOptions
  readonly correlationId: string
  readonly previousRunId: string | null
  readonly pool: Pool
  readonly shells: number
  readonly shellSinceMs: number | null
  readonly renderedSinceMs: number | null
  readonly discovered: number
  readonly ok: number
  readonly unchanged: number
  readonly failed: number
  readonly skipped: number
  readonly pending: number
  readonly admitted: number
  readonly sources: number
  readonly sourcesPending: number
  readonly sourcesFailed: number
  readonly batchesMissing: number
  readonly sourceBatchesMissing: number
  readonly batchRounds: number
  readonly knownAfter: string | null
  readonly knownDone: boolean
  readonly attemptBase: number
  readonly steps: StepState[]
  readonly settledAtMs: number | null
  readonly exportAttempt: number
  readonly exportBase: number
  readonly exportFailures: number
  readonly exportLost: number
  readonly exportRounds: number
  readonly exportAskedAtMs: number | null
  /** Its results are gone, or are going. */
  readonly isReleased: boolean
  readonly reextract: boolean
  readonly storedPages: StoredPages | null
  readonly startedAtMs: number | null
}

const columns = `
  s.id, s.job_id as "jobId", s.site, s.status, s.step, s.reason, s.plan, j.options, j.correlation_id as "correlationId",
  s.previous_run_id as "previousRunId", s.pool, s.shells, (extract(epoch from s.shell_since) * 1000)::float8 as "shellSinceMs",
  (extract(epoch from s.rendered_since) * 1000)::float8 as "renderedSinceMs", s.discovered, s.ok, s.unchanged, s.failed, s.skipped, s.pending, s.admitted,
  s.sources, s.sources_pending as "sourcesPending", s.sources_failed as "sourcesFailed",
  s.batches_missing as "batchesMissing", s.source_batches_missing as "sourceBatchesMissing",
  s.batch_rounds as "batchRounds", s.known_after as "knownAfter", s.known_done as "knownDone",
  s.attempt_base as "attemptBase", s.steps,
  (extract(epoch from s.settled_at) * 1000)::float8 as "settledAtMs",
  s.export_attempt as "exportAttempt", s.export_base as "exportBase", s.export_failures as "exportFailures",
  s.export_lost as "exportLost", s.export_rounds as "exportRounds",
  (extract(epoch from s.export_asked_at) * 1000)::float8 as "exportAskedAtMs", s.released_at is not null as "isReleased", s.reextract, s.stored_pages as "storedPages",
  (extract(epoch from s.started_at) * 1000)::float8 as "startedAtMs"`

/**
 * Locks one site run for the rest of the transaction: whoever enters URLs, counts outcomes or changes the step holds this
 * lock, so counters and limits are exact. Null: there is none.
 */
export async function lockSiteRun(sql: Sql, runId: string, site: string): Promise<SiteRunRow | null> {
  const rows = await sql.query<SiteRunRow>(
    `select ${columns} from bulk_job_sites s join bulk_jobs j on j.id = s.job_id
     where s.job_id = $1 and s.site = $2 for no key update of s`,
    [runId, site],
  )
  return rows[0] ?? null
}

/** Locks several in the order of their ids. `where` speaks of `s` (site run) and `j` (run). */
export async function lockSiteRuns(sql: Sql, where: string, values: readonly unknown[]): Promise<SiteRunRow[]> {
  return sql.query<SiteRunRow>(
    `select ${columns} from bulk_job_sites s join bulk_jobs j on j.id = s.job_id
     where ${where} order by s.id for no key update of s`,
    values,
  )
}

/** Reads without a lock. */
export async function readSiteRuns(sql: Sql, where: string, values: readonly unknown[]): Promise<SiteRunRow[]> {
  return sql.query<SiteRunRow>(
    `select ${columns} from bulk_job_sites s join bulk_jobs j on j.id = s.job_id where ${where} order by s.position`,
    values,
  )
}
