import type { Catalogue } from '@seine/catalogue'
import {
  maxPlannedSitesShown,
  newId,
  type PlannedSite,
  type RpcRequest,
  type RunPlan,
  type SitePlan,
  type schedulerRpc,
} from '@seine/contracts'
import type { Database } from '../database/sql.ts'
import { runEta } from '../progress/eta.ts'
import { chooseSites } from './choose-sites.ts'
import { planSites } from './plan-sites.ts'
import { readUsable } from './usable-catalogue.ts'

/** How the last complete run of a site went: what {@link foresee} reckons from. */
export interface LastRun {
  readonly site: string
  readonly runId: string
  readonly knownPages: number
  readonly fetchedPages: number
  readonly durationMs: number
}

/** Says what a run would do by what is known of its sites. Writes nothing. */
export function makePlanRun(deps: { database: Database; catalogue: () => Promise<Catalogue>; maxConcurrency: number }) {
  return async ({ options }: RpcRequest<typeof schedulerRpc.planRun>): Promise<RunPlan> => {
    const catalogue = await readUsable(deps.catalogue)
    const plans = planSites(newId(), chooseSites(catalogue, options), catalogue, options)
    const names = plans.map((plan) => plan.site.name)
    const lastRuns = new Map((await readLastRuns(deps.database, names)).map((last) => [last.site, last]))
    const sites = plans.map((plan) => foresee(plan, lastRuns.get(plan.site.name)))
    const concurrency = options.concurrency ?? deps.maxConcurrency
    return {
      sites: sites.slice(0, maxPlannedSitesShown),
      sitesTotal: sites.length,
      concurrency,
      knownPages: sites.reduce((sum, site) => sum + (site.knownPages ?? 0), 0),
      newSites: sites.filter((site) => site.previousRunId === null).length,
      expectedMs: options.dry_run ? null : expectedOf(sites, concurrency),
    }
  }
}

/** What one site would do. Pure. */
export function foresee({ site, policy, maxPages }: SitePlan, last: LastRun | undefined): PlannedSite {
  const knownPages = last === undefined ? null : Math.min(last.knownPages, maxPages ?? Number.POSITIVE_INFINITY)
  return {
    site: site.name,
    policy: site.policy,
    ratePerSecond: policy.ratePerSecond,
    concurrency: policy.concurrency,
    maxPages,
    previousRunId: last?.runId ?? null,
    knownPages,
    expectedMs: last === undefined || knownPages === null ? null : durationOf(last, knownPages, policy.ratePerSecond),
  }
}

function durationOf(last: LastRun, pages: number, ratePerSecond: number): number {
  const politeMs = (pages / ratePerSecond) * 1_000
  const asLastMs = last.fetchedPages === 0 ? last.durationMs : (last.durationMs / last.fetchedPages) * pages
  return Math.round(Math.max(politeMs, asLastMs))
}

/** The time until the last known site has ended, `concurrency` of them at once in their order. */
function expectedOf(sites: readonly PlannedSite[], concurrency: number): number | null {
  const known = sites.flatMap(({ expectedMs }) => (expectedMs === null ? [] : [expectedMs]))
  if (known.length === 0) return null
  const eta = runEta({ running: [], waitingMs: known, meanSiteMs: null, concurrency })
  return eta.state === 'known' ? eta.remainingMs : null
}

function readLastRuns(database: Database, sites: readonly string[]): Promise<LastRun[]> {
  return database.query<LastRun>(
    `select distinct on (s.site) s.site, s.job_id as "runId", s.discovered as "knownPages",
       s.ok + s.unchanged + s.failed as "fetchedPages",
       (extract(epoch from s.finished_at - s.started_at) * 1000)::float8 as "durationMs"
     from bulk_job_sites s join bulk_jobs j on j.id = s.job_id
     where s.status = 'completed' and not (j.options->>'dry_run')::boolean and not j.options ? 'limit'
       and s.site = any($1::text[])
     order by s.site, s.finished_at desc`,
    [sites],
  )
}
