import type { ContentKey, FetchTask } from '@seine/contracts'
import { at, type Database, type Prepared } from '../database/sql.ts'
import { firstPagePriority } from '../discovery/admission.ts'
import { longestAheadMs, maxAhead, sendAheadMs, slotLookaheadMs } from './pace.ts'

/** Hosts looked at by one claim. */
export const maxHostsPerClaim = 64
/** Tasks of one host in one claim: the subject's own limit is {@link maxOutstandingPerHost}. */
export const maxTasksPerHostPerClaim = 128
/** What the TASKS stream holds of one subject. */
export const maxOutstandingPerHost = 512

export interface Claimed {
  readonly tasks: FetchTask[]
  /** Hosts that were due and got a look. Zero: nothing to do until something wakes a host. */
  readonly hosts: number
}

/**
 * Takes what may be fetched now: for each host that is due, as many URLs as its credit allows, leased and counted as one
 * attempt more. A host's credit is its concurrency, and what may wait for a place of a host that answers fast, less what is out; paced by
 * its rate up to the next slot's look-ahead. Rate and concurrency are the strictest of the site runs that are active on the host, which
 * take turns URL by URL.
 *
 * Two statements in one transaction: the second has to see what was committed before the hosts were locked, or
 * a URL entered in between would not be woken again. Hosts locked by another scheduler are skipped. Keeps I4 and I5.
 */
export function makeClaim(database: Database, leaseMs: number) {
  return (nowMs: number): Promise<Claimed> =>
    database.hotTransaction(async (sql) => {
      const now = at(nowMs)
      const due = await sql.query<{ host: string }>(dueHosts, [now])
      if (due.length === 0) return { tasks: [], hosts: 0 }
      const hosts = due.map((row) => row.host)
      const rows = await sql.query<ClaimedRow>(claimTasks, [hosts, now, at(nowMs + leaseMs)])
      return { tasks: rows.map(taskOf), hosts: hosts.length }
    })
}

type ClaimedRow = Omit<FetchTask, 'etag' | 'lastModified' | 'known' | 'lookForShell'> & {
  etag: string | null
  lastModified: string | null
  known: ContentKey | null
  lookForShell: boolean
}

function taskOf({ etag, lastModified, known, lookForShell, ...task }: ClaimedRow): FetchTask {
  return {
    ...task,
    ...(etag === null ? {} : { etag }),
    ...(lastModified === null ? {} : { lastModified }),
    ...(known === null ? {} : { known }),
    ...(lookForShell ? { lookForShell } : {}),
  }
}

const dueHosts: Prepared = {
  name: 'due-hosts',
  text: `select host from hosts where wake_at <= $1 order by wake_at limit ${maxHostsPerClaim} for no key update skip locked`,
}

