import { readFile } from 'node:fs/promises'
import type { Logger } from '@seine/runtime'
import { messageOf } from '@seine/runtime'
import type { Database } from '../database/sql.ts'
import { importSites } from './import-sites.ts'
import { type Catalogue, CatalogueError, readCatalogue } from './read-catalogue.ts'

/**
 * Gives the catalogue as the files say now; where they changed they are checked again and imported.
 * Throws CatalogueError, and then the sites in the database stay as they were.
 */
export function makeCatalogueSource(deps: {
  files: { sites: string; policies: string }
  database: Database
  log: Logger
  nowMs: () => number
}): () => Promise<Catalogue> {
  let known: { texts: { sites: string; policies: string }; catalogue: Catalogue } | null = null

  return async () => {
    const texts = { sites: await readText(deps.files.sites), policies: await readText(deps.files.policies) }
    if (known !== null && known.texts.sites === texts.sites && known.texts.policies === texts.policies)
      return known.catalogue
    const catalogue = await readCatalogue(texts)
    await importSites(deps.database, catalogue.sites, deps.nowMs())
    deps.log.info('sites imported', { sites: catalogue.sites.length, policies: catalogue.policies.size })
    known = { texts, catalogue }
    return catalogue
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CatalogueError([messageOf(error)])
  }
}
