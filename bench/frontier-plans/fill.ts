import type { Sql } from '../../services/scheduler/src/database/sql.ts'

/** Indexes that are made when the rows are in: that takes minutes less, and they are no other in the end but for being dense. */
const indexes = ['urls_claim', 'urls_slots', 'urls_ledger', 'urls_sources']

/** Runs `fill` with no index on `urls` but by id, and makes them again. */
export async function withoutIndexes(sql: Sql, fill: () => Promise<void>): Promise<void> {
  const made = await sql.query<{ definition: string }>(
    `select indexdef as definition from pg_indexes where tablename = 'urls' and indexname = any($1)`,
    [indexes],
  )
  for (const index of indexes) await sql.query(`drop index ${index}`)
  await sql.query('alter table urls drop constraint urls_pkey')
  await fill()
  await sql.query('alter table urls add primary key (id)')
  for (const { definition } of made) await sql.query(definition)
  await sql.query('vacuum analyze')
}

/**
 * Gives each site of a run pages whose URLs are about 60 characters long, a robots.txt and a sitemap; every tenth page has told of others.
 * The first `done` of its pages are fetched, the rest waits.
 */
export async function fillRun(
  sql: Sql,
  runId: string,
  { pages, done }: { pages: number; done: number },
): Promise<void> {
  await sql.query(
    `insert into urls (id, site_run_id, url, host, kind, source, depth, redirects, priority, state, outcome, status, attempt,
       won_attempt, next_attempt_at, etag, duration_ms, bytes, done_at, announced_batches)
     select md5(s.id::text || n)::uuid, s.id, 'https://' || s.site || '.test/range-' || n / 100 || '/some-product-name-' || n,
       s.site || '.test', case n when 0 then 'robots' when 1 then 'sitemap' else 'page' end, 'sitemap', 1, 0,
       case n when 0 then 0 when 1 then 1 else 3 end,
       case when n < $3 + 2 then 2 else 0 end, case when n < $3 + 2 then 'ok' end, case when n < $3 + 2 then 200 else 0 end,
       case when n < $3 + 2 then 1 else 0 end, case when n < $3 + 2 then 1 else 0 end, now(), '"' || n || '"', 12.5, 3000,
       case when n < $3 + 2 then now() end, case when n < $3 + 2 and n % 10 = 0 then 1 else 0 end
     from bulk_job_sites s cross join generate_series(0, $2::int + 1) n where s.job_id = $1`,
    [runId, pages, done],
  )
  await sql.query(
    `insert into discovery_batches (url_id, attempt, batch)
     select md5(s.id::text || n)::uuid, 1, 0 from bulk_job_sites s cross join generate_series(0, $2::int + 1, 10) n where s.job_id = $1`,
    [runId, done],
  )
  await sql.query(
    `update bulk_job_sites set discovered = $2, ok = $3, pending = $2::int - $3::int, admitted = $2, sources = 2, known_done = true,
       started_at = now() where job_id = $1`,
    [runId, pages, done],
  )
  await sql.query(
    `insert into bulk_job_site_hosts (host, site_run_id, served_at)
     select s.site || '.test', s.id, 'epoch' from bulk_job_sites s where s.job_id = $1`,
    [runId],
  )
  await sql.query(
    `insert into hosts (host, wake_at) select site || '.test', now() from bulk_job_sites where job_id = $1 on conflict do nothing`,
    [runId],
  )
}
