import {
  type Artifact,
  type Counts,
  type QualitySummary,
  type RunOptions,
  type RunStatus,
  type StepState,
  summarizeQuality,
} from '@seine/contracts'
import { at, type Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'
import { recordEvents } from '../events/outbox.ts'
import { advanceManifest, type SiteGroup } from './run-manifest.ts'

/** A run as it is read under its lock. */
export interface JobRow {
  readonly id: string
  readonly status: RunStatus
  readonly options: RunOptions
  readonly concurrency: number
  readonly steps: StepState[]
  readonly flag: string | null
  readonly correlationId: string
  readonly archiveAttempt: number
  readonly archiveBase: number
  readonly archiveFailures: number
  readonly archiveLost: number
  readonly archiveAskedAtMs: number | null
  readonly createdAtMs: number
  readonly startedAtMs: number | null
}

const columns = `
  id, status, options, concurrency, steps, flag, correlation_id as "correlationId", archive_attempt as "archiveAttempt",
  archive_base as "archiveBase", archive_failures as "archiveFailures", archive_lost as "archiveLost",
  (extract(epoch from archive_asked_at) * 1000)::float8 as "archiveAskedAtMs",
  (extract(epoch from created_at) * 1000)::float8 as "createdAtMs",
  (extract(epoch from started_at) * 1000)::float8 as "startedAtMs"`

/** Locks a run for the rest of the transaction. Null: there is none. */
export async function lockJob(sql: Sql, runId: string): Promise<JobRow | null> {
  const rows = await sql.query<JobRow>(`select ${columns} from bulk_jobs where id = $1 for no key update`, [runId])
  return rows[0] ?? null
}

/** Runs that have not ended, oldest first. */
export async function activeJobs(sql: Sql): Promise<JobRow[]> {
  return sql.query<JobRow>(
    `select ${columns} from bulk_jobs where status in ('waiting', 'running') order by created_at`,
  )
}

/** How many sites of a run are where. */
export async function siteGroups(sql: Sql, runId: string): Promise<SiteGroup[]> {
  return sql.query<SiteGroup>(
    'select status, step, count(*)::int as n from bulk_job_sites where job_id = $1 group by status, step',
    [runId],
  )
}

export async function runCounts(sql: Sql, runId: string): Promise<Counts & { bytes: number }> {
  const rows = await sql.query<Counts & { bytes: number }>(
    `select coalesce(sum(discovered), 0)::int as discovered, coalesce(sum(ok), 0)::int as ok,
       coalesce(sum(unchanged), 0)::int as unchanged, coalesce(sum(failed), 0)::int as failed,
       coalesce(sum(skipped), 0)::int as skipped, coalesce(sum(pending), 0)::int as pending,
       coalesce(sum(bytes), 0)::float8 as bytes
     from bulk_job_sites where job_id = $1`,
    [runId],
  )
  return rows[0]!
}

/** What the gates of a run's sites said. Undefined: none has been judged. */
async function runQuality(sql: Sql, runId: string): Promise<QualitySummary | undefined> {
  const rows = await sql.query<{ passed: number; warning: number; failed: number }>(
    `select count(*) filter (where quality->>'status' = 'passed')::int as passed,
       count(*) filter (where quality->>'status' = 'warning')::int as warning,
       count(*) filter (where quality->>'status' = 'failed')::int as failed
     from bulk_job_sites where job_id = $1`,
    [runId],
  )
  return summarizeQuality(rows[0]!)
}

export type RunEnd = {
  readonly status: 'completed' | 'failed' | 'cancelled'
  /** Null: nothing went wrong, or what did is said by {@link finishRun}: failed sites of a completed run. */
  readonly reason: string | null
  readonly archive: Artifact | null
  /** Absent: it is one file. */
  readonly archiveParts?: readonly Artifact[] | undefined
}

/** Ends a locked run: state, manifest, event. */
export async function finishRun(sql: Sql, job: JobRow, end: RunEnd, nowMs: number): Promise<void> {
  const groups = await siteGroups(sql, job.id)
  const { bytes: _, ...counts } = await runCounts(sql, job.id)
  const reason = end.reason ?? failedSites(groups)
  const steps = advanceManifest(job.steps, groups, archiveState(end, job), at(nowMs))
  await sql.query(
    `update bulk_jobs set status = $2, reason = $3, archive = $4::jsonb, steps = $5::jsonb, finished_at = $6::timestamptz, archive_parts = $7::jsonb where id = $1`,
    [
      job.id,
      end.status,
      reason,
      end.archive === null ? null : toJson(end.archive),
      toJson(steps),
      at(nowMs),
      end.archiveParts === undefined ? null : toJson(end.archiveParts),
    ],
  )
  const quality = await runQuality(sql, job.id)
  const data = {
    status: end.status,
    reason,
    counts,
    archive: end.archive,
    ...(quality === undefined ? {} : { quality }),
    durationMs: job.startedAtMs === null ? 0 : Math.max(0, nowMs - job.startedAtMs),
  }
  const level = end.status === 'failed' ? 'error' : 'info'
  await recordEvents(sql, [{ runId: job.id, step: null, level, type: 'run.finished', data }], nowMs)
}

function archiveState(end: RunEnd, job: JobRow): StepState['state'] {
  if (end.archive !== null) return 'completed'
  if (end.status === 'cancelled') return 'pending'
  return end.status === 'failed' && job.archiveAttempt > job.archiveBase ? 'failed' : 'skipped'
}

function failedSites(groups: readonly SiteGroup[]): string | null {
  const all = groups.reduce((sum, group) => sum + group.n, 0)
  const failed = groups.filter((group) => group.status === 'failed').reduce((sum, group) => sum + group.n, 0)
  return failed === 0 ? null : `${failed} of ${all} sites failed`
}
