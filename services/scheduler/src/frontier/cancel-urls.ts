import { urlStates } from '../database/entities.ts'
import { allowLong, at, type Sql } from '../database/sql.ts'

/**
 * Ends everything pending or leased in these site runs as `skipped`, reason `cancelled`, in one statement. What a fetcher
 * holds keeps its host's slot until its outcome comes or its lease runs out: another run on the host must not
 * exceed the concurrency meanwhile (I3). The caller holds the site runs' locks.
 */
export async function cancelUrls(sql: Sql, siteRunIds: readonly string[], nowMs: number): Promise<void> {
  await allowLong(sql)
  await sql.query(
    `with target as materialized (
       select id from urls where site_run_id = any($1::uuid[]) and state <> ${urlStates.done} order by id for no key update
     ),
     ended as (
       update urls u set state = ${urlStates.done}, outcome = 'skipped', reason = 'cancelled', done_at = $2::timestamptz
       from target t where u.id = t.id returning u.site_run_id, u.kind
     ),
     tally as (
       select site_run_id, count(*) filter (where kind = 'page') as pages, count(*) filter (where kind <> 'page') as sources
       from ended group by site_run_id
     ),
     counted as (
       update bulk_job_sites s set pending = s.pending - t.pages, skipped = s.skipped + t.pages,
         sources_pending = s.sources_pending - t.sources
       from tally t where s.id = t.site_run_id
     )
     insert into bulk_job_site_reasons (site_run_id, outcome, reason, n)
     select site_run_id, 'skipped', 'cancelled', pages from tally where pages > 0
     on conflict (site_run_id, outcome, reason) do update set n = bulk_job_site_reasons.n + excluded.n`,
    [siteRunIds, at(nowMs)],
  )
}
