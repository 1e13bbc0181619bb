import { RpcError } from '@seine/bus'
import { newId, type RpcRequest, type RunDiff, type schedulerRpc } from '@seine/contracts'
import { at, type Database, type Sql } from '../database/sql.ts'
import { lockJob } from '../lifecycle/job-row.ts'
import { hasEnded } from '../lifecycle/site-run-steps.ts'
import { comparableSites, type DiffSite, type SiteOfRun } from './comparable.ts'

/** Reasons of sites that can't be compared that a refusal tells. */
const maxReasonsTold = 3

/**
 * Begins to compare two runs. Asking again for what is under way gives the comparison that there is; what has ended is compared anew,
 * because a run may have been retried since.
 */
export function makeCreateDiff(deps: {
  database: Database
  nowMs: () => number
  readDiff: (request: { diffId: string }) => Promise<RunDiff>
}) {
  return async (request: RpcRequest<typeof schedulerRpc.createDiff>): Promise<RunDiff> => {
    const { before, after, site } = request
    if (before === after) throw new RpcError('invalid', 'a run is no different from itself: name two')
    const nowMs = deps.nowMs()
    const diffId = await deps.database.transaction(async (sql) => {
      // In the order of ids, so that two comparisons never wait for each other.
      for (const runId of [before, after].sort()) {
        const job = await lockJob(sql, runId)
        if (job === null) throw new RpcError('not-found', `no run ${runId}`)
        if (!hasEnded(job.status))
          throw new RpcError('conflict', `run ${runId} is ${job.status}: compare it when it has ended`)
      }
      const underWay = await findUnderWay(sql, request)
      if (underWay !== null) return underWay
      const found = comparableSites(await sitesOf(sql, before, site), await sitesOf(sql, after, site))
      refuseNothing(found, site)
      const id = newId(nowMs)
      await sql.query(
        `insert into run_diffs (id, before_run_id, after_run_id, site, correlation_id, created_at)
         values ($1, $2, $3, $4, $5, $6::timestamptz)`,
        [id, before, after, site ?? null, request.correlationId, at(nowMs)],
      )
      await sql.query(
        `insert into run_diff_sites (diff_id, site, status, reason, all_sources_read)
         select $1, r.site, r.status, r.reason, r."allSourcesRead"
         from json_to_recordset($2::json) as r(site text, status text, reason text, "allSourcesRead" boolean)`,
        [id, JSON.stringify(found)],
      )
      return id
    })
    return deps.readDiff({ diffId })
  }
}

async function findUnderWay(
  sql: Sql,
  { before, after, site }: { before: string; after: string; site?: string | undefined },
): Promise<string | null> {
  const [found] = await sql.query<{ id: string }>(
    `select id from run_diffs where before_run_id = $1 and after_run_id = $2 and site is not distinct from $3::text
       and finished_at is null limit 1`,
    [before, after, site ?? null],
  )
  return found?.id ?? null
}

const sitesOf = (sql: Sql, runId: string, site: string | undefined): Promise<SiteOfRun[]> =>
  sql.query<SiteOfRun>(
    `select site, released_at is not null as "isReleased", sources_failed = 0 as "allSourcesRead",
       artifacts @? '$[*] ? (@.path like_regex "/snapshot[.]ndjson[.]zst$")' as "isExported"
     from bulk_job_sites where job_id = $1 and ($2::text is null or site = $2)`,
    [runId, site ?? null],
  )

function refuseNothing(found: readonly DiffSite[], site: string | undefined): void {
  if (found.some(({ status }) => status === 'pending')) return
  if (found.length === 0) throw new RpcError('not-found', `neither run has a site '${site}'`)
  const told = found.slice(0, maxReasonsTold).map((skipped) => `'${skipped.site}': ${skipped.reason}`)
  const more = found.length > told.length ? `, and ${found.length - told.length} more` : ''
  throw new RpcError('conflict', `nothing can be compared: ${told.join('; ')}${more}`)
}
