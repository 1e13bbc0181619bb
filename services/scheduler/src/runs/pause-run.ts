import { RpcError } from '@seine/bus'
import type { Run } from '@seine/contracts'
import { anonymous, type Doer, recordAudit } from '../audit/record-audit.ts'
import type { Database } from '../database/sql.ts'
import { recordEvents } from '../events/outbox.ts'
import { lockJob, siteGroups } from '../lifecycle/job-row.ts'

/**
 * Pauses a run: claims leave its sites out from the commit on, the clockwork does not move them, and what is under way ends
 * as it would have. Resuming puts it back to wait for the tick.
 */
export function makePauseRun(deps: {
  database: Database
  /** Fetchers put tasks that they have not begun back. Told after the commit; the tick repairs what was not told. */
  tellPaused: (runId: string) => Promise<void>
  nowMs: () => number
  readRun: (runId: string) => Promise<Run>
}) {
  return async ({ runId }: { runId: string }, doer: Doer = anonymous): Promise<Run> => {
    const nowMs = deps.nowMs()
    await deps.database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job === null) throw new RpcError('not-found', `no run ${runId}`)
      if (job.status !== 'running' && job.status !== 'waiting')
        throw new RpcError('conflict', `the run is ${job.status}, there is nothing to pause`)
      const groups = await siteGroups(sql, runId)
      if (!groups.some((group) => group.status === 'waiting' || group.status === 'running'))
        throw new RpcError('conflict', 'every site of the run has ended, only its archive is missing')
      await sql.query(`update bulk_jobs set status = 'paused', flag = null where id = $1`, [runId])
      await recordEvents(sql, [{ runId, step: null, type: 'run.paused', data: {} }], nowMs)
      await recordAudit(sql, doer, { action: 'run.paused', subject: runId, details: {} }, nowMs)
    })
    await deps.tellPaused(runId)
    return deps.readRun(runId)
  }
}
