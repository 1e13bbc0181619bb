import { allowLong, at, type Database } from '../database/sql.ts'

/** What changed of a page stays longer: it is asked for by its URL. */
const keptDays = 180
/** Rows deleted by one statement; the rest at the next look. */
const rowsAtOnce = 10_000

/** Forgets pages that their site's runs have not had for half a year: a site that makes up URLs must not fill the table for ever. */
export async function forgetPages(database: Database, nowMs: number): Promise<void> {
  await database.transaction(async (sql) => {
    await allowLong(sql)
    await sql.query(
      `delete from site_pages where id in (
         select p.id from site_pages p join site_exports e on e.site = p.site
         where p.last_at < $1::timestamptz and p.last_run_id <> e.run_id limit ${rowsAtOnce}
       )`,
      [at(nowMs - keptDays * 86_400_000)],
    )
  })
}
