import { defineEntity, p } from '@mikro-orm/core'
import type { AuditEntry } from '@seine/contracts'

/** Something that somebody did. Its id grows with time. */
export const AuditEntity = defineEntity({
  name: 'Audit',
  tableName: 'audit',
  indexes: [
    { name: 'audit_subject', properties: ['subject', 'id'] },
    { name: 'audit_actor', properties: ['actor', 'id'] },
  ],
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(6),
    actor: p.text(),
    action: p.text(),
    subject: p.text(),
    details: p.json<AuditEntry['details']>(),
    correlationId: p.text().nullable(),
  },
})
