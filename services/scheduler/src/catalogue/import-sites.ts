import type { Site } from '@seine/contracts'
import { at, type Database, locks } from '../database/sql.ts'

/** Makes the table `sites` say what the file says. An entry's version grows when it changes. */
export async function importSites(database: Database, sites: readonly Site[], nowMs: number): Promise<void> {
  const rows = sites.map((site, position) => ({ name: site.name, config: site, enabled: site.enabled, position }))
  await database.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock($1)', [locks.import])
    await sql.query(
      `insert into sites (name, config, version, enabled, position, imported_at)
       select r.name, r.config, 1, r.enabled, r.position, $2::timestamptz
       from json_to_recordset($1::json) as r(name text, config jsonb, enabled boolean, position int)
       on conflict (name) do update set
         version = sites.version + case when sites.config = excluded.config then 0 else 1 end,
         config = excluded.config, enabled = excluded.enabled, position = excluded.position,
         imported_at = excluded.imported_at`,
      [JSON.stringify(rows), at(nowMs)],
    )
    await sql.query('delete from sites where name <> all($1::text[])', [rows.map((row) => row.name)])
  })
}
