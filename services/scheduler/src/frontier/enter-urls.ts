import { urlIdOf } from '@seine/contracts'
import { hostOf } from '@seine/urls'
import { urlStates } from '../database/entities.ts'
import { at, type Sql } from '../database/sql.ts'
import {
  type AdmissionLimits,
  type Candidate,
  type FreshResult,
  makeAdmission,
  priorityOf,
  type Verdict,
} from '../discovery/admission.ts'
import type { SiteRunRow } from './site-run-row.ts'

export interface EnterSettings extends AdmissionLimits {
  /** `skip_existing` takes over results younger than this. */
  readonly freshForMs: number
}

export interface Entered {
  /** Rows made. */
  readonly rows: number
  /** Of them, to be fetched. */
  readonly pending: number
}

/**
 * Enters URLs into a site run's frontier, each canonical URL once, and moves its counters by what was really inserted. The
 * caller holds the site run's lock and passes the row read under it; for a second call in one transaction it reads it again.
 * Keeps I1 and I2.
 */
export async function enterUrls(
  sql: Sql,
  run: SiteRunRow,
  candidates: readonly Candidate[],
  settings: EnterSettings,
  nowMs: number,
): Promise<Entered> {
  const byId = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const id = urlIdOf(run.jobId, run.site, candidate.url)
    if (!byId.has(id)) byId.set(id, candidate)
  }
  const known = await sql.query<{ id: string }>('select id from urls where id = any($1::uuid[])', [[...byId.keys()]])
  for (const { id } of known) byId.delete(id)
  if (byId.size === 0) return { rows: 0, pending: 0 }

  const fresh = await freshResults(sql, run, [...byId.values()], nowMs - settings.freshForMs)
  const judge = makeAdmission(run, settings)
  const rows: Row[] = []
  const dropped = new Map<string, number>()
  for (const [id, candidate] of byId) {
    const verdict = judge(candidate, fresh.get(candidate.url))
    if (verdict.to !== 'nowhere') rows.push(rowOf(id, candidate, verdict, nowMs))
    else if (verdict.reason !== null) dropped.set(verdict.reason, (dropped.get(verdict.reason) ?? 0) + 1)
  }
  if (rows.length === 0 && dropped.size === 0) return { rows: 0, pending: 0 }

  const drops = [...dropped].map(([reason, n]) => ({ reason, n }))
  await sql.query(insertSql, [run.id, run.attemptBase, at(nowMs), JSON.stringify(rows), JSON.stringify(drops)])
  return { rows: rows.length, pending: rows.filter((row) => row.state === urlStates.pending).length }
}

interface Row {
  id: string
  url: string
  host: string
  kind: string
  source: string
  depth: number
  redirects: number
  priority: number
  optional: boolean
  lastmod: string | null
  state: number
  outcome: string | null
  reason: string
  record_run_id: string | null
  done_at: string | null
}

function rowOf(id: string, candidate: Candidate, verdict: Exclude<Verdict, { to: 'nowhere' }>, nowMs: number): Row {
  const fresh = verdict.to === 'fresh' ? verdict.result : null
  return {
    id,
    url: candidate.url,
    host: hostOf(candidate.url),
    kind: candidate.kind,
    source: candidate.source,
    depth: candidate.depth,
    redirects: candidate.redirects,
    priority: priorityOf(candidate),
    optional: candidate.optional ?? false,
    lastmod: candidate.lastmod ?? null,
    state: verdict.to === 'pending' ? urlStates.pending : urlStates.done,
    outcome: verdict.to === 'pending' ? null : fresh === null ? 'skipped' : 'unchanged',
    reason: verdict.to === 'skipped' ? verdict.reason : fresh === null ? '' : 'fresh',
    record_run_id: fresh?.recordRunId ?? null,
    // The age of a result taken over is that of its fetch: else a daily run would keep one page fresh for ever.
    done_at: verdict.to === 'pending' ? null : at(fresh?.fetchedAtMs ?? nowMs),
  }
}

