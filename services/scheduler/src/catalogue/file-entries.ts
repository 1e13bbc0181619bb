import type { Sql } from '../database/sql.ts'

export type CatalogueFile = 'sites' | 'policies'

/** What of a file is another than when it was last taken over. */
export interface FileChanges {
  readonly changed: ReadonlySet<string>
  /** Names that are not in it any more. */
  readonly gone: readonly string[]
  /** It was taken over before. */
  readonly isKnown: boolean
}

/** Compares a file, as fingerprints by name, with what was last taken over of it. The caller holds the lock `import`. */
export async function compareFile(
  sql: Sql,
  file: CatalogueFile,
  fingerprints: ReadonlyMap<string, string>,
): Promise<FileChanges> {
  const rows = await sql.query<{ name: string; fingerprint: string }>(
    'select name, fingerprint from catalogue_file_entries where file = $1',
    [file],
  )
  const known = new Map(rows.map((row) => [row.name, row.fingerprint]))
  const changed = [...fingerprints].filter(([name, fingerprint]) => known.get(name) !== fingerprint)
  return {
    changed: new Set(changed.map(([name]) => name)),
    gone: [...known.keys()].filter((name) => !fingerprints.has(name)),
    isKnown: known.size > 0,
  }
}

/** Remembers a file as taken over. */
export async function rememberFile(
  sql: Sql,
  file: CatalogueFile,
  fingerprints: ReadonlyMap<string, string>,
  { changed, gone }: FileChanges,
): Promise<void> {
  await sql.query('delete from catalogue_file_entries where file = $1 and name = any($2::text[])', [file, gone])
  const names = [...changed]
  await sql.query(
    `insert into catalogue_file_entries (file, name, fingerprint)
     select $1, n, f from unnest($2::text[], $3::text[]) as r(n, f)
     on conflict (file, name) do update set fingerprint = excluded.fingerprint`,
    [file, names, names.map((name) => fingerprints.get(name))],
  )
}
