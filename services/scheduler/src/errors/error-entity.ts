import { defineEntity, p } from '@mikro-orm/core'
import type { ErrorGroup } from '@seine/contracts'

/** All reports of one fault. */
export const ErrorGroupEntity = defineEntity({
  name: 'ErrorGroup',
  tableName: 'error_groups',
  indexes: [{ name: 'error_groups_seen', properties: ['lastSeen'] }],
  properties: {
    fingerprint: p.text().primary(),
    service: p.text(),
    level: p.text().$type<ErrorGroup['level']>(),
    name: p.text(),
    /** Of the latest report, as are stack, context and correlation id. */
    message: p.text(),
    stack: p.text().nullable(),
    context: p.json<Record<string, string>>(),
    correlationId: p.text().nullable(),
    count: p.bigint('number'),
    firstSeen: p.datetime(6),
    lastSeen: p.datetime(6),
    /** Null: open. */
    resolvedAt: p.datetime(6).nullable(),
  },
})
