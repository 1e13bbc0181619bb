import type { CacheUses, ExportResult } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import type { Database, Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'
import { type NewEvent, recordEvents } from '../events/outbox.ts'
import { reopenUrls } from '../frontier/reopen-urls.ts'
import { lockSiteRun, type SiteRunRow } from '../frontier/site-run-row.ts'
import { finishRun, lockJob } from './job-row.ts'
import { moveSiteRun } from './move-site-run.ts'

/** Tries of an export that fails. */
export const maxExportFailures = 3
/** Times that pages without a record are fetched again. */
export const maxExportRounds = 3

/** Takes in what an exporter answered. An answer from before pages were
 * fetched again, or for an ended run, changes nothing. */
export function makeApplyExportResult(database: Database, log: Logger) {
  async function applySite(sql: Sql, run: SiteRunRow, result: ExportResult, nowMs: number): Promise<void> {
    if (result.status === 'complete') {
      await sql.query(
        `update bulk_job_sites set diff = $2::jsonb, artifacts = $3::jsonb, quality = $4::jsonb, stored_pages = $5::jsonb,
           reextracted = reextract, reextract = false where id = $1`,
        [
          run.id,
          result.diff === null ? null : toJson(result.diff),
          toJson(result.artifacts),
          result.quality === undefined ? null : toJson(result.quality),
          result.storedPages === undefined ? null : toJson(result.storedPages),
        ],
      )
      const base = { runId: run.jobId, site: run.site, step: run.step, type: 'artifact.written' } as const
      await recordEvents(
        sql,
        result.artifacts.map((artifact) => ({ ...base, data: { artifact } })),
        nowMs,
      )
      await recordEvents(sql, cacheEvents(run, result.cacheUses), nowMs)
      await moveSiteRun(sql, run, { to: 'completed' }, nowMs, { diff: result.diff, quality: result.quality })
      return
    }
    // Another request was made since and is being worked on.
    if (result.attempt < run.exportAttempt) return
    // A re-extraction fetches nothing.
    if (result.status === 'incomplete' && !run.reextract && run.exportRounds < maxExportRounds) {
      const missing = { what: 'ids', ids: result.missingUrlIds } as const
      const again = await reopenUrls(sql, run.id, missing, nowMs)
      if (again > 0) {
        log.warn('records are missing, fetching their pages again', { run: run.jobId, site: run.site, again })
        await sql.query(
          'update bulk_job_sites set export_rounds = export_rounds + 1, export_base = export_attempt, export_asked_at = null where id = $1',
          [run.id],
        )
        await moveSiteRun(sql, run, { to: 'fetch' }, nowMs)
        return
      }
    }
    const why =
      result.reason ??
      (result.status === 'incomplete' ? `${result.missingUrlIds.length} records are missing` : 'no reason given')
    if (run.exportFailures + 1 < maxExportFailures) {
      await sql.query(
        'update bulk_job_sites set export_failures = export_failures + 1, export_asked_at = null where id = $1',
        [run.id],
      )
      return
    }
    await moveSiteRun(sql, run, { to: 'failed', reason: `export: ${why}` }, nowMs)
  }

  async function applyArchive(sql: Sql, result: ExportResult, nowMs: number): Promise<void> {
    const job = await lockJob(sql, result.runId)
    if (job?.status !== 'running' || result.attempt <= job.archiveBase) return
    const artifact = result.artifacts[0]
    if (result.status === 'complete' && artifact !== undefined) {
      const base = { runId: job.id, step: 'archive', type: 'artifact.written' } as const
      await recordEvents(
        sql,
        (result.archiveParts ?? [artifact]).map((written) => ({ ...base, data: { artifact: written } })),
        nowMs,
      )
      const { archiveParts } = result
      await finishRun(sql, job, { status: 'completed', archive: artifact, archiveParts, reason: null }, nowMs)
      return
    }
    if (result.attempt < job.archiveAttempt) return
    if (job.archiveFailures + 1 < maxExportFailures) {
      await sql.query(
        'update bulk_jobs set archive_failures = archive_failures + 1, archive_asked_at = null where id = $1',
        [job.id],
      )
      return
    }
    const reason = `archive: ${result.reason ?? 'no reason given'}`
    await finishRun(sql, job, { status: 'failed', archive: null, reason }, nowMs)
  }

  return (result: ExportResult, nowMs: number): Promise<void> =>
    database.transaction(async (sql) => {
      if (result.site === null) return applyArchive(sql, result, nowMs)
      const run = await lockSiteRun(sql, result.runId, result.site)
      if (run?.status !== 'running' || run.step !== 'export' || result.attempt <= run.exportBase) return
      await applySite(sql, run, result, nowMs)
    })
}

/** Told here and not by fetchers: nothing of a run comes after its end, also where a fetcher's link was out (I2). */
function cacheEvents(run: SiteRunRow, uses: CacheUses = { hit: 0, miss: 0 }): NewEvent[] {
  const base = { runId: run.jobId, site: run.site, step: run.step, level: 'debug' } as const
  return (['hit', 'miss'] as const)
    .filter((use) => uses[use] > 0)
    .map((use) => ({ ...base, type: `cache.${use}`, data: { pages: uses[use] } }))
}
