import type { EventData } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { at, type Database, type Sql } from '../database/sql.ts'
import { recordEvents } from '../events/outbox.ts'
import { lockSiteRun, type SiteRunRow } from '../frontier/site-run-row.ts'
import { wakeHosts } from '../frontier/wake-hosts.ts'
import { renderVerdict } from './render-verdict.ts'

/** After so long the site's raw pages are looked at again: it may have learnt to answer with what it shows. */
export const rememberedMs = 30 * 24 * 60 * 60_000

/**
 * Decides for the sites of a run that have shown a shell whether a browser fetches their pages (`render: auto`). Until then
 * their pages are held: raw ones would be asked for in vain. So they are where a site has gone over and all browsers
 * have left. Gives whether any moved.
 */
export function makeSettleRender(deps: {
  database: Database
  /** Whether somebody works in the browser pool. */
  browsersThere: () => Promise<boolean>
  /** How long pages are held for somebody to come. */
  maxWaitMs: number
  log: Logger
}) {
  const { database, log } = deps

  async function settle(sql: Sql, run: SiteRunRow, browsersThere: boolean, nowMs: number): Promise<boolean> {
    if (run.status !== 'running') return false
    if (run.shellSinceMs === null) {
      if (run.pool === 'browser' && !browsersThere)
        await sql.query('update bulk_job_sites set shell_since = $2::timestamptz where id = $1', [run.id, at(nowMs)])
      return false
    }
    const remembered = run.renderedSinceMs !== null
    const facts = { shells: run.shells, read: run.ok + run.unchanged, remembered, browsersThere }
    const waitedMs = nowMs - run.shellSinceMs
    const verdict = renderVerdict({ ...facts, waitedMs }, deps.maxWaitMs)
    if (verdict === 'wait') return false
    await sql.query(
      `update bulk_job_sites set shell_since = null, looks_for_shells = $2, pool = case when $3 then 'browser' else 'http' end,
         rendered_since = case when $3 then coalesce(rendered_since, $4::timestamptz) else rendered_since end
       where id = $1`,
      [run.id, verdict === 'pages', verdict === 'site', at(nowMs)],
    )
    if (verdict === 'site' && run.pool !== 'browser')
      await tell(sql, run, { from: 'http', to: 'browser', reason: remembered ? 'remembered' : 'needs-browser' }, nowMs)
    if (verdict === 'give-up')
      await tell(sql, run, { from: 'browser', to: 'http', reason: 'no-browser-fetcher' }, nowMs)
    await wakeHosts(sql, [run.id], nowMs)
    return true
  }

  async function tell(sql: Sql, run: SiteRunRow, data: EventData<'site.render'>, nowMs: number): Promise<void> {
    const level = data.to === 'browser' ? 'info' : 'warn'
    log[level]('site.render', { run: run.jobId, site: run.site, ...data })
    await recordEvents(
      sql,
      [{ runId: run.jobId, site: run.site, step: run.step, level, type: 'site.render', data }],
      nowMs,
    )
  }

  return async (runId: string, nowMs: number): Promise<boolean> => {
    const open = await database.query<{ site: string }>(
      `select site from bulk_job_sites where job_id = $1 and status = 'running'
         and (shell_since is not null or (pool = 'browser' and rendered_since is not null and pending > 0)) order by position`,
      [runId],
    )
    if (open.length === 0) return false
    const browsersThere = await deps.browsersThere()
    let moved = false
    for (const { site } of open)
      moved =
        (await database.transaction(async (sql) => {
          const run = await lockSiteRun(sql, runId, site)
          return run !== null && settle(sql, run, browsersThere, nowMs)
        })) || moved
    return moved
  }
}

/**
 * Sets how a site run that starts looks at its pages: one whose site went over to the browser not long ago waits for that
 * again, before any page is asked for; one that is taken up waits anew.
 */
export async function beginRender(sql: Sql, run: SiteRunRow, nowMs: number): Promise<void> {
  await sql.query(
    `update bulk_job_sites s set rendered_since = coalesce(s.rendered_since, l.rendered_since),
       shell_since = case when s.shell_since is not null or l.rendered_since is not null then $2::timestamptz end
     from (select (
       select rendered_since from bulk_job_sites
       where site = $3 and status = 'completed' and id <> $1 order by finished_at desc limit 1
     ) as rendered_since) p
     cross join lateral (
       select case when p.rendered_since > $4::timestamptz then p.rendered_since end as rendered_since
     ) l
     where s.id = $1 and (s.looks_for_shells or s.shell_since is not null)`,
    [run.id, at(nowMs), run.site, at(nowMs - rememberedMs)],
  )
}
