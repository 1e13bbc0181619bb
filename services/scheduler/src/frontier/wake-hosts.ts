import { at, type Sql } from '../database/sql.ts'

/** Wakes the hosts of site runs that start or go on: claims that looked before found nobody active there. */
export async function wakeHosts(sql: Sql, siteRunIds: readonly string[], nowMs: number): Promise<void> {
  await sql.query(
    `with held as (
       select h.host from hosts h
       where h.host in (select host from bulk_job_site_hosts where site_run_id = any($1::uuid[])) order by h.host for no key update
     )
     update hosts h set wake_at = least(h.wake_at, $2::timestamptz) from held where h.host = held.host`,
    [siteRunIds, at(nowMs)],
  )
}

/**
 * Wakes hosts of running site runs that wait for nothing although they have URLs: a claim that met a locked row whose
 * transaction then failed has put the host to sleep. Cheap, and done every few seconds so that no order of crashes leaves a run hanging.
 * A host whose slots are all out is not asleep by accident: an outcome wakes it, or the end of a lease. Of thousands of hosts at work
 * most are like that at any moment, and looking at each of them in vain would be most of what this costs.
 */
export async function rearmHosts(sql: Sql, nowMs: number): Promise<void> {
  await sql.query(
    `with asleep as (
       select h.host from hosts h
       where h.wake_at is null and exists (
         select 1 from bulk_job_site_hosts m join bulk_job_sites s on s.id = m.site_run_id join bulk_jobs j on j.id = s.job_id
         where m.host = h.host and s.status = 'running' and j.status = 'running'
           and (select count(*) from urls u where u.host = h.host and u.lease_until is not null) < s.concurrency
           and exists (select 1 from urls u where u.state = 0 and u.host = m.host and u.site_run_id = m.site_run_id)
       )
       order by h.host for no key update of h skip locked
     )
     update hosts h set wake_at = $1::timestamptz from asleep a where h.host = a.host`,
    [at(nowMs)],
  )
}
