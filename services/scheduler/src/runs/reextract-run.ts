import { RpcError } from '@seine/bus'
import type { Catalogue } from '@seine/catalogue'
import type { RpcRequest, Run, Site, schedulerRpc } from '@seine/contracts'
import { anonymous, type Doer, recordAudit } from '../audit/record-audit.ts'
import type { Database, Sql } from '../database/sql.ts'
import { lockSiteRuns, type SiteRunRow } from '../frontier/site-run-row.ts'
import { lockJob } from '../lifecycle/job-row.ts'
import { moveSiteRuns } from '../lifecycle/move-site-run.ts'
import { hasEnded } from '../lifecycle/site-run-steps.ts'
import { forgetExports, refuseReleased, reopenJob } from './resume-run.ts'

/**
 * Makes the exports of an ended run again from its stored pages, as the sites are configured now; then the archive. Nothing is
 * fetched: the sites go on at their export.
 */
export function makeReextractRun(deps: {
  database: Database
  nowMs: () => number
  catalogue: () => Promise<Catalogue>
  readRun: (runId: string) => Promise<Run>
}) {
  return async (
    { runId, site }: RpcRequest<typeof schedulerRpc.reextractRun>,
    doer: Doer = anonymous,
  ): Promise<Run> => {
    const nowMs = deps.nowMs()
    const { sites } = await deps.catalogue()
    await deps.database.transaction(async (sql) => {
      const job = await lockJob(sql, runId)
      if (job === null) throw new RpcError('not-found', `no run ${runId}`)
      if (!hasEnded(job.status)) throw new RpcError('conflict', `the run is ${job.status}`)
      const runs = await lockSiteRuns(sql, 's.job_id = $1 and ($2::text is null or s.site = $2)', [runId, site ?? null])
      if (runs.length === 0) throw new RpcError('not-found', `the run has no site '${site}'`)
      await refuseWhileCompared(sql, runId, site ?? null)
      const chosen = runs.filter(hasStoredPages)
      refuseReleased(chosen)
      if (chosen.length === 0) throw new RpcError('conflict', nothingStored(site))
      await moveSiteRuns(sql, chosen, { to: 'waiting', step: 'export' }, nowMs)
      await forgetExports(
        sql,
        chosen.map((run) => run.id),
      )
      await askForReextraction(sql, chosen, sites)
      const details = { sites: chosen.length }
      await recordAudit(sql, doer, { action: 'run.reextracted', subject: runId, details }, nowMs)
      await reopenJob(sql, runId)
    })
    return deps.readRun(runId)
  }
}

/** What is under way takes records of unchanged pages over from this run: they must stay as they were when it began. */
async function refuseWhileCompared(sql: Sql, runId: string, site: string | null): Promise<void> {
  const [other] = await sql.query<{ runId: string; site: string }>(
    `select job_id as "runId", site from bulk_job_sites
     where previous_run_id = $1 and status in ('waiting', 'running') and ($2::text is null or site = $2) limit 1`,
    [runId, site],
  )
  if (other !== undefined)
    throw new RpcError('conflict', `'${other.site}' of run ${other.runId} is compared with this run and has not ended`)
}

/** It came as far as an export, of pages that were stored and are stored still. */
function hasStoredPages({ plan, step, storedPages }: SiteRunRow): boolean {
  return plan.site.storePages === true && step === 'export' && storedPages?.stored !== 0
}

function nothingStored(site: string | undefined): string {
  const pages = site === undefined ? 'no pages' : `no pages of '${site}'`
  return `${pages} are stored of this run: a site has to say storePages before it is run`
}

/** The plan takes the site's entry of now over; a site that is in the catalogue no more keeps the one it had. Its policy stays. */
async function askForReextraction(sql: Sql, runs: readonly SiteRunRow[], sites: readonly Site[]): Promise<void> {
  const current = new Map(sites.map((entry) => [entry.name, entry]))
  const plans = runs.map(({ id, site, plan }) => ({
    id,
    // What is stored stays so, whatever the entry says of the next run.
    plan: { ...plan, site: { ...(current.get(site) ?? plan.site), storePages: true } },
  }))
  await sql.query(
    `update bulk_job_sites s set reextract = true, plan = r.plan
     from json_to_recordset($1::json) as r(id uuid, plan jsonb) where s.id = r.id`,
    [JSON.stringify(plans)],
  )
}
