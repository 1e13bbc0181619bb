import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { runSchema } from '../run.ts'
import { scheduleSchema, scheduleSettingsSchema } from '../schedule.ts'
import { pageRequest } from './request.ts'

const scheduleRef = z.strictObject({ scheduleId: z.uuid() })

/** Schedules: runs that start by themselves. */
export const scheduleRpc = {
  listSchedules: defineRpc({
    name: 'rpc.scheduler.schedules.list',
    about: 'Schedules by name.',
    input: z.strictObject(pageRequest),
    output: z.strictObject({ schedules: z.array(scheduleSchema), total: z.int() }),
  }),
  createSchedule: defineRpc({
    name: 'rpc.scheduler.schedules.create',
    about: 'Adds a schedule. `invalid` names the field; `conflict` for a name that is taken.',
    input: z.strictObject({ settings: scheduleSettingsSchema }),
    output: scheduleSchema,
  }),
  getSchedule: defineRpc({
    name: 'rpc.scheduler.schedules.get',
    about: 'One schedule.',
    input: scheduleRef,
    output: scheduleSchema,
  }),
  replaceSchedule: defineRpc({
    name: 'rpc.scheduler.schedules.replace',
    about: 'Gives a schedule other settings. `stale` when it has another version by now.',
    input: scheduleRef.extend({ version: z.int().positive(), settings: scheduleSettingsSchema }),
    output: scheduleSchema,
  }),
  removeSchedule: defineRpc({
    name: 'rpc.scheduler.schedules.remove',
    about: 'Takes a schedule away; its runs stay. `stale` when it has another version by now.',
    input: scheduleRef.extend({ version: z.int().positive() }),
    output: scheduleSchema,
  }),
  runSchedule: defineRpc({
    name: 'rpc.scheduler.schedules.run',
    about: 'Starts a run of a schedule now, enabled or not. `conflict` while one of its runs is under way.',
    input: scheduleRef.extend({ correlationId: z.string().max(128) }),
    output: runSchema,
  }),
  previewSchedule: defineRpc({
    name: 'rpc.scheduler.schedules.preview',
    about: 'The next times of a cron expression in a time zone. `invalid` names the field.',
    input: scheduleSettingsSchema.pick({ cron: true, timeZone: true }),
    output: z.strictObject({ nextRuns: z.array(z.string()) }),
  }),
} as const
