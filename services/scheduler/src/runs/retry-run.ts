import { RpcError } from '@seine/bus'
import type { RpcRequest, Run, schedulerRpc } from '@seine/contracts'
import { anonymous, type Doer, recordAudit } from '../audit/record-audit.ts'
import { allowLong, type Database, type Sql } from '../database/sql.ts'
import { endCancelled } from '../frontier/cancel-urls.ts'
import { reopenUrls } from '../frontier/reopen-urls.ts'
import { lockSiteRuns, type SiteRunRow } from '../frontier/site-run-row.ts'
import { lockJob } from '../lifecycle/job-row.ts'
import { moveSiteRun, moveSiteRuns } from '../lifecycle/move-site-run.ts'
import { hasEnded, type SiteStep } from '../lifecycle/site-run-steps.ts'
import { forgetExports, refuseReleased, reopenJob } from './resume-run.ts'

/**
 * Does sites of an ended run again: whole ones from preflight, or only their failed pages; then exports and archive. A site whose pages
 * all came in and whose export failed is exported again, and asked for nothing.
 */
export function makeRetryRun(deps: {
  database: Database
  nowMs: () => number
  readRun: (runId: string) => Promise<Run>
}) {
  return async (request: RpcRequest<typeof schedulerRpc.retryRun>, doer: Doer = anonymous): Promise<Run> => {
    const { runId, site, failuresOnly } = request
    const nowMs = deps.nowMs()
    await deps.database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job === null) throw new RpcError('not-found', `no run ${runId}`)
      if (!hasEnded(job.status)) throw new RpcError('conflict', `the run is ${job.status}`)
      const runs = await lockSiteRuns(sql, 's.job_id = $1 and ($2::text is null or s.site = $2)', [runId, site ?? null])
      if (runs.length === 0) throw new RpcError('not-found', `the run has no site '${site}'`)
      const chosen = runs.filter((run) => (failuresOnly ? run.failed > 0 : site !== undefined || hasTrouble(run)))
      if (chosen.length === 0) throw new RpcError('conflict', 'there is nothing to retry')
      refuseReleased(chosen)
      if (failuresOnly) await retryFailures(sql, chosen, nowMs)
      else {
        const exports = chosen.filter(failedInExport)
        await moveSiteRuns(sql, exports, { to: 'waiting' }, nowMs)
        await startAnew(
          sql,
          chosen.filter((run) => !exports.includes(run)),
          nowMs,
        )
      }
      await forgetExports(
        sql,
        chosen.map((run) => run.id),
      )
      await reopenJob(sql, runId)
      const details = { sites: chosen.length, failuresOnly }
      await recordAudit(sql, doer, { action: 'run.retried', subject: runId, details }, nowMs)
    })
    return deps.readRun(runId)
  }
}

const failedInExport = (run: SiteRunRow): boolean => run.status === 'failed' && run.step === 'export'
const hasTrouble = (run: SiteRunRow): boolean => run.status !== 'completed' || run.failed > 0

async function retryFailures(sql: Sql, runs: readonly SiteRunRow[], nowMs: number): Promise<void> {
  for (const run of runs) {
    if (run.status === 'cancelled') await endCancelled(sql, run.id, nowMs)
    await reopenUrls(sql, run.id, { what: 'failed-pages' }, nowMs)
    const step: SiteStep = run.step === null || run.step === 'export' ? 'fetch' : run.step
    await moveSiteRun(sql, run, { to: 'waiting', step }, nowMs)
    await sql.query('update bulk_job_sites set retries = 0 where id = $1', [run.id])
  }
}

async function startAnew(sql: Sql, runs: readonly SiteRunRow[], nowMs: number): Promise<void> {
  const ids = runs.map((run) => run.id)
  await allowLong(sql)
  await sql.query(
    'delete from discovery_batches where url_id in (select id from urls where site_run_id = any($1::uuid[]))',
    [ids],
  )
  await sql.query(
    `with gone as (delete from urls where site_run_id = any($1::uuid[]) returning site_run_id, attempt),
     last as (select site_run_id, max(attempt) as attempt from gone group by site_run_id)
     update bulk_job_sites s set attempt_base = greatest(s.attempt_base, l.attempt) from last l where s.id = l.site_run_id`,
    [ids],
  )
  for (const table of ['bulk_job_site_reasons', 'bulk_job_site_traps', 'bulk_job_site_hosts'])
    await sql.query(`delete from ${table} where site_run_id = any($1::uuid[])`, [ids])
  await sql.query(
    `update bulk_job_sites set discovered = 0, ok = 0, unchanged = 0, failed = 0, skipped = 0, pending = 0, admitted = 0,
       sources = 0, sources_pending = 0, sources_failed = 0, batches_missing = 0, source_batches_missing = 0, bytes = 0,
       retries = 0, shells = 0, shell_since = null,
       looks_for_shells = plan->'site'->>'render' = 'auto' and pool = 'http', known_after = null, known_done = false,
       diff = null, quality = null, stored_pages = null, reextracted = false, artifacts = '[]' where id = any($1::uuid[])`,
    [ids],
  )
  await moveSiteRuns(sql, runs, { to: 'anew' }, nowMs)
}
