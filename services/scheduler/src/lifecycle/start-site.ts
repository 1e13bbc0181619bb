import type { SitePlan } from '@seine/contracts'
import type { Database, Sql } from '../database/sql.ts'
import { recordEvents } from '../events/outbox.ts'
import { type EnterSettings, enterUrls } from '../frontier/enter-urls.ts'
import { reopenUrls } from '../frontier/reopen-urls.ts'
import { lockSiteRun, type SiteRunRow } from '../frontier/site-run-row.ts'
import { wakeHosts } from '../frontier/wake-hosts.ts'
import { moveSiteRun } from './move-site-run.ts'
import { robotsTask } from './sources.ts'

/** Starts a waiting site run, or takes it up where it stopped. Gives whether it did. */
export function makeStartSite(deps: {
  database: Database
  settings: EnterSettings
  putPlan: (plan: SitePlan) => Promise<void>
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
      await wakeHosts(sql, run.id, nowMs)
      if (first) await fixPreviousRun(sql, run)
      if (run.step !== 'preflight') return true
      await reopenUrls(sql, run.id, { what: 'failed-sources' }, nowMs)
      await enterUrls(sql, run, [robotsTask(run.plan.site)], settings, nowMs)
      const { respectRobots, robotsOverrideReason } = run.plan.policy
      if (first && !respectRobots && robotsOverrideReason !== undefined) {
        const data = { host: new URL(run.plan.site.startUrls[0]!).host, reason: robotsOverrideReason }
        const event = {
          runId: run.jobId,
          site: run.site,
          step: run.step,
          level: 'warn',
          type: 'robots.overridden',
          data,
        } as const
        await recordEvents(sql, [event], nowMs)
      }
      return true
    })
  }
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
