import type { Bus } from '@seine/bus'
import { schedulerRpc } from '@seine/contracts'
import type { Part } from '@seine/runtime'
import type { Database } from '../database/sql.ts'
import type { CatalogueSource } from './catalogue.ts'
import { makeChangeSites } from './change-sites.ts'
import { makeImportDocument } from './import-document.ts'
import { makeReadPolicies } from './read-policies.ts'
import { makeReadSites } from './read-sites.ts'
import { usablePolicies } from './usable-policies.ts'

/** Answers what is asked of the catalogue, and changes it. */
export function serveSites(deps: {
  bus: Pick<Bus, 'serve' | 'nowMs'>
  database: Database
  catalogue: Pick<CatalogueSource, 'policies'>
}): Part[] {
  const { bus, database } = deps
  const policies = usablePolicies(deps.catalogue)
  const changing = { database, policies, nowMs: bus.nowMs }
  const reads = makeReadSites(database)
  const changes = makeChangeSites(changing)
  const ofPolicies = makeReadPolicies({ database, policies })
  return [
    bus.serve(schedulerRpc.listSites, reads.list),
    bus.serve(schedulerRpc.getSite, ({ site }) => reads.get(site)),
    bus.serve(schedulerRpc.createSite, changes.create),
    bus.serve(schedulerRpc.replaceSite, changes.replace),
    bus.serve(schedulerRpc.deleteSite, changes.remove),
    bus.serve(schedulerRpc.importSites, makeImportDocument(changing)),
    bus.serve(schedulerRpc.listPolicies, ofPolicies.list),
    bus.serve(schedulerRpc.getPolicy, ofPolicies.get),
  ]
}
