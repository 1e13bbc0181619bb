import type { Bus } from '@seine/bus'
import { schedulerRpc } from '@seine/contracts'
import type { Part } from '@seine/runtime'
import type { Database } from '../database/sql.ts'
import { makeReadAudit } from './read-audit.ts'
import { recordAudit } from './record-audit.ts'

/** Answers what was done, and writes down what is done elsewhere. */
export function serveAudit({ bus, database }: { bus: Pick<Bus, 'serve' | 'nowMs'>; database: Database }): Part[] {
  return [
    bus.serve(schedulerRpc.listAudit, makeReadAudit(database)),
    bus.serve(schedulerRpc.recordAudit, (deed, doer) => recordAudit(database, doer, deed, bus.nowMs())),
  ]
}
