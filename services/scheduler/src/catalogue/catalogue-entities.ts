import { defineEntity, p } from '@mikro-orm/core'
import type { Site, SiteEntry } from '@seine/contracts'

/** A site of the catalogue. */
export const SiteEntity = defineEntity({
  name: 'Site',
  tableName: 'sites',
  properties: {
    name: p.text().primary(),
    config: p.json<Site>(),
    /** Raised when it changes. */
    version: p.integer(),
    enabled: p.boolean(),
    /** Place in the file; of those that the API made, in the order in which it did. */
    position: p.integer(),
    /** When the file last said so. Null: it never did. */
    importedAt: p.datetime(6).nullable(),
    origin: p.text().$type<SiteEntry['origin']>().default('file'),
    updatedAt: p.datetime(6).defaultRaw('now()'),
    updatedBy: p.text().default('sites.json'),
  },
})

/**
 * An entry of `sites.json` or `policies.yml` as it was when it was last taken over: only one that is another since is taken over again,
 * so that what was changed or deleted over the API stays so.
 */
export const CatalogueFileEntryEntity = defineEntity({
  name: 'CatalogueFileEntry',
  tableName: 'catalogue_file_entries',
  properties: { file: p.text().primary(), name: p.text().primary(), fingerprint: p.text() },
})
