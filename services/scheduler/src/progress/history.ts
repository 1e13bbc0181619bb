import type { Database } from '../database/sql.ts'

/** How the last complete run of a site went. */
export interface SiteHistory {
  readonly durationMs: number
  readonly pagesPerSecond: number
}

/** Histories of a run's sites, read once a run. A site without a complete run is not in it. */
export function makeHistories(database: Database) {
  const byRun = new Map<string, Map<string, SiteHistory>>()

  async function load(runId: string): Promise<Map<string, SiteHistory>> {
    const rows = await database.query<{ site: string; pages: number; durationMs: number }>(
      `select distinct on (s.site) s.site, s.ok + s.unchanged + s.failed as pages,
         (extract(epoch from s.finished_at - s.started_at) * 1000)::float8 as "durationMs"
       from bulk_job_sites s join bulk_jobs j on j.id = s.job_id
       where s.status = 'completed' and not (j.options->>'dry_run')::boolean
         and s.site in (select site from bulk_job_sites where job_id = $1)
       order by s.site, s.finished_at desc`,
      [runId],
    )
    return new Map(
      rows.map(({ site, pages, durationMs }) => [
        site,
        { durationMs, pagesPerSecond: durationMs > 0 ? (pages / durationMs) * 1_000 : 0 },
      ]),
    )
  }

  return {
    async of(runId: string): Promise<ReadonlyMap<string, SiteHistory>> {
      const known = byRun.get(runId)
      if (known !== undefined) return known
      const loaded = await load(runId)
      byRun.set(runId, loaded)
      return loaded
    },
    keep(runIds: ReadonlySet<string>): void {
      for (const runId of byRun.keys()) if (!runIds.has(runId)) byRun.delete(runId)
    },
  }
}
