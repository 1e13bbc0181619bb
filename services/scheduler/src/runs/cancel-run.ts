import { RpcError } from '@seine/bus'
import type { Run } from '@seine/contracts'
import { anonymous, type Doer, recordAudit } from '../audit/record-audit.ts'
import type { Database } from '../database/sql.ts'
import { cancelUrls } from '../frontier/cancel-urls.ts'
import { lockSiteRuns } from '../frontier/site-run-row.ts'
import { finishRun, lockJob } from '../lifecycle/job-row.ts'
import { moveSiteRuns } from '../lifecycle/move-site-run.ts'
import { hasEnded } from '../lifecycle/site-run-steps.ts'

/** Stops a run at once: what is pending becomes `skipped`, what was fetched stays; nothing is exported. */
export function makeCancelRun(deps: {
  database: Database
  /** Fetchers end its tasks without a fetch. Told after the commit; the tick repairs what was not told. */
  tellCancelled: (runId: string) => Promise<void>
  nowMs: () => number
  readRun: (runId: string) => Promise<Run>
}) {
  return async ({ runId }: { runId: string }, doer: Doer = anonymous): Promise<Run> => {
    const nowMs = deps.nowMs()
    await deps.database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job === null) throw new RpcError('not-found', `no run ${runId}`)
      if (hasEnded(job.status)) throw new RpcError('conflict', `the run is ${job.status} already`)
      const open = `s.job_id = $1 and s.status in ('waiting', 'running')`
      const locked = await lockSiteRuns(sql, open, [runId])
      await cancelUrls(
        sql,
        locked.map((run) => run.id),
      )
      // Read again: their events tell the counts after the cut.
      await moveSiteRuns(sql, await lockSiteRuns(sql, open, [runId]), { to: 'cancelled' }, nowMs)
      await finishRun(sql, job, { status: 'cancelled', archive: null, reason: null }, nowMs)
      await recordAudit(sql, doer, { action: 'run.cancelled', subject: runId, details: {} }, nowMs)
    })
    await deps.tellCancelled(runId)
    return deps.readRun(runId)
  }
}
