import type { Bus } from '@seine/bus'
import { consumers, knownPages, schedulerRpc } from '@seine/contracts'
import type { Part } from '@seine/runtime'
import { enterOrDrop } from '../database/enter-or-drop.ts'
import type { Database } from '../database/sql.ts'
import { makeApplyPages } from './apply-pages.ts'
import { makeReadChanges } from './read-changes.ts'
import { makeReadPages } from './read-pages.ts'

/** Batches of one site wait for each other. */
const batchesAtOnce = 4

/** Keeps what exports say of pages, and answers what is asked of them. */
export function servePages({ bus, database }: { bus: Bus; database: Database }): Part[] {
  const apply = makeApplyPages(database)
  const read = makeReadPages(database)
  return [
    bus.pull(consumers.known, knownPages, enterOrDrop(apply), { maxInFlight: batchesAtOnce }),
    bus.serve(schedulerRpc.listPages, read.list),
    bus.serve(schedulerRpc.getPage, read.get),
    bus.serve(schedulerRpc.listChanges, makeReadChanges(database)),
  ]
}
