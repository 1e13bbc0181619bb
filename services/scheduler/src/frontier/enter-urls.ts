import { type Source, urlIdOf } from '@seine/contracts'
import { hostOf } from '@seine/urls'
import { urlStates } from '../database/entities.ts'
import { at, type Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'
import {
  type AdmissionLimits,
  type Candidate,
  makeAdmission,
  priorityOf,
  type Verdict,
} from '../discovery/admission.ts'
import { modifiedSince, type PriorResult, priorResults } from '../discovery/prior-results.ts'
import { isFollowed, makeTrapCaps } from '../discovery/trap-caps.ts'
import type { SiteRunRow } from './site-run-row.ts'
import { addTrapCounts, forgetTrapped, readTrapCounts } from './trap-counts.ts'

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
  const there = await sql.query<{ id: string; source: Source; reason: string }>(
    'select id, source, reason from urls where id = any($1::uuid[])',
    [[...byId.keys()]],
  )
  const listed = there.filter((row) => row.reason.startsWith('trap-') && !isFollowed(byId.get(row.id)!))
  if (listed.length > 0) await forgetTrapped(sql, run.id, idsOf(listed))
  const stay = listed.length === 0 ? there : there.filter((row) => !listed.includes(row))
  await improveSources(sql, stay, byId)
  for (const id of idsOf(stay)) byId.delete(id)
  if (byId.size === 0) return { rows: 0, pending: 0 }

  const priors = await priorResults(sql, run, [...byId.values()])
  const freshSinceMs = run.options.skip_existing ? nowMs - settings.freshForMs : Number.POSITIVE_INFINITY
  const traps = makeTrapCaps(await readTrapCounts(sql, run.id, byId.values()))
  const judge = makeAdmission({ ...run, discovered: run.discovered - listed.length }, settings, traps)
  const rows: Row[] = []
  const dropped = new Map<string, number>()
  for (const [id, candidate] of byId) {
    const prior = priors.get(candidate.url)
    const verdict = judge(candidate, prior !== undefined && prior.fetchedAtMs > freshSinceMs ? prior : undefined)
    if (verdict.to !== 'nowhere') rows.push(rowOf(id, candidate, verdict, prior, nowMs))
    else if (verdict.reason !== null) dropped.set(verdict.reason, (dropped.get(verdict.reason) ?? 0) + 1)
  }
  if (rows.length === 0 && dropped.size === 0) return { rows: 0, pending: 0 }

  const drops = [...dropped].map(([reason, n]) => ({ reason, n }))
  await sql.query(insertSql, [run.id, run.attemptBase, at(nowMs), toJson(rows), toJson(drops)])
  await addTrapCounts(sql, run.id, traps.counted())
  return { rows: rows.length, pending: rows.filter((row) => row.state === urlStates.pending).length }
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id)

/** What says more about where a page stands goes first: one that only the run before knew may be gone from the site. */
const sourceRanks: Record<Source, number> = { start: 0, robots: 0, sitemap: 1, link: 2, redirect: 2, known: 3 }

/** A page that was entered as known, or by a link, and is named by a better source now. */
async function improveSources(
  sql: Sql,
  there: readonly { id: string; source: Source }[],
  candidates: ReadonlyMap<string, Candidate>,
): Promise<void> {
  const better = there.flatMap(({ id, source }) => {
    const candidate = candidates.get(id)!
    return sourceRanks[candidate.source] < sourceRanks[source] ? [{ id, ...candidate }] : []
  })
  if (better.length === 0) return
  await sql.query(
    `update urls u set source = b.source, lastmod = coalesce(b.lastmod, u.lastmod)
     from unnest($1::uuid[], $2::text[], $3::text[]) as b(id, source, lastmod) where u.id = b.id`,
    [better.map((b) => b.id), better.map((b) => b.source), better.map((b) => b.lastmod ?? null)],
  )
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
  etag: string | null
  last_modified: string | null
  content_page: string | null
  content_extraction: string | null
}

function rowOf(
  id: string,
  candidate: Candidate,
  verdict: Exclude<Verdict, { to: 'nowhere' }>,
  prior: PriorResult | undefined,
  nowMs: number,
): Row {
  const known = verdict.to === 'skipped' ? undefined : prior
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
    // Also of a page to be fetched: where its record is, should it not have changed.
    record_run_id: known?.recordRunId ?? null,
    // The age of a result taken over is that of its fetch: else a daily run would keep one page fresh for ever.
    done_at: verdict.to === 'pending' ? null : at(fresh?.fetchedAtMs ?? nowMs),
    etag: known?.etag ?? null,
    last_modified: known === undefined ? null : modifiedSince(known, candidate.lastmod),
    content_page: known?.content?.page ?? null,
    content_extraction: known?.content?.extraction ?? null,
  }
}

const insertSql = `
  with entered as (
    insert into urls (id, site_run_id, url, host, kind, source, depth, redirects, priority, optional, lastmod, state,
      outcome, reason, record_run_id, done_at, etag, last_modified, content_page, content_extraction, attempt,
      next_attempt_at)
    select r.id, $1::uuid, r.url, r.host, r.kind, r.source, r.depth, r.redirects, r.priority, r.optional, r.lastmod, r.state,
      r.outcome, r.reason, r.record_run_id, r.done_at, r.etag, r.last_modified, r.content_page, r.content_extraction, $2::int,
      $3::timestamptz
    from json_to_recordset($4::json) as r(id uuid, url text, host text, kind text, source text, depth int, redirects int,
      priority smallint, optional boolean, lastmod text, state smallint, outcome text, reason text, record_run_id uuid,
      done_at timestamptz, etag text, last_modified text, content_page text, content_extraction text)
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
