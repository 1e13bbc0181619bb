import { readFile } from 'node:fs/promises'
import { type Catalogue, CatalogueError, readCatalogue } from '@seine/catalogue'
import { type Policy, type Site, siteSchema } from '@seine/contracts'
import type { Logger } from '@seine/runtime'
import { messageOf } from '@seine/runtime'
import { type Database, locks } from '../database/sql.ts'
import { fingerprintOf } from './fingerprint.ts'
import { importSites } from './import-sites.ts'
import { notePolicies } from './note-policies.ts'

/** Where sites and policies come from. */
export interface CatalogueSource {
  /** The sites as the database has them now, in the order of runs, and the policies. Throws CatalogueError. */
  (): Promise<Catalogue>
  /** The policies as their file says now. Throws CatalogueError. */
  policies(): Promise<ReadonlyMap<string, Policy>>
}

/**
 * Sites are in the database, where the API changes them too; `sites.json` is taken over whenever its text is another. Policies are
 * what their file says. Where a file can't be used CatalogueError is thrown, and the sites in the database stay as they are.
 */
export function makeCatalogueSource(deps: {
  files: { sites: string; policies: string }
  database: Database
  log: Logger
  nowMs: () => number
}): CatalogueSource {
  const { database, log, nowMs } = deps
  let taken: { texts: { sites: string; policies: string }; policies: ReadonlyMap<string, Policy> } | null = null
  /** Files that can't be used are read once, however often somebody asks. */
  let refused: { texts: { sites: string; policies: string }; error: CatalogueError } | null = null
  let read: { revision: string; sites: readonly Site[] } | null = null

  async function policies(): Promise<ReadonlyMap<string, Policy>> {
    const texts = { sites: await readText(deps.files.sites), policies: await readText(deps.files.policies) }
    if (taken !== null && isSame(taken.texts, texts)) return taken.policies
    if (refused !== null && isSame(refused.texts, texts)) throw refused.error
    const catalogue = await readCatalogue(texts).catch((error: unknown) => {
      if (error instanceof CatalogueError) refused = { texts, error }
      throw error
    })
    const { sites: written } = JSON.parse(texts.sites) as { sites: unknown[] }
    const entries = catalogue.sites.map((site, place) => ({ site, fingerprint: fingerprintOf(written[place]) }))
    await database.transaction(async (sql) => {
      await sql.query('select pg_advisory_xact_lock($1)', [locks.import])
      await importSites(sql, entries, nowMs())
      await notePolicies(sql, catalogue.policies, nowMs())
    })
    log.info('sites imported', { sites: catalogue.sites.length, policies: catalogue.policies.size })
    taken = { texts, policies: catalogue.policies }
    return catalogue.policies
  }

  async function sites(): Promise<readonly Site[]> {
    const [row] = await database.query<{ revision: string }>(
      `select count(*) || ' ' || coalesce(sum(hashtextextended(name || updated_at, version + position * 1000)), 0) as revision
       from sites`,
    )
    const revision = row?.revision ?? ''
    if (read?.revision !== revision) read = { revision, sites: await readSites(database) }
    return read.sites
  }

  const source = async () => {
    const now = await policies()
    return { sites: await sites(), policies: now }
  }
  return Object.assign(source, { policies })
}

const isSame = (a: { sites: string; policies: string }, b: typeof a): boolean =>
  a.sites === b.sites && a.policies === b.policies

/** Those of the file first, in its order; then those of the API, as they were made. */
async function readSites(database: Database): Promise<Site[]> {
  const rows = await database.query<{ config: unknown }>(
    `select config from sites order by origin <> 'file', position, name`,
  )
  // An older version may have written it: what it did not know has its default.
  return rows.map((row) => siteSchema.parse(row.config))
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CatalogueError([messageOf(error)])
  }
}
