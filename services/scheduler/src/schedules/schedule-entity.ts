import { defineEntity, p } from '@mikro-orm/core'
import type { RunOptions } from '@seine/contracts'

/** When runs start by themselves. */
export const ScheduleEntity = defineEntity({
  name: 'Schedule',
  tableName: 'schedules',
  indexes: [{ name: 'schedules_due', properties: ['nextAt'], where: 'enabled' }],
  uniques: [{ name: 'schedules_name', properties: ['name'] }],
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    cron: p.text(),
    timeZone: p.text(),
    options: p.json<RunOptions>(),
    enabled: p.boolean(),
    overlap: p.text(),
    catchUpMs: p.integer(),
    version: p.integer().default(1),
    /** Null: not enabled, or its date never comes again. */
    nextAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
  },
})

/** What became of one time of a schedule. */
export const ScheduleTickEntity = defineEntity({
  name: 'ScheduleTick',
  tableName: 'schedule_ticks',
  indexes: [{ name: 'schedule_ticks_queued', properties: ['schedule'], where: "state = 'queued'" }],
  properties: {
    schedule: () => p.manyToOne(ScheduleEntity).primary().deleteRule('cascade'),
    at: p.datetime(6).primary(),
    state: p.text(),
    reason: p.text().nullable(),
    runId: p.uuid().nullable(),
  },
})