const claimTasks: Prepared = {
  name: 'claim-tasks',
  text: `
  with member as (
    select m.host, m.site_run_id, m.served_at, s.job_id, s.site, s.pool, s.rate_per_second, s.concurrency,
      s.looks_for_shells, s.shell_since is not null as holds_pages
    from bulk_job_site_hosts m join bulk_job_sites s on s.id = m.site_run_id join bulk_jobs j on j.id = s.job_id
    -- Not of a paused run.
    where m.host = any($1::text[]) and s.status = 'running' and j.status = 'running'
  ),
  room as (
    select h.host, h.due_at, greatest(h.due_at, $2::timestamptz - interval '${slotLookaheadMs} ms') as paced_from,
      p.rate, p.free
    from hosts h cross join lateral (
      select min(m.rate_per_second) as rate,
        least(min(m.concurrency) + case
          when bool_and(m.pool = 'http') and h.answer_ms <= min(m.concurrency) * ${longestAheadMs}
            then least(ceil(min(m.concurrency) * ${sendAheadMs} / greatest(h.answer_ms, 1)), ${maxAhead})::int
          else 0 end, ${maxOutstandingPerHost}) - (
          select count(*) from urls u where u.host = h.host and u.lease_until is not null
        ) as free
      from member m where m.host = h.host
    ) p
    where h.host = any($1::text[])
  ),
  credit as (
    select *, case when due_at > $2::timestamptz or free is null then 0 else
      greatest(0, least(free, ${maxTasksPerHostPerClaim},
        greatest(1, floor(extract(epoch from $2::timestamptz - paced_from) * rate)::bigint)))
      end as n
    from room
  ),
  candidate as (
    select c.host, m.site_run_id, m.served_at, c.n, u.id,
      row_number() over (partition by c.host, m.site_run_id order by u.priority, u.next_attempt_at) as turn
    from credit c join member m on m.host = c.host cross join lateral (
      select id, priority, next_attempt_at from urls u
      where u.state = 0 and u.host = c.host and u.site_run_id = m.site_run_id and u.next_attempt_at <= $2::timestamptz
        -- While it is not known whether a browser has to fetch them. By priority, which the index has.
        and u.priority < case when m.holds_pages then ${firstPagePriority} else 32767 end
      order by u.priority, u.next_attempt_at limit c.n for no key update skip locked
    ) u
    where c.n > 0
  ),
  chosen as (
    select * from (
      select *, row_number() over (partition by host order by turn, served_at, site_run_id) as seat from candidate
    ) seated where seat <= n
  ),
  leased as (
    update urls u set state = 1, attempt = u.attempt + 1, leased_at = $2::timestamptz, lease_until = $3::timestamptz
    from chosen c where u.id = c.id
    returning u.id, u.site_run_id, u.host, u.kind, u.url, u.attempt, u.failures, u.depth, u.redirects, u.priority,
      u.needs_browser, u.record_run_id, u.etag, u.last_modified, u.content_page, u.content_extraction
  ),
  taken as (
    select host, count(*) as n from chosen group by host
  ),
  served as (
    update bulk_job_site_hosts m set served_at = $2::timestamptz
    from (select distinct host, site_run_id from chosen) c where m.host = c.host and m.site_run_id = c.site_run_id
  ),
  paced as (
    update hosts h set
      due_at = case when t.n is null then h.due_at else c.paced_from + t.n / c.rate * interval '1 second' end,
      wake_at = case
        when c.free is null then null
        when h.due_at > $2::timestamptz then h.due_at
        -- All slots held: an outcome wakes the host.
        when c.free <= coalesce(t.n, 0) then null
        when t.n = c.n then greatest($2::timestamptz, c.paced_from + t.n / c.rate * interval '1 second')
        else (
          select min(u.next_attempt_at) from member m join urls u on u.host = m.host and u.site_run_id = m.site_run_id
          where m.host = h.host and u.state = 0 and u.next_attempt_at > $2::timestamptz
        )
      end
    from credit c left join taken t on t.host = c.host
    where h.host = c.host
  )
  select l.id as "urlId", m.job_id as "runId", m.site, l.kind, l.url, l.attempt, l.failures, l.depth, l.redirects,
    j.correlation_id as "correlationId",
    -- A browser is for pages: files are read as they are sent.
    case when l.kind = 'page' and (m.pool = 'browser' or (m.looks_for_shells and l.needs_browser)) then 'browser'
      else 'http' end as pool,
    l.kind = 'page' and m.pool = 'http' and m.looks_for_shells and not l.needs_browser as "lookForShell",
    -- Only where there is a record to be taken over.
    case when l.record_run_id is not null then l.etag end as etag,
    case when l.record_run_id is not null then l.last_modified end as "lastModified",
    case when l.record_run_id is not null and l.content_page is not null
      then json_build_object('page', l.content_page, 'extraction', l.content_extraction) end as known
  from leased l join member m on m.host = l.host and m.site_run_id = l.site_run_id join bulk_jobs j on j.id = m.job_id
  order by l.priority`,
}
