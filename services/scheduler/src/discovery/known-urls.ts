import type { Source } from '@seine/contracts'
import { makeScope } from '@seine/urls'
import type { Sql } from '../database/sql.ts'
import { type EnterSettings, enterUrls } from '../frontier/enter-urls.ts'
import type { SiteRunRow } from '../frontier/site-run-row.ts'
import type { Candidate } from './admission.ts'

/** URLs taken over in one transaction. */
const perRound = 5_000

/**
 * Enters the next of the pages that the run before had and that are still in scope, so that one which no source names
 * any more is asked for rather than believed gone (I6). Called again until the row says `known_done`. The caller holds the lock.
 */
export async function enterKnownUrls(sql: Sql, run: SiteRunRow, settings: EnterSettings, nowMs: number): Promise<void> {
  const rows = run.previousRunId === null ? [] : await nextKnown(sql, run, run.previousRunId)
  const inScope = makeScope(run.plan.site)
  const candidates = rows
    .filter((row) => inScope(row.url).allowed && row.depth <= run.plan.site.maxDepth)
    .map(
      (row): Candidate => ({
        url: row.url,
        kind: 'page',
        source: 'known' satisfies Source,
        depth: row.depth,
        redirects: 0,
      }),
    )
  await enterUrls(sql, run, candidates, settings, nowMs)
  await sql.query('update bulk_job_sites set known_after = coalesce($2, known_after), known_done = $3 where id = $1', [
    run.id,
    rows.at(-1)?.url ?? null,
    rows.length < perRound,
  ])
}

function nextKnown(sql: Sql, run: SiteRunRow, previousRunId: string): Promise<{ url: string; depth: number }[]> {
  // Of pages that are unchanged the links are not seen: what they lead to and failed last time is found here or never, but
  // what only this list still knows is let go.
  return sql.query(
    `select u.url, u.depth from urls u
     where u.site_run_id = (select id from bulk_job_sites where job_id = $1 and site = $2) and u.kind = 'page'
       and (u.outcome in ('ok', 'unchanged') or (u.source <> 'known' and (u.outcome = 'failed' or u.reason = 'robots')))
       and u.url > $3 order by u.url limit ${perRound}`,
    [previousRunId, run.site, run.knownAfter ?? ''],
  )
}
