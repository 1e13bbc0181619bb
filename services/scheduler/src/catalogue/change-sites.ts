import { RpcError } from '@seine/bus'
import { siteProblems } from '@seine/catalogue'
import {
  type Policy,
  type RpcRequest,
  type Site,
  type SiteEntry,
  type schedulerRpc,
  siteSchema,
} from '@seine/contracts'
import { type Doer, recordAudit } from '../audit/record-audit.ts'
import { at, type Database, type Sql } from '../database/sql.ts'
import { changedFields } from './changed-fields.ts'
import { readSite } from './read-sites.ts'

export interface ChangeSitesDeps {
  readonly database: Database
  readonly policies: () => Promise<ReadonlyMap<string, Policy>>
  readonly nowMs: () => number
}

/** Changes the catalogue one site at a time; each change and its audit are one transaction. */
export function makeChangeSites({ database, policies, nowMs }: ChangeSitesDeps) {
  /** Throws RpcError `invalid` with messages by field. */
  async function check(site: Site): Promise<void> {
    const problems = await siteProblems(site, await policies())
    if (problems.length === 0) return
    const fields: Record<string, string[]> = {}
    // Named as the fields that a schema refuses are: `fields.0.css`.
    for (const { field, message } of problems) {
      const name = field.replaceAll(/\[(\d+)\]/g, '.$1')
      fields[name] = [...(fields[name] ?? []), message]
    }
    throw new RpcError('invalid', problems.map(({ field, message }) => `${field}: ${message}`).join('; '), { fields })
  }

  return {
    async create({ site }: RpcRequest<typeof schedulerRpc.createSite>, doer: Doer): Promise<SiteEntry> {
      await check(site)
      return database.transaction(async (sql) => {
        if (!(await insertSite(sql, site, doer, nowMs())))
          throw new RpcError('conflict', `there is a site '${site.name}' already`, { fields: { name: ['taken'] } })
        const deed = { action: 'site.created', subject: site.name, details: {} }
        await recordAudit(sql, doer, deed, nowMs())
        return readSite(sql, site.name)
      })
    },

    async replace({ site, version }: RpcRequest<typeof schedulerRpc.replaceSite>, doer: Doer): Promise<SiteEntry> {
      await check(site)
      return database.transaction(async (sql) => {
        const before = await lockSite(sql, site.name, version)
        const fields = changedFields(before, site)
        if (fields.length > 0) {
          await updateSite(sql, site, doer, nowMs())
          await recordAudit(sql, doer, { action: 'site.changed', subject: site.name, details: { fields } }, nowMs())
        }
        return readSite(sql, site.name)
      })
    },

    async remove({ site: name, version }: RpcRequest<typeof schedulerRpc.deleteSite>, doer: Doer): Promise<SiteEntry> {
      return database.transaction(async (sql) => {
        await lockSite(sql, name, version)
        const entry = await readSite(sql, name)
        if (entry.isRunning)
          throw new RpcError('conflict', `'${name}' is part of a run that has not ended`, {
            runId: entry.lastRun?.runId ?? null,
          })
        await sql.query('delete from sites where name = $1', [name])
        await recordAudit(sql, doer, { action: 'site.deleted', subject: name, details: {} }, nowMs())
        return entry
      })
    },
  }
}

/** Gives what the site is before the change. Throws RpcError `not-found`, and `stale` with who changed it meanwhile. */
async function lockSite(sql: Sql, name: string, version: number): Promise<Site> {
  const [row] = await sql.query<{ config: unknown; version: number }>(
    'select config, version from sites where name = $1 for update',
    [name],
  )
  if (row === undefined) throw new RpcError('not-found', `no site '${name}'`)
  if (row.version === version) return siteSchema.parse(row.config)
  const { updatedAt, updatedBy } = await readSite(sql, name)
  const message = `'${name}' is at version ${row.version} by now, changed by ${updatedBy}`
  throw new RpcError('stale', message, { version: row.version, updatedAt, updatedBy })
}

/** False: there is one of that name. */
export async function insertSite(sql: Sql, site: Site, { actor }: Doer, nowMs: number): Promise<boolean> {
  const rows = await sql.query(
    `insert into sites (name, config, version, enabled, position, origin, updated_at, updated_by)
     select $1, $2, 1, $3, coalesce(max(position), -1) + 1, 'api', $4::timestamptz, $5 from sites where origin = 'api'
     on conflict (name) do nothing returning name`,
    [site.name, JSON.stringify(site), site.enabled, at(nowMs), actor],
  )
  return rows.length > 0
}

export async function updateSite(sql: Sql, site: Site, { actor }: Doer, nowMs: number): Promise<void> {
  await sql.query(
    `update sites set config = $2, enabled = $3, version = version + 1, updated_at = $4::timestamptz, updated_by = $5
     where name = $1`,
    [site.name, JSON.stringify(site), site.enabled, at(nowMs), actor],
  )
}
