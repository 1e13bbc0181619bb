import { urlStates } from '../database/entities.ts'
import type { Sql } from '../database/sql.ts'
import type { Candidate } from '../discovery/admission.ts'
import { type TrapCount, trapKeysOf } from '../discovery/trap-caps.ts'

/** What a site run has counted under the keys of these candidates. Most have none: then nothing is asked. */
export async function readTrapCounts(
  sql: Sql,
  siteRunId: string,
  candidates: Iterable<Candidate>,
): Promise<TrapCount[]> {
  const keys = [...candidates].flatMap(trapKeysOf)
  if (keys.length === 0) return []
  return sql.query<TrapCount>(
    `select kind, key, n from bulk_job_site_traps
     where site_run_id = $1 and (kind, key) in (select * from unnest($2::text[], $3::text[]))`,
    [siteRunId, keys.map(({ kind }) => kind), keys.map(({ key }) => key)],
  )
}

/** Adds what was entered. The caller holds the site run's lock. */
export async function addTrapCounts(sql: Sql, siteRunId: string, counts: readonly TrapCount[]): Promise<void> {
  if (counts.length === 0) return
  await sql.query(
    `insert into bulk_job_site_traps (site_run_id, kind, key, n)
     select $1, * from unnest($2::text[], $3::text[], $4::int[])
     on conflict (site_run_id, kind, key) do update set n = bulk_job_site_traps.n + excluded.n`,
    [siteRunId, counts.map(({ kind }) => kind), counts.map(({ key }) => key), counts.map(({ n }) => n)],
  )
}

/**
 * Takes pages that were cut off as traps out of the ledger again, so that they are judged anew: a sitemap names them now, and
 * what becomes of a page must not depend on whether its sitemap or a link to it was read first.
 */
export async function forgetTrapped(sql: Sql, siteRunId: string, ids: readonly string[]): Promise<void> {
  await sql.query(
    `with gone as (
       delete from urls where id = any($2::uuid[]) and site_run_id = $1 and state = ${urlStates.done}
         and outcome = 'skipped' and reason like 'trap-%' returning reason
     ),
     counted as (
       update bulk_job_sites s set discovered = s.discovered - g.n, skipped = s.skipped - g.n
       from (select count(*) as n from gone) g where s.id = $1
     )
     update bulk_job_site_reasons r set n = r.n - g.n
     from (select reason, count(*) as n from gone group by reason) g
     where r.site_run_id = $1 and r.outcome = 'skipped' and r.reason = g.reason`,
    [siteRunId, ids],
  )
}
