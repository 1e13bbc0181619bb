import type { RpcOutput, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'

/** Backlog of the runs that are active, from counters: cheap enough to be asked every few seconds. */
export function makeReadStats(database: Database) {
  return async (): Promise<RpcOutput<typeof schedulerRpc.stats>> => {
    const backlog = await database.query<{ pool: string; pages: number; sources: number }>(
      `select pool, sum(pending)::int as pages, sum(sources_pending)::int as sources
       from bulk_job_sites where status = 'running' group by pool`,
    )
    const leases = await database.query<{ pool: string; leased: number }>(
      `select s.pool, count(*)::int as leased from urls u join bulk_job_sites s on s.id = u.site_run_id
       where u.lease_until is not null and u.state = 1 group by s.pool`,
    )
    const [robots] = await database.query<{ n: number }>(
      `select count(*)::int as n from urls u join bulk_job_sites s on s.id = u.site_run_id
       where s.status = 'running' and s.step = 'preflight' and u.kind = 'robots' and u.state <> 2`,
    )
    const [active] = await database.query<{ n: number }>(
      `select count(*)::int as n from bulk_jobs where status in ('waiting', 'running')`,
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
      activeRuns: active?.n ?? 0,
      kinds: { robots: inRobots, sitemap: Math.max(0, sum('sources') - inRobots), page: sum('pages') },
    }
  }
}
