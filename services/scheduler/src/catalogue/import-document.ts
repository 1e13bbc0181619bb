import { RpcError } from '@seine/bus'
import { readSiteEntry } from '@seine/catalogue'
import {
  type ImportReport,
  maxImportEntriesShown,
  type RpcRequest,
  type Site,
  type schedulerRpc,
  siteSchema,
} from '@seine/contracts'
import { type Doer, recordAudit } from '../audit/record-audit.ts'
import type { Sql } from '../database/sql.ts'
import { type ChangeSitesDeps, insertSite, updateSite } from './change-sites.ts'
import { changedFields } from './changed-fields.ts'
import { maxNamesAudited } from './import-sites.ts'

type Row = ImportReport['entries'][number]

const maxProblemsShown = 20

/**
 * Takes a `sites.json` over that came by the API: its sites are added or changed, all of them or, where one is invalid, none. Sites that it
 * does not name stay.
 */
export function makeImportDocument({ database, policies, nowMs }: ChangeSitesDeps) {
  return async (
    { entries, dryRun }: RpcRequest<typeof schedulerRpc.importSites>,
    doer: Doer,
  ): Promise<ImportReport> => {
    const read = await readEntries(entries, await policies())
    return database.transaction(async (sql) => {
      const sites = read.flatMap((one) => (one.site === null ? [] : [one.site]))
      const known = await lockSites(
        sql,
        sites.map((site) => site.name),
      )
      const rows = read.map(({ row, site }) => (site === null ? row : judge(row, site, known.get(site.name))))
      const applied = !dryRun && rows.every((row) => row.result !== 'invalid')
      if (applied) {
        for (const { row, site } of read.map(({ site }, place) => ({ row: rows[place]!, site: site! })))
          if (row.result === 'created') {
            if (!(await insertSite(sql, site, doer, nowMs())))
              throw new RpcError('conflict', `somebody else adds '${site.name}' just now; try again`)
          } else if (row.result === 'changed') await updateSite(sql, site, doer, nowMs())
        await audit(sql, rows, doer, nowMs())
      }
      return { applied, counts: countsOf(rows), entries: shown(rows) }
    })
  }
}

interface ReadRow {
  readonly row: Row
  /** Null: the entry is invalid. */
  readonly site: Site | null
}

async function readEntries(
  entries: readonly unknown[],
  policies: Parameters<typeof readSiteEntry>[1],
): Promise<ReadRow[]> {
  const firstPlace = new Map<string, number>()
  const rows: ReadRow[] = []
  for (const [index, entry] of entries.entries()) {
    const name = nameOf(entry)
    const read = await readSiteEntry(entry, policies)
    const problems = read.ok ? [] : read.problems.slice(0, maxProblemsShown)
    const first = name === null ? undefined : firstPlace.get(name)
    if (first !== undefined) problems.unshift({ field: 'name', message: `sites[${first}] has it already` })
    else if (name !== null) firstPlace.set(name, index)
    const row = { index, name, result: 'invalid' as const, problems, changed: [] }
    rows.push({ row, site: read.ok && problems.length === 0 ? read.site : null })
  }
  return rows
}

function nameOf(entry: unknown): string | null {
  const name = (entry as { name?: unknown } | null)?.name
  return typeof name === 'string' ? name.slice(0, 100) : null
}

async function lockSites(sql: Sql, names: readonly string[]): Promise<Map<string, Site>> {
  const rows = await sql.query<{ name: string; config: unknown }>(
    'select name, config from sites where name = any($1::text[]) order by name for update',
    [names],
  )
  return new Map(rows.map((row) => [row.name, siteSchema.parse(row.config)]))
}

function judge(row: Row, site: Site, before: Site | undefined): Row {
  if (before === undefined) return { ...row, result: 'created' }
  const changed = changedFields(before, site)
  return { ...row, result: changed.length === 0 ? 'unchanged' : 'changed', changed }
}

function countsOf(rows: readonly Row[]): ImportReport['counts'] {
  const counts = { created: 0, changed: 0, unchanged: 0, invalid: 0 }
  for (const { result } of rows) counts[result]++
  return counts
}

/** What somebody has to look at comes first. */
function shown(rows: readonly Row[]): Row[] {
  const isInvalid = (row: Row) => row.result === 'invalid'
  return [...rows.filter(isInvalid), ...rows.filter((row) => !isInvalid(row))].slice(0, maxImportEntriesShown)
}

async function audit(sql: Sql, rows: readonly Row[], doer: Doer, nowMs: number): Promise<void> {
  const of = (result: Row['result']) => rows.filter((row) => row.result === result).map((row) => row.name ?? '')
  const details = Object.fromEntries(
    (['created', 'changed'] as const)
      .map((result) => [result, of(result)] as const)
      .filter(([, names]) => names.length > 0)
      .map(([result, names]) => [result, { total: names.length, names: names.slice(0, maxNamesAudited) }]),
  )
  if (Object.keys(details).length === 0) return
  await recordAudit(sql, doer, { action: 'sites.imported', subject: 'sites', details }, nowMs)
}
