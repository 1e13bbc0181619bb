import type { ExportArchive, ExportSite } from '@seine/contracts'
import { at, type Database } from '../database/sql.ts'
import { lockSiteRun } from '../frontier/site-run-row.ts'
import { finishRun, lockJob } from './job-row.ts'
import { moveSiteRun } from './move-site-run.ts'

/** Requests for one export that nobody answers, before it is given up. */
export const maxLostExports = 5
/** A request that lies in the stream for so long is a dead letter: whoever works on it would have answered. */
export const stuckExportMs = 30 * 60_000

export interface ExportAsker {
  /** Asks for the export of a site run, unless an earlier request still lies in the stream. */
  site(ref: { runId: string; site: string }, nowMs: number): Promise<void>
  /** Asks for the archive of a run, likewise. */
  archive(runId: string, nowMs: number): Promise<void>
}

/**
 * Asks exporters for work. A request is counted before it is published: one that is lost with this process is asked
 * for again when its deadline is over and the stream holds nothing for its subject.
 */
export function makeExportAsker(deps: {
  database: Database
  pendingOn: (subject: string) => Promise<number>
  publishSite: (message: ExportSite) => Promise<void>
  publishArchive: (message: ExportArchive) => Promise<void>
}): ExportAsker {
  const { database } = deps

  async function isWorkedOn(subject: string, askedAtMs: number | null, nowMs: number): Promise<boolean> {
    if (askedAtMs === null || nowMs - askedAtMs > stuckExportMs) return false
    return (await deps.pendingOn(subject)) > 0
  }

  async function countSiteRequest(ref: { runId: string; site: string }, nowMs: number): Promise<ExportSite | null> {
    return database.transaction(async (sql) => {
      const run = await lockSiteRun(sql, ref.runId, ref.site)
      if (run?.status !== 'running' || run.step !== 'export') return null
      if (await isWorkedOn(`work.export.site.${ref.runId}.${ref.site}`, run.exportAskedAtMs, nowMs)) return null
      const lost = run.exportLost + (run.exportAskedAtMs === null ? 0 : 1)
      if (lost >= maxLostExports) {
        await moveSiteRun(sql, run, { to: 'failed', reason: 'export: no exporter answered' }, nowMs)
        return null
      }
      const attempt = run.exportAttempt + 1
      await sql.query(
        `update bulk_job_sites set export_attempt = $2, export_lost = $3, export_asked_at = $4::timestamptz where id = $1`,
        [run.id, attempt, lost, at(nowMs)],
      )
      const { previousRunId, correlationId } = run
      const more = run.reextract ? { reextract: true } : {}
      return { ...ref, attempt, previousRunId, allSourcesRead: run.sourcesFailed === 0, ...more, correlationId }
    })
  }

  async function countArchiveRequest(runId: string, nowMs: number): Promise<ExportArchive | null> {
    return database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job?.status !== 'running') return null
      if (await isWorkedOn(`work.export.archive.${runId}`, job.archiveAskedAtMs, nowMs)) return null
      const lost = job.archiveLost + (job.archiveAskedAtMs === null ? 0 : 1)
      if (lost >= maxLostExports) {
        await finishRun(sql, job, { status: 'failed', archive: null, reason: 'archive: no exporter answered' }, nowMs)
        return null
      }
      const attempt = job.archiveAttempt + 1
      await sql.query(
        `update bulk_jobs set archive_attempt = $2, archive_lost = $3, archive_asked_at = $4::timestamptz where id = $1`,
        [runId, attempt, lost, at(nowMs)],
      )
      return { runId, attempt, createdAt: at(job.createdAtMs), correlationId: job.correlationId }
    })
  }

  return {
    async site(ref, nowMs) {
      const message = await countSiteRequest(ref, nowMs)
      if (message !== null) await deps.publishSite(message)
    },
    async archive(runId, nowMs) {
      const message = await countArchiveRequest(runId, nowMs)
      if (message !== null) await deps.publishArchive(message)
    },
  }
}
