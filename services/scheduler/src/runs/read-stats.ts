import type { RpcOutput, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

/** Backlog of the runs that are active, from counters: cheap enough to be asked every few seconds. */
export function makeReadStats(database: Database) {
  return async (): Promise<RpcOutput<typeof schedulerRpc.stats>> => {
    // Pages that are held for a browser are what brings one up.
    const backlog = await database.query<{ pool: string; pages: number; sources: number }>(
      `select b.pool, sum(b.pages)::int as pages, sum(b.sources)::int as sources
       from bulk_job_sites s join bulk_jobs j on j.id = s.job_id cross join lateral (values
         (case when s.shell_since is null then s.pool else 'browser' end, s.pending, 0),
         ('http', 0, s.sources_pending)
       ) as b(pool, pages, sources)
       where s.status = 'running' and j.status = 'running' group by b.pool having b.pool = 'http' or sum(b.pages) > 0`,
    )
    const leases = await database.query<{ pool: string; leased: number }>(
      `select case when u.kind = 'page' and (s.pool = 'browser' or (s.looks_for_shells and u.needs_browser))
         then 'browser' else 'http' end as pool, count(*)::int as leased
       from urls u join bulk_job_sites s on s.id = u.site_run_id
       where u.lease_until is not null and u.state = 1 group by 1`,
    )
    const [robots] = await database.query<{ n: number }>(
      `select count(*)::int as n from urls u join bulk_job_sites s on s.id = u.site_run_id
       where s.status = 'running' and s.step = 'preflight' and u.kind = 'robots' and u.state <> 2`,
    )
    const [runs] = await database.query<{ active: number; paused: number }>(
      `select count(*) filter (where status in ('waiting', 'running'))::int as active,
         count(*) filter (where status = 'paused')::int as paused
       from bulk_jobs where status in ('waiting', 'running', 'paused')`,
    )
    const [size] = await database.query<{ sizeBytes: number; connections: number }>(
      `select pg_database_size(current_database())::float8 as "sizeBytes",
         (select count(*)::int from pg_stat_activity where datname = current_database()) as connections`,
    )
    const leasedIn = new Map(leases.map((row) => [row.pool, row.leased]))
    const pools = Object.fromEntries(
      backlog.map((row) => {
        const leased = leasedIn.get(row.pool) ?? 0
        return [row.pool, { pending: Math.max(0, row.pages + row.sources - leased), leased }]
      }),
    )
    const sum = (key: 'pages' | 'sources') => backlog.reduce((total, row) => total + row[key], 0)
    const inRobots = robots?.n ?? 0
    return {
      pools,
      activeRuns: runs?.active ?? 0,
      pausedRuns: runs?.paused ?? 0,
      database: size ?? { sizeBytes: 0, connections: 0 },
      kinds: { robots: inRobots, sitemap: Math.max(0, sum('sources') - inRobots), page: sum('pages') },
    }
  }
}
