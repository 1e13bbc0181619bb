import type { Discovered } from '@seine/contracts'
import type { Database, Sql } from '../database/sql.ts'
import { type EnterSettings, enterUrls } from '../frontier/enter-urls.ts'
import { lockSiteRun, type SiteRunRow } from '../frontier/site-run-row.ts'

/**
 * Enters batches of discovered URLs, site run by site run, each batch once. A batch of a run that has ended or is
 * unknown changes nothing. Keeps I1: what an outcome announced and is entered here is no longer missing.
 */
export function makeEnterBatches(database: Database, settings: EnterSettings) {
  return async (batches: readonly Discovered[], nowMs: number): Promise<{ pending: number }> => {
    let pending = 0
    for (const group of bySiteRun(batches)) {
      pending += await database.transaction(async (sql) => {
        const run = await lockSiteRun(sql, group[0]!.runId, group[0]!.site)
        if (run === null || run.status !== 'running') return 0
        const fresh = await markEntered(sql, run, group)
        const candidates = fresh.flatMap((batch) => batch.urls)
        return (await enterUrls(sql, run, candidates, settings, nowMs)).pending
      })
    }
    return { pending }
  }
}

function bySiteRun(batches: readonly Discovered[]): Discovered[][] {
  const groups = new Map<string, Discovered[]>()
  for (const batch of batches) {
    const key = `${batch.runId}.${batch.site}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [batch])
    else group.push(batch)
  }
  return [...groups.values()]
}

/** Notes the batches and gives those that were not entered before. */
async function markEntered(sql: Sql, run: SiteRunRow, batches: readonly Discovered[]): Promise<Discovered[]> {
  const entered = await sql.query<{ urlId: string; attempt: number; batch: number }>(
    `with fresh as (
       insert into discovery_batches (url_id, attempt, batch)
       select * from unnest($2::uuid[], $3::int[], $4::int[]) on conflict do nothing
       returning url_id, attempt, batch
     ),
     awaited as (
       select count(*) filter (where u.kind = 'page') as pages, count(*) filter (where u.kind <> 'page') as sources
       from fresh f join urls u on u.id = f.url_id and u.state = 2 and u.won_attempt = f.attempt
     ),
     counted as (
       update bulk_job_sites s set batches_missing = s.batches_missing - a.pages,
         source_batches_missing = s.source_batches_missing - a.sources
       from awaited a where s.id = $1 and a.pages + a.sources > 0
     )
     select url_id as "urlId", attempt, batch from fresh`,
    [run.id, batches.map((b) => b.urlId), batches.map((b) => b.attempt), batches.map((b) => b.batch)],
  )
  const keys = new Set(entered.map((e) => `${e.urlId}:${e.attempt}:${e.batch}`))
  // The same batch twice in one delivery: once.
  return batches.filter((batch) => keys.delete(`${batch.urlId}:${batch.attempt}:${batch.batch}`))
}
