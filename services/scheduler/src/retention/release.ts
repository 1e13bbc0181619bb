import type { RemoveArtifacts } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { at, type Database } from '../database/sql.ts'

/** Rows deleted by one statement: short locks, and a vacuum that keeps up. */
const defaultRowsAtOnce = 10_000

/**
 * Lets go of site runs, in two steps so that a scheduler that dies between them is taken over: from `begin` on nobody goes on with the site run,
 * `finish` clears away whatever was begun. What it counted, and its place in the list of runs, stay.
 */
export function makeRelease(deps: {
  database: Database
  publishRemoval: (message: RemoveArtifacts) => Promise<void>
  nowMs: () => number
  log: Logger
  /** Absent: {@link defaultRowsAtOnce}. */
  rowsAtOnce?: number
}) {
  const { database, nowMs, rowsAtOnce = defaultRowsAtOnce } = deps

  /**
   * Goes through the rows once, by URL, and deletes by key: every statement costs what its own rows cost, however many were deleted before it
   * and however large the tables are. Rows go last, since what is left of a broken round is found by them.
   */
  async function clearRows(id: string): Promise<void> {
    for (let afterUrl: string | undefined = ''; afterUrl !== undefined; ) {
      const rows: { id: string; url: string }[] = await database.query(
        `select id, url from urls where site_run_id = $1 and url > $2 order by url limit ${rowsAtOnce}`,
        [id, afterUrl],
      )
      const ids = rows.map((row) => row.id)
      await database.query('delete from discovery_batches where url_id = any($1::uuid[])', [ids])
      await database.query('delete from urls where id = any($1::uuid[])', [ids])
      afterUrl = rows.at(-1)?.url
    }
  }

  /** The archive goes with the last of the run's sites. */
  async function clearRun(runId: string): Promise<void> {
    const left = await database.query('select 1 from bulk_job_sites where job_id = $1 and cleared_at is null limit 1', [
      runId,
    ])
    if (left.length > 0) return
    await deps.publishRemoval({ runId, site: null })
    await database.query('delete from bulk_job_progress where job_id = $1', [runId])
    await database.query('update bulk_jobs set archive = null, archive_parts = null where id = $1', [runId])
    // Their files lay among the run's.
    await database.query('delete from run_diffs where after_run_id = $1', [runId])
  }

  return {
    /** Does nothing where the site run is under way again, or is begun already. */
    async begin(id: string): Promise<void> {
      await database.query(
        `update bulk_job_sites s set released_at = $2::timestamptz, artifacts = '[]', stored_pages = null
         from bulk_jobs j where s.id = $1 and j.id = s.job_id and s.released_at is null
           and s.status in ('completed', 'failed', 'cancelled') and j.status in ('completed', 'failed', 'cancelled')`,
        [id, at(nowMs())],
      )
    },
    async finish(): Promise<void> {
      const begun = await database.query<{ id: string; runId: string; site: string }>(
        'select id, job_id as "runId", site from bulk_job_sites where released_at is not null and cleared_at is null limit 100',
      )
      for (const { id, runId, site } of begun) {
        await clearRows(id)
        for (const table of ['bulk_job_site_hosts', 'bulk_job_site_traps'])
          await database.query(`delete from ${table} where site_run_id = $1`, [id])
        await database.query('delete from bulk_job_progress where job_id = $1 and site = $2', [runId, site])
        await deps.publishRemoval({ runId, site })
        await database.query('update bulk_job_sites set cleared_at = $2::timestamptz where id = $1', [id, at(nowMs())])
        await clearRun(runId)
        deps.log.info('results and files of a site run are let go of', { run: runId, site })
      }
    },
  }
}
