import { at, type Database, type Prepared, type Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'
import { slotLookaheadMs } from '../frontier/pace.ts'
import { sourceFailedSql } from '../frontier/reopen-urls.ts'
import { foldOutcomes, type ReceivedOutcome, reviveCancelled } from './fold-outcomes.ts'

export interface Applied {
  /** URLs that ended by this batch. */
  readonly done: number
  /** URLs that go back to wait. */
  readonly deferred: number
  /** Whether a site run has nothing pending any more, of pages or of sources, or met a shell: the clockwork has something to do. */
  readonly settled: boolean
}

const nothing: Applied = { done: 0, deferred: 0, settled: false }

/**
 * Moves the ledger by a batch of outcomes: the first final outcome of a URL counts, later ones only give back the host's
 * slot they held; a deferral counts where it is about the current lease, and is final where the URL or its site run has
 * used up its retries. Duplicates, unknown URLs and ended runs change
 * nothing, so a batch may come twice. Keeps I1 and I2. Locks site runs, URLs and hosts in order: appliers never deadlock.
 */
export function makeApplyOutcomes(database: Database) {
  return async (received: readonly ReceivedOutcome[], nowMs: number): Promise<Applied> => {
    if (received.length === 0) return nothing
    return database.hotTransaction((sql) => applyOutcomes(sql, received, nowMs))
  }
}

export async function applyOutcomes(sql: Sql, received: readonly ReceivedOutcome[], nowMs: number): Promise<Applied> {
  const refs = [...new Map(received.map((r) => [`${r.runId}.${r.site}`, r])).values()]
  await sql.query(lockSiteRuns, [refs.map((ref) => ref.runId), refs.map((ref) => ref.site)])
  const rows = foldOutcomes(received).map(({ outcome }) => {
    const o = reviveCancelled(outcome, nowMs)
    return {
      id: o.urlId,
      attempt: o.attempt,
      outcome: o.outcome,
      reason: o.reason,
      detail: o.detail ?? null,
      status: o.status,
      retry_at: at(o.retryAtMs ?? nowMs),
      counts_as_failure: o.countsAsFailure ?? false,
      host_due_at: o.hostDueAtMs === undefined ? null : at(o.hostDueAtMs - slotLookaheadMs),
      announced: o.announcedBatches,
      duration_ms: o.durationMs,
      bytes: Math.min(o.bytes, maxInt),
      etag: o.etag ?? null,
      last_modified: o.lastModified ?? null,
      content_page: o.content?.page ?? null,
      content_extraction: o.content?.extraction ?? null,
    }
  })
  const [result] = await sql.query<Applied>(moveLedger, [toJson(rows), at(nowMs)])
  return result ?? nothing
}

const maxInt = 2_147_483_647
/** Reason of a page that is a shell (`render: auto`). */
const needsBrowser = 'needs-browser'
/** What the detail of a page says that would have been tried again. */
const budgetSpent = 'the retry budget of the site run is spent'

const lockSiteRuns: Prepared = {
  name: 'lock-site-runs',
  text: `select s.id from bulk_job_sites s
     where (s.job_id, s.site) in (select * from unnest($1::uuid[], $2::text[])) order by s.id for no key update`,
}

const moveLedger: Prepared = {
  name: 'move-ledger',
  text: `
  with input as (
    select * from json_to_recordset($1::json) as i(id uuid, attempt int, outcome text, reason text, detail text, status smallint,
      retry_at timestamptz, counts_as_failure boolean, host_due_at timestamptz, announced int, duration_ms real, bytes int,
      etag text, last_modified text, content_page text, content_extraction text)
  ),
  target as materialized (
    select i.*, u.site_run_id, u.host, u.kind, u.failures, s.status = 'running' as active, s.max_attempts,
      greatest(s.retries_at_least, floor(s.retry_share * s.discovered)::int) - s.retries as retries_left,
      u.state as was, u.attempt as current, u.lease_until is not null as holds_slot
    from input i join urls u on u.id = i.id join bulk_job_sites s on s.id = u.site_run_id
    order by u.id for no key update of u
  ),
  counted_in as (
    select t.*, active and was <> 2 and (outcome <> 'deferred' or (was = 1 and attempt = current)) as counts,
      outcome = 'deferred' and counts_as_failure and failures + 1 >= max_attempts as exhausted
    from target t
  ),
  queued as (
    select c.*, counts and kind = 'page' and outcome = 'deferred' and counts_as_failure and not exhausted as retries
    from counted_in c
  ),
  -- The last retries of a site run's budget go to the first in line.
  verdict as (
    select q.*, outcome <> 'deferred' or exhausted or spent as final
    from (
      select q.*, retries and
        count(*) filter (where retries) over (partition by site_run_id order by id) > retries_left as spent
      from queued q
    ) q
  ),
  moved as (
    update urls u set
      state = case when v.final then 2 else 0 end,
      outcome = case when v.final then case when v.outcome = 'deferred' then 'failed' else v.outcome end end,
      reason = v.reason,
      needs_browser = u.needs_browser or (v.outcome = 'deferred' and v.reason = '${needsBrowser}'),
      detail = case when v.spent then concat_ws('; ', v.detail, '${budgetSpent}') else v.detail end,
      status = v.status,
      failures = u.failures + case when v.outcome = 'deferred' and v.counts_as_failure then 1 else 0 end,
      won_attempt = case when v.final then v.attempt else 0 end,
      next_attempt_at = case when v.final then u.next_attempt_at else v.retry_at end,
      -- A slot is given back by the attempt that holds it.
      lease_until = case when v.attempt = u.attempt then null else u.lease_until end,
      announced_batches = case when v.final then v.announced else 0 end,
      -- Kept while the page may turn out unchanged: where its record is.
      record_run_id = case when v.final and v.outcome <> 'unchanged' then null else u.record_run_id end,
      duration_ms = v.duration_ms,
      bytes = v.bytes,
      -- What was known before holds until another answer counts.
      etag = case when v.final and v.outcome <> 'unchanged' then v.etag else coalesce(v.etag, u.etag) end,
      last_modified = case when v.final and v.outcome <> 'unchanged' then v.last_modified
        else coalesce(v.last_modified, u.last_modified) end,
      content_page = case when v.final and v.outcome <> 'unchanged' then v.content_page else u.content_page end,
      content_extraction = case when v.final and v.outcome <> 'unchanged' then v.content_extraction
        else u.content_extraction end,
      done_at = case when v.final then $2::timestamptz end
    from verdict v where u.id = v.id and v.counts
    returning u.id, u.site_run_id, u.kind, u.optional, u.state, u.outcome, u.reason, u.status, u.bytes,
      u.announced_batches, u.won_attempt, v.retries and not v.spent as retried
  ),
  -- What is known of the row is asked of its copy: else the planner goes through all leases there are, for each outcome. Of a site run
  -- that has ended it waits again, should that be taken up.
  freed as (
    update urls u set lease_until = null, state = case when u.state = 1 then 0 else u.state end
    from verdict v where u.id = v.id and not v.counts and v.holds_slot and v.attempt = v.current
  ),
  tally as (
    select site_run_id,
      count(*) filter (where kind = 'page' and outcome = 'ok') as ok,
      count(*) filter (where kind = 'page' and outcome = 'unchanged') as unchanged,
      count(*) filter (where kind = 'page' and outcome = 'failed') as failed,
      count(*) filter (where kind = 'page' and outcome = 'skipped') as skipped,
      count(*) filter (where kind = 'page' and state = 2) as pages,
      count(*) filter (where retried) as retries,
      count(*) filter (where state = 0 and reason = '${needsBrowser}') as shells,
      coalesce(sum(bytes) filter (where kind = 'page' and state = 2), 0) as bytes,
      count(*) filter (where kind <> 'page' and state = 2) as sources,
      count(*) filter (where state = 2 and ${sourceFailedSql}) as sources_failed,
      coalesce(sum(announced_batches - entered) filter (where kind = 'page'), 0) as batches_missing,
      coalesce(sum(announced_batches - entered) filter (where kind <> 'page'), 0) as source_batches_missing
    from moved m cross join lateral (
      select case when m.announced_batches = 0 then 0
        else (select count(*) from discovery_batches b where b.url_id = m.id and b.attempt = m.won_attempt) end as entered
    ) b
    group by site_run_id
  ),
  counted as (
    update bulk_job_sites s set
      ok = s.ok + t.ok, unchanged = s.unchanged + t.unchanged, failed = s.failed + t.failed, skipped = s.skipped + t.skipped,
      pending = s.pending - t.pages, bytes = s.bytes + t.bytes,
      sources_pending = s.sources_pending - t.sources, sources_failed = s.sources_failed + t.sources_failed,
      batches_missing = s.batches_missing + t.batches_missing,
      source_batches_missing = s.source_batches_missing + t.source_batches_missing, retries = s.retries + t.retries,
      shells = s.shells + t.shells,
      shell_since = case when s.looks_for_shells and t.shells > 0 then coalesce(s.shell_since, $2::timestamptz)
        else s.shell_since end
    from tally t where s.id = t.site_run_id
    returning (t.pages > 0 and s.pending = 0) or (t.sources > 0 and s.sources_pending = 0) or t.shells > 0 as settled
  ),
  reasons as (
    insert into bulk_job_site_reasons (site_run_id, outcome, reason, n)
    select site_run_id, outcome, reason, count(*) from moved
    where state = 2 and kind = 'page' and outcome in ('failed', 'skipped')
    group by site_run_id, outcome, reason order by site_run_id, outcome, reason
    on conflict (site_run_id, outcome, reason) do update set n = bulk_job_site_reasons.n + excluded.n
  ),
  due as (
    select host, max(host_due_at) as due_at,
      avg(duration_ms) filter (where kind = 'page' and status > 0 and duration_ms > 0) as answer_ms
    from verdict group by host
  ),
  held as (
    select h.host from hosts h where h.host in (select host from due) order by h.host for no key update
  ),
  woken as (
    update hosts h set
      due_at = greatest(h.due_at, d.due_at),
      answer_ms = coalesce(0.7 * h.answer_ms + 0.3 * d.answer_ms, d.answer_ms, h.answer_ms),
      wake_at = least(h.wake_at, greatest(h.due_at, d.due_at, $2::timestamptz))
    from due d, held where h.host = d.host and held.host = h.host
  )
  select
    count(*) filter (where state = 2)::int as done,
    count(*) filter (where state <> 2)::int as deferred,
    coalesce((select bool_or(settled) from counted), false) as settled
  from moved`,
}
