import type { Database } from '../database/sql.ts'

/** Failed pages of one site run with one reason, so far. */
export interface Failures {
  readonly siteRunId: string
  readonly site: string
  readonly reason: string
  readonly pages: number
  /** No page of the site is left: it is the last word. */
  readonly isLast: boolean
}

/** Kinds of failures of one run that are looked at. */
const maxKinds = 2_000

/**
 * Says which failures are worth a line in a log: the first, then each time there are twice as many, and how many there were in
 * the end. A million failures are twenty lines, not a million.
 */
export function makeFailureTally() {
  const told = new Map<string, number>()
  return {
    due(all: readonly Failures[]): Failures[] {
      return all.filter((failures) => {
        const before = told.get(keyOf(failures)) ?? 0
        const { pages, isLast } = failures
        const isDue = pages >= Math.max(1, before * 2) || (isLast && pages > before)
        if (isDue) told.set(keyOf(failures), pages)
        return isDue
      })
    },
    /** Forgets the site runs that are none of these. */
    keep(siteRunIds: ReadonlySet<string>): void {
      for (const key of told.keys()) if (!siteRunIds.has(key.slice(0, key.indexOf(' ')))) told.delete(key)
    },
  }
}

const keyOf = ({ siteRunId, reason }: Failures): string => `${siteRunId} ${reason}`

export function readFailures(database: Database, runId: string): Promise<Failures[]> {
  return database.query(
    `select s.id as "siteRunId", s.site, r.reason, r.n as pages, s.step = 'export' as "isLast"
     from bulk_job_sites s join bulk_job_site_reasons r on r.site_run_id = s.id and r.outcome = 'failed' and r.n > 0
     where s.job_id = $1 and s.status = 'running' order by s.position, r.reason limit ${maxKinds}`,
    [runId],
  )
}
