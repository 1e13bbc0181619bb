import type { ServeContext } from '@seine/bus'
import { type AuditEntry, newId } from '@seine/contracts'
import { at, type Sql } from '../database/sql.ts'

/** Something done, as whoever does it knows it. */
export type Deed = Pick<AuditEntry, 'action' | 'subject' | 'details'>

/** Who does something, and of which request: what a request's context says. */
export type Doer = Pick<ServeContext, 'actor' | 'correlationId'>

/** Nobody that is known. */
export const anonymous: Doer = { actor: 'anonymous', correlationId: undefined }

/** Writes down what somebody does, in the transaction that does it: both happen, or neither. */
export async function recordAudit(sql: Sql, doer: Doer, deed: Deed, nowMs: number): Promise<AuditEntry> {
  const { actor, correlationId = null } = doer
  const entry = { id: newId(nowMs), at: at(nowMs), actor, ...deed, correlationId }
  const { id, action, subject, details } = entry
  await sql.query(
    `insert into audit (id, at, actor, action, subject, details, correlation_id) values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, entry.at, actor, action, subject, JSON.stringify(details), correlationId],
  )
  return entry
}
