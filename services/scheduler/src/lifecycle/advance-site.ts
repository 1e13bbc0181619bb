import type { Logger } from '@seine/runtime'
import { allowLong, at, type Database, type Sql } from '../database/sql.ts'
import { enterKnownUrls } from '../discovery/known-urls.ts'
import { type EnterSettings, enterUrls } from '../frontier/enter-urls.ts'
import { reopenUrls } from '../frontier/reopen-urls.ts'
import { lockSiteRun, type SiteRunRow } from '../frontier/site-run-row.ts'
import { moveSiteRun } from './move-site-run.ts'
import { type LifecycleTimes, type Next, nextMove } from './next-move.ts'
import { firstUrls } from './sources.ts'

/** What has to be done after the commit. */
export type Advanced = { readonly after: 'nothing' | 'again' | 'ask-export' }

/** Moves a running site run on by one step of its lifecycle, if there is one to take. */
export function makeAdvanceSite(deps: {
  database: Database
  settings: EnterSettings
  times: LifecycleTimes
  /** Whether batches may still be in the stream, see `makeDiscoveryBacklog`. */
  isBehind: (siteRunId: string, settledAtMs: number, nowMs: number) => Promise<boolean>
  log: Logger
}) {
  const { database, settings, times } = deps

  async function take(sql: Sql, run: SiteRunRow, next: Next, nowMs: number): Promise<Advanced> {
    switch (next.do) {
      case 'wait':
        return { after: 'nothing' }
      case 'judge-preflight':
        return judgePreflight(sql, run, nowMs)
      case 'enter-known':
        await enterKnownUrls(sql, run, settings, nowMs)
        return { after: 'again' }
      case 'go':
        await moveSiteRun(sql, run, { to: next.to }, nowMs)
        return { after: 'again' }
      case 'note-missing':
        await sql.query('update bulk_job_sites set settled_at = $2::timestamptz where id = $1', [run.id, at(nowMs)])
        return { after: 'nothing' }
      case 'drive-finders':
        if (await deps.isBehind(run.id, run.settledAtMs ?? nowMs, nowMs)) return { after: 'nothing' }
        await driveFinders(sql, run, nowMs)
        return { after: 'nothing' }
      case 'forget-missing':
        if (await deps.isBehind(run.id, run.settledAtMs ?? nowMs, nowMs)) return { after: 'nothing' }
        await forgetMissing(sql, run)
        return { after: 'again' }
      case 'ask-export':
        return { after: 'ask-export' }
    }
  }

  async function judgePreflight(sql: Sql, run: SiteRunRow, nowMs: number): Promise<Advanced> {
    const sources = await sql.query<{ kind: string; outcome: string; reason: string; detail: string | null }>(
      `select kind, outcome, reason, detail from urls where site_run_id = $1 and kind <> 'page' order by priority`,
      [run.id],
    )
    const robots = sources.find((source) => source.kind === 'robots')
    if (robots === undefined || robots.outcome !== 'ok') {
      const why = robots?.detail ?? (robots?.reason || 'robots.txt was not asked for')
      await moveSiteRun(sql, run, { to: 'failed', reason: `preflight: ${why}` }, nowMs)
      return { after: 'nothing' }
    }
    const discovering = await moveSiteRun(sql, run, { to: 'discover' }, nowMs)
    const announced = sources.some((source) => source.kind === 'sitemap')
    await enterUrls(sql, discovering, firstUrls(run.plan.site, announced), settings, nowMs)
    return { after: 'nothing' }
  }

  async function driveFinders(sql: Sql, run: SiteRunRow, nowMs: number): Promise<void> {
    await allowLong(sql)
    const finders = await sql.query<{ id: string }>(
      `select u.id from urls u where u.site_run_id = $1 and u.state = 2 and u.announced_batches > (
         select count(*) from discovery_batches b where b.url_id = u.id and b.attempt = u.won_attempt
       )`,
      [run.id],
    )
    deps.log.warn('announced batches are missing, driving their finders again', {
      run: run.jobId,
      site: run.site,
      finders: finders.length,
    })
    await reopenUrls(sql, run.id, { what: 'ids', ids: finders.map((finder) => finder.id) }, nowMs)
    await sql.query('update bulk_job_sites set batch_rounds = batch_rounds + 1, settled_at = null where id = $1', [
      run.id,
    ])
  }

  async function forgetMissing(sql: Sql, run: SiteRunRow): Promise<void> {
    deps.log.error('announced batches never came, going on without them', {
      run: run.jobId,
      site: run.site,
      batches: run.batchesMissing + run.sourceBatchesMissing,
    })
    // Counted as a source not read: what is missing may have been listed there (I6).
    await sql.query(
      `update bulk_job_sites set batches_missing = 0, source_batches_missing = 0, sources_failed = sources_failed + 1,
         settled_at = null where id = $1`,
      [run.id],
    )
  }

  return (ref: { runId: string; site: string }, nowMs: number): Promise<Advanced> =>
    database.transaction(async (sql) => {
      const run = await lockSiteRun(sql, ref.runId, ref.site)
      if (run === null || run.status !== 'running') return { after: 'nothing' }
      return take(sql, run, nextMove(run, times, nowMs), nowMs)
    })
}