/** Results of the run before that `skip_existing` takes over, by URL. */
async function freshResults(
  sql: Sql,
  run: SiteRunRow,
  candidates: readonly Candidate[],
  notBeforeMs: number,
): Promise<Map<string, FreshResult>> {
  const previous = run.previousRunId
  if (!run.options.skip_existing || run.options.dry_run || previous === null) return new Map()
  const pages = candidates.filter((candidate) => candidate.kind === 'page')
  const rows = await sql.query<{ url: string; recordRunId: string | null; fetchedAtMs: number }>(
    `select url, record_run_id as "recordRunId", (extract(epoch from done_at) * 1000)::float8 as "fetchedAtMs"
     from urls where id = any($1::uuid[]) and state = ${urlStates.done} and outcome in ('ok', 'unchanged') and done_at > $2`,
    [pages.map((page) => urlIdOf(previous, run.site, page.url)), at(notBeforeMs)],
  )
  return new Map(
    rows.map((row) => [row.url, { recordRunId: row.recordRunId ?? previous, fetchedAtMs: row.fetchedAtMs }]),
  )
}

const insertSql = `
  with entered as (
    insert into urls (id, site_run_id, url, host, kind, source, depth, redirects, priority, optional, lastmod, state,
      outcome, reason, record_run_id, done_at, attempt, next_attempt_at)
    select r.id, $1::uuid, r.url, r.host, r.kind, r.source, r.depth, r.redirects, r.priority, r.optional, r.lastmod, r.state,
      r.outcome, r.reason, r.record_run_id, r.done_at, $2::int, $3::timestamptz
    from json_to_recordset($4::json) as r(id uuid, url text, host text, kind text, source text, depth int, redirects int,
      priority smallint, optional boolean, lastmod text, state smallint, outcome text, reason text, record_run_id uuid,
      done_at timestamptz)
    on conflict (id) do nothing
    returning kind, host, state, outcome, reason
  ),
  tally as (
    select
      count(*) filter (where kind = 'page') as pages,
      count(*) filter (where kind = 'page' and state = 0) as pending,
      count(*) filter (where kind = 'page' and outcome = 'unchanged') as unchanged,
      count(*) filter (where kind = 'page' and outcome = 'skipped') as skipped,
      count(*) filter (where kind = 'page' and (state = 0 or outcome = 'unchanged' or reason = 'dry-run')) as admitted,
      count(*) filter (where kind <> 'page') as sources,
      count(*) filter (where kind <> 'page' and state = 0) as sources_pending,
      count(*) filter (where kind <> 'page' and state <> 0) as sources_failed
    from entered
  ),
  counted as (
    update bulk_job_sites s set
      discovered = s.discovered + t.pages, pending = s.pending + t.pending, unchanged = s.unchanged + t.unchanged,
      skipped = s.skipped + t.skipped, admitted = s.admitted + t.admitted, sources = s.sources + t.sources,
      sources_pending = s.sources_pending + t.sources_pending,
      -- A sitemap that was not even asked for was not read either.
      sources_failed = s.sources_failed + t.sources_failed
        + (select count(*) from json_to_recordset($5::json) as d(reason text) where d.reason = 'sitemap-limit')
    from tally t where s.id = $1
  ),
  reasons as (
    insert into bulk_job_site_reasons (site_run_id, outcome, reason, n)
    select $1, outcome, reason, count(*) from entered
    where kind = 'page' and state <> 0 group by outcome, reason
    union all
    select $1, 'dropped', d.reason, d.n from json_to_recordset($5::json) as d(reason text, n int)
    on conflict (site_run_id, outcome, reason) do update set n = bulk_job_site_reasons.n + excluded.n
  ),
  members as (
    insert into bulk_job_site_hosts (host, site_run_id, served_at)
    select distinct host, $1::uuid, 'epoch'::timestamptz from entered where state = 0
    on conflict do nothing
  )
  insert into hosts (host, wake_at)
  select distinct host, $3::timestamptz from entered where state = 0 order by host
  on conflict (host) do update set wake_at = least(hosts.wake_at, excluded.wake_at)`
