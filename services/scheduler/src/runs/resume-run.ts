import { RpcError } from '@seine/bus'
import type { Run } from '@seine/contracts'
import { anonymous, type Doer, recordAudit } from '../audit/record-audit.ts'
import type { Database, Sql } from '../database/sql.ts'
import { takeUpCancelled } from '../frontier/cancel-urls.ts'
import { reopenUrls } from '../frontier/reopen-urls.ts'
import { lockSiteRuns, type SiteRunRow } from '../frontier/site-run-row.ts'
import { lockJob } from '../lifecycle/job-row.ts'
import { moveSiteRuns } from '../lifecycle/move-site-run.ts'

/**
 * Takes up a run: a paused one as it is; the sites of a cancelled or failed one go on at the step where they stopped, with the
 * URLs that were cut off.
 */
export function makeResumeRun(deps: {
  database: Database
  nowMs: () => number
  readRun: (runId: string) => Promise<Run>
}) {
  return async ({ runId }: { runId: string }, doer: Doer = anonymous): Promise<Run> => {
    const nowMs = deps.nowMs()
    await deps.database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job === null) throw new RpcError('not-found', `no run ${runId}`)
      await recordAudit(sql, doer, { action: 'run.resumed', subject: runId, details: { from: job.status } }, nowMs)
      if (job.status === 'paused') {
        await sql.query(`update bulk_jobs set status = 'waiting', flag = null where id = $1`, [runId])
        return
      }
      if (job.status !== 'cancelled' && job.status !== 'failed')
        throw new RpcError('conflict', `the run is ${job.status}, there is nothing to resume`)
      const stopped = await lockSiteRuns(sql, `s.job_id = $1 and s.status in ('cancelled', 'failed')`, [runId])
      refuseReleased(stopped)
      for (const run of stopped) if (run.step !== null) await takeUp(sql, run, nowMs)
      await moveSiteRuns(sql, stopped, { to: 'waiting' }, nowMs)
      await forgetExports(
        sql,
        stopped.map((run) => run.id),
      )
      await reopenJob(sql, runId)
    })
    return deps.readRun(runId)
  }
}

async function takeUp(sql: Sql, run: SiteRunRow, nowMs: number): Promise<void> {
  if (run.status === 'cancelled' && (await takeUpCancelled(sql, run.id)) === 0) return
  await reopenUrls(sql, run.id, { what: 'cancelled' }, nowMs)
}

/** What was counted of them stays, but there is nothing left to go on with. Throws RpcError. */
export function refuseReleased(runs: readonly SiteRunRow[]): void {
  const released = runs.find((run) => run.isReleased)
  if (released !== undefined)
    throw new RpcError('conflict', `the results of '${released.site}' are not kept any more: start a new run`)
}

/** Exports are asked for anew; their attempts go on counting. */
export async function forgetExports(sql: Sql, siteRunIds: readonly string[]): Promise<void> {
  await sql.query(
    `update bulk_job_sites set export_base = export_attempt, export_failures = 0, export_lost = 0, export_rounds = 0,
       batch_rounds = 0, export_asked_at = null, reextract = false where id = any($1::uuid[])`,
    [siteRunIds],
  )
}

/** Puts an ended run back to wait for the tick, which tells the fetchers before anything is sent. */
export async function reopenJob(sql: Sql, runId: string): Promise<void> {
  await sql.query(
    `update bulk_jobs set status = 'waiting', reason = null, finished_at = null, flag = null, archive = null,
       archive_base = archive_attempt, archive_failures = 0, archive_lost = 0, archive_asked_at = null where id = $1`,
    [runId],
  )
}
