import type { SitePlan } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import type { Database, Sql } from '../database/sql.ts'
import { type NewEvent, recordEvents } from '../events/outbox.ts'
import { type EnterSettings, enterUrls } from '../frontier/enter-urls.ts'
import { reopenUrls } from '../frontier/reopen-urls.ts'
import { lockSiteRun, type SiteRunRow } from '../frontier/site-run-row.ts'
import { wakeHosts } from '../frontier/wake-hosts.ts'
import { moveSiteRun } from './move-site-run.ts'
import { beginRender } from './settle-render.ts'
import { robotsTask } from './sources.ts'

/** Starts a waiting site run, or takes it up where it stopped. Gives whether it did. */
export function makeStartSite(deps: {
  database: Database
  settings: EnterSettings
  putPlan: (plan: SitePlan) => Promise<void>
  log: Logger
}) {
  const { database, settings } = deps
  return async (ref: { runId: string; site: string; plan: SitePlan }, nowMs: number): Promise<boolean> => {
    // Before any task of it. Also on a resume: fetchers forget then what they have announced of it.
    await deps.putPlan(ref.plan)
    return database.transaction(async (sql) => {
      const waiting = await lockSiteRun(sql, ref.runId, ref.site)
      if (waiting?.status !== 'waiting') return false
      const first = waiting.step === null
      const run = await moveSiteRun(sql, waiting, { to: waiting.step ?? 'preflight' }, nowMs)
      await wakeHosts(sql, [run.id], nowMs)
      if (first) await fixPreviousRun(sql, run)
      await beginRender(sql, run, nowMs)
      if (run.step !== 'preflight') return true
      await reopenUrls(sql, run.id, { what: 'failed-sources' }, nowMs)
      await enterUrls(sql, run, [robotsTask(run.plan.site)], settings, nowMs)
      if (!first) return true
      const audits = auditsOf(run)
      for (const { type, data } of audits) deps.log.warn(type, { run: run.jobId, site: run.site, ...data })
      await recordEvents(sql, audits, nowMs)
      return true
    })
  }
}

/** What somebody may have to answer for later. */
function auditsOf(run: SiteRunRow): NewEvent[] {
  const { site, policy } = run.plan
  const about = { runId: run.jobId, site: run.site, step: run.step, level: 'warn' } as const
  const { host } = new URL(site.startUrls[0]!)
  const audits: NewEvent[] = []
  if (!policy.respectRobots && policy.robotsOverrideReason !== undefined)
    audits.push({ ...about, type: 'robots.overridden', data: { host, reason: policy.robotsOverrideReason } })
  if (policy.proxyPool === 'residential')
    audits.push({ ...about, type: 'proxy.residential', data: { host, policy: site.policy } })
  return audits
}

/**
 * Fixes which run this one is compared with: the site's last complete one that fetched. One cut short by a limit of its own is
 * no base for one that is not: all the pages it left out would seem new.
 */
async function fixPreviousRun(sql: Sql, run: SiteRunRow): Promise<void> {
  await sql.query(
    `update bulk_job_sites set previous_run_id = (
       select s.job_id from bulk_job_sites s join bulk_jobs j on j.id = s.job_id
       where s.site = $2 and s.status = 'completed' and s.job_id <> $3 and not (j.options->>'dry_run')::boolean
         and ($4::boolean or not j.options ? 'limit')
       order by s.finished_at desc limit 1
     ) where id = $1`,
    [run.id, run.site, run.jobId, run.options.limit !== undefined],
  )
}
