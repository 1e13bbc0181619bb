import type { Site } from '@seine/contracts'
import { recordAudit } from '../audit/record-audit.ts'
import { at, type Sql } from '../database/sql.ts'
import { compareFile, rememberFile } from './file-entries.ts'

/** Who changes what a file says. */
export const sitesFileActor = 'sites.json'

export interface FileSite {
  readonly site: Site
  /** Of the entry as it is written. */
  readonly fingerprint: string
}

/** Names told in one entry of the audit. */
export const maxNamesAudited = 100

/**
 * Takes `sites.json` over. An entry that is the same as last time changes nothing, so what the API made of its site since stays, and if
 * that was deleted, deleted. One that is new or another overwrites the site of its name. A site that came from the file and is not
 * in it any more goes. The caller holds the lock `import`.
 */
export async function importSites(sql: Sql, entries: readonly FileSite[], nowMs: number): Promise<void> {
  const fingerprints = new Map(entries.map(({ site, fingerprint }) => [site.name, fingerprint]))
  const changes = await compareFile(sql, 'sites', fingerprints)
  const rows = entries.map(({ site }, position) => ({ name: site.name, config: site, enabled: site.enabled, position }))
  const written = await sql.query<{ name: string; isNew: boolean; isOther: boolean }>(
    `with r as (
       select * from json_to_recordset($1::json) as r(name text, config jsonb, enabled boolean, position int)
     ), before as (
       select s.name, s.config from sites s join r using (name)
     ), written as (
       insert into sites (name, config, version, enabled, position, imported_at, origin, updated_at, updated_by)
       select r.name, r.config, 1, r.enabled, r.position, $2::timestamptz, 'file', $2::timestamptz, $3 from r
       on conflict (name) do update set
         version = sites.version + case when sites.config = excluded.config then 0 else 1 end,
         updated_at = case when sites.config = excluded.config then sites.updated_at else excluded.updated_at end,
         updated_by = case when sites.config = excluded.config then sites.updated_by else excluded.updated_by end,
         config = excluded.config, enabled = excluded.enabled, position = excluded.position,
         imported_at = excluded.imported_at, origin = 'file'
       returning name, config
     )
     select w.name, b.name is null as "isNew", b.config is distinct from w.config as "isOther"
     from written w left join before b using (name)`,
    [JSON.stringify(rows.filter((row) => changes.changed.has(row.name))), at(nowMs), sitesFileActor],
  )
  const deleted = await sql.query<{ name: string }>(
    `delete from sites where origin = 'file' and name <> all($1::text[]) returning name`,
    [rows.map((row) => row.name)],
  )
  await sql.query(
    `update sites s set position = r.position from unnest($1::text[], $2::int[]) as r(name, position)
     where s.name = r.name and s.origin = 'file' and s.position <> r.position`,
    [rows.map((row) => row.name), rows.map((row) => row.position)],
  )
  await rememberFile(sql, 'sites', fingerprints, changes)

  const created = written.filter((row) => row.isNew).map((row) => row.name)
  const changed = written.filter((row) => !row.isNew && row.isOther).map((row) => row.name)
  await auditNames(sql, 'sites.imported', sitesFileActor, nowMs, {
    created,
    changed,
    deleted: deleted.map((row) => row.name),
  })
}

/** One entry for all that a file did, and none for nothing. */
export async function auditNames(
  sql: Sql,
  action: string,
  file: string,
  nowMs: number,
  names: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const some = Object.entries(names).filter(([, list]) => list.length > 0)
  if (some.length === 0) return
  const details = Object.fromEntries(
    some.map(([what, list]) => [what, { total: list.length, names: [...list].sort().slice(0, maxNamesAudited) }]),
  )
  await recordAudit(sql, { actor: file, correlationId: undefined }, { action, subject: file, details }, nowMs)
}
