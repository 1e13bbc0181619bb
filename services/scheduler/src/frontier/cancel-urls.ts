import { urlStates } from '../database/entities.ts'
import { allowLong, at, type Sql } from '../database/sql.ts'

/**
 * Ends everything pending or leased in these site runs as `skipped`, reason `cancelled`: in their counters alone, because there may be a
 * million URLs to go. Rows stay as they are: **a row of a cancelled site run that is not done is one that was cancelled**, until a
 * resume takes it up ({@link takeUpCancelled}). What a fetcher holds keeps its host's slot until its outcome comes or its lease runs
 * out: another run on the host must not exceed the concurrency meanwhile (I3). The caller holds the site runs' locks and moves
 * them to `cancelled` in the same transaction. Keeps I1.
 */
export async function cancelUrls(sql: Sql, siteRunIds: readonly string[]): Promise<void> {
  await sql.query(
    `with open as (
       select id, pending from bulk_job_sites where id = any($1::uuid[]) and (pending > 0 or sources_pending > 0)
     ),
     counted as (
       update bulk_job_sites s set skipped = s.skipped + o.pending, pending = 0, sources_pending = 0 from open o where s.id = o.id
     )
     insert into bulk_job_site_reasons (site_run_id, outcome, reason, n)
     select id, 'skipped', 'cancelled', pending from open where pending > 0 order by id
     on conflict (site_run_id, outcome, reason) do update set n = bulk_job_site_reasons.n + excluded.n`,
    [siteRunIds],
  )
}

/**
 * Puts what a cancel cut off of a site run back to pending; attempts go on counting. The caller holds the site run's lock and moves it on
 * from `cancelled` in the same transaction. Gives how many pages are left that {@link endCancelled} has ended. Keeps I1.
 */
export async function takeUpCancelled(sql: Sql, siteRunId: string): Promise<number> {
  await allowLong(sql)
  // By the slots of the site's hosts, which are few: a task that is out still is skipped by whoever holds it.
  await sql.query(
    `update urls u set state = ${urlStates.pending} from bulk_job_site_hosts m
     where m.site_run_id = $1 and u.host = m.host and u.site_run_id = m.site_run_id and u.lease_until is not null
       and u.state = ${urlStates.leased}`,
    [siteRunId],
  )
  const [left] = await sql.query<{ n: number }>(
    `with open as (
       select count(*) filter (where u.kind = 'page')::int as pages, count(*) filter (where u.kind <> 'page')::int as sources
       from bulk_job_site_hosts m
         join urls u on u.host = m.host and u.site_run_id = m.site_run_id and u.state = ${urlStates.pending}
       where m.site_run_id = $1
     ),
     counted as (
       update bulk_job_sites s set pending = s.pending + o.pages, skipped = s.skipped - o.pages,
         sources_pending = s.sources_pending + o.sources, settled_at = null
       from open o where s.id = $1
     ),
     reasons as (
       update bulk_job_site_reasons r set n = r.n - o.pages from open o
       where r.site_run_id = $1 and r.outcome = 'skipped' and r.reason = 'cancelled' returning r.n
     )
     select n from reasons`,
    [siteRunId],
  )
  return left?.n ?? 0
}

/** Ends the rows, too, of a cancelled site run that goes on without what was cut off. The counters have it already. */
export async function endCancelled(sql: Sql, siteRunId: string, nowMs: number): Promise<void> {
  await allowLong(sql)
  await sql.query(
    `update urls set state = ${urlStates.done}, outcome = 'skipped', reason = 'cancelled', done_at = $2::timestamptz
     where site_run_id = $1 and state <> ${urlStates.done}`,
    [siteRunId, at(nowMs)],
  )
}
