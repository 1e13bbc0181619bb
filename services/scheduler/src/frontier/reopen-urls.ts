import { urlStates } from '../database/entities.ts'
import { allowLong, at, type Sql } from '../database/sql.ts'

/**
 * Which ended URLs go back to be fetched: those cut off by a cancel, sources that could not be read, failed pages, or
 * exactly these.
 */
export type Reopen =
  | { readonly what: 'cancelled' }
  | { readonly what: 'failed-sources' }
  | { readonly what: 'failed-pages' }
  | { readonly what: 'ids'; readonly ids: readonly string[] }

/**
 * Puts ended URLs of a site run back to pending and moves its counters back by what was really reopened. Attempts go on
 * counting. The caller holds the site run's lock. Gives how many there were. Keeps I1.
 */
export async function reopenUrls(sql: Sql, siteRunId: string, reopen: Reopen, nowMs: number): Promise<number> {
  await allowLong(sql)
  const [result] = await sql.query<{ n: number }>(reopenSql(conditions[reopen.what]), [
    siteRunId,
    at(nowMs),
    ...(reopen.what === 'ids' ? [reopen.ids] : []),
  ])
  return result?.n ?? 0
}

/**
 * A sitemap that was not read to its end (`ok` with a reason: cut at a limit), so that absence from it says nothing
 * (I6). The one that nobody named may be missing; one cut off by a cancel is read after the resume.
 */
export const sourceFailedSql = `kind = 'sitemap' and (outcome not in ('ok', 'unchanged') or reason <> '')
  and not (optional and status in (404, 410)) and reason <> 'cancelled'`

const conditions: Record<Reopen['what'], string> = {
  cancelled: `outcome = 'skipped' and reason = 'cancelled'`,
  'failed-sources': `kind <> 'page' and outcome = 'failed'`,
  'failed-pages': `kind = 'page' and outcome = 'failed'`,
  ids: 'id = any($3::uuid[])',
}

const reopenSql = (condition: string) => `
  with target as materialized (
    select id, kind, outcome, reason, status, optional, announced_batches, bytes,
      (select count(*) from discovery_batches b where b.url_id = urls.id and b.attempt = urls.won_attempt) as entered
    from urls where site_run_id = $1 and state = ${urlStates.done} and ${condition} order by id for no key update
  ),
  reopened as (
    update urls u set state = ${urlStates.pending}, outcome = null, reason = '', detail = null, status = 0, failures = 0,
      losses = 0, won_attempt = 0, next_attempt_at = $2::timestamptz, announced_batches = 0, record_run_id = null, done_at = null
    from target t where u.id = t.id returning u.host
  ),
  counted as (
    update bulk_job_sites s set
      ok = s.ok - t.ok, unchanged = s.unchanged - t.unchanged, failed = s.failed - t.failed, skipped = s.skipped - t.skipped,
      pending = s.pending + t.pages, bytes = s.bytes - t.bytes,
      sources_pending = s.sources_pending + t.sources, sources_failed = s.sources_failed - t.sources_failed,
      batches_missing = s.batches_missing - t.batches, source_batches_missing = s.source_batches_missing - t.source_batches,
      settled_at = null
    from (
      select
        count(*) filter (where kind = 'page' and outcome = 'ok') as ok,
        count(*) filter (where kind = 'page' and outcome = 'unchanged') as unchanged,
        count(*) filter (where kind = 'page' and outcome = 'failed') as failed,
        count(*) filter (where kind = 'page' and outcome = 'skipped') as skipped,
        count(*) filter (where kind = 'page') as pages,
        coalesce(sum(bytes) filter (where kind = 'page'), 0) as bytes,
        count(*) filter (where kind <> 'page') as sources,
        count(*) filter (where ${sourceFailedSql}) as sources_failed,
        coalesce(sum(announced_batches - entered) filter (where kind = 'page'), 0) as batches,
        coalesce(sum(announced_batches - entered) filter (where kind <> 'page'), 0) as source_batches
      from target
    ) t
    where s.id = $1
  ),
  reasons as (
    update bulk_job_site_reasons r set n = r.n - t.n
    from (select outcome, reason, count(*) as n from target where kind = 'page' group by outcome, reason) t
    where r.site_run_id = $1 and r.outcome = t.outcome and r.reason = t.reason
  ),
  members as (
    insert into bulk_job_site_hosts (host, site_run_id, served_at)
    select distinct host, $1::uuid, 'epoch'::timestamptz from reopened on conflict do nothing
  ),
  woken as (
    insert into hosts (host, wake_at)
    select distinct host, $2::timestamptz from reopened order by host
    on conflict (host) do update set wake_at = least(hosts.wake_at, excluded.wake_at)
  )
  select count(*)::int as n from target`
