import { type PageChanges, pageIdOf } from '@seine/contracts'
import { allowLong, type Database, type Sql } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'

/**
 * Keeps what exports found changed. Each batch may come more than once and in any order: the changes of the latest export of a site run
 * are kept, those of earlier ones go. Keeps I2.
 */
export function makeApplyChanges(database: Database) {
  return async (batch: PageChanges): Promise<void> => {
    await database.transaction(async (sql) => {
      if (!(await isLatest(sql, batch))) return
      await insert(sql, batch)
    })
  }
}

/** Notes the attempt, and makes room for its changes where it is a new one. The lock it takes orders batches of one site run. */
async function isLatest(sql: Sql, { runId, site, attempt }: PageChanges): Promise<boolean> {
  const [known] = await sql.query<{ attempt: number }>(
    'select changes_attempt as attempt from bulk_job_sites where job_id = $1 and site = $2 for no key update',
    [runId, site],
  )
  if (known === undefined || attempt < known.attempt) return false
  if (attempt === known.attempt) return true
  await allowLong(sql)
  await sql.query('delete from page_changes where run_id = $1 and site = $2', [runId, site])
  await sql.query('update bulk_job_sites set changes_attempt = $3 where job_id = $1 and site = $2', [
    runId,
    site,
    attempt,
  ])
  return true
}

async function insert(sql: Sql, { runId, site, changes }: PageChanges): Promise<void> {
  const rows = changes.map(({ url, field, ...change }) => ({
    ...change,
    url,
    page_id: pageIdOf(site, url),
    field: field ?? '',
    fetched_at: change.fetchedAt,
  }))
  await sql.query(
    `insert into page_changes (page_id, run_id, field, site, url, change, old, new, difference, percent, name, reason, price,
       currency, at)
     select r.page_id, s.job_id, r.field, s.site, r.url, r.change, r.old, r.new, r.difference, r.percent, r.name, r.reason,
       r.price, r.currency, coalesce(r.fetched_at, s.started_at, now())
     from json_to_recordset($3::json) as r(page_id uuid, field text, url text, change text, old jsonb, new jsonb,
         difference double precision, percent double precision, name text, reason text, price double precision, currency text,
         fetched_at timestamptz)
       join bulk_job_sites s on s.job_id = $1 and s.site = $2
     on conflict (page_id, run_id, field) do nothing`,
    [runId, site, toJson(rows)],
  )
}
