import type { Bus } from '@seine/bus'
import { runSchema, schedulerRpc, scheduleSchema, scheduleSettingsSchema } from '@seine/contracts'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { etagOf, ifMatchHeader, readIfMatch } from '../http/if-match.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'

const scheduleParams = z.strictObject({ id: z.uuid('expected the id of a schedule') })
const one = { kind: 'data', status: 200, schema: scheduleSchema } as const

/** Planning ten thousand sites takes a moment. */
const runTimeoutMs = 15_000

export function scheduleRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/schedules',
      id: 'listSchedules',
      access: 'read',
      summary: 'Schedules by name, each with its next times and what became of the last ones.',
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: scheduleSchema },
      async handle({ query: { page, per_page: perPage } }, context) {
        const { schedules, total } = await call(schedulerRpc.listSchedules, { page, perPage }, as(context))
        return { data: schedules, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/schedules',
      id: 'createSchedule',
      access: 'admin',
      summary: 'Adds a schedule: cron with a time zone, and the options of its runs.',
      body: scheduleSettingsSchema,
      answer: { kind: 'data', status: 201, schema: scheduleSchema },
      async handle({ body: settings }, context) {
        const schedule = await call(schedulerRpc.createSchedule, { settings }, as(context))
        return { data: schedule, headers: { ...etagOf(schedule.version), Location: `/api/schedules/${schedule.id}` } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/schedules/preview',
      id: 'previewSchedule',
      access: 'read',
      summary: 'The next times of a cron expression in a time zone; adds nothing.',
      body: schedulerRpc.previewSchedule.input,
      answer: { kind: 'data', status: 200, schema: schedulerRpc.previewSchedule.output },
      handle: async ({ body }, context) => ({ data: await call(schedulerRpc.previewSchedule, body, as(context)) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/schedules/{id}',
      id: 'getSchedule',
      access: 'read',
      summary: 'A schedule; its ETag is the version that a change has to name.',
      params: scheduleParams,
      answer: one,
      async handle({ params: { id: scheduleId } }, context) {
        const schedule = await call(schedulerRpc.getSchedule, { scheduleId }, as(context))
        return { data: schedule, headers: etagOf(schedule.version) }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/api/schedules/{id}',
      id: 'replaceSchedule',
      access: 'admin',
      summary: 'Gives a schedule other settings, all of them.',
      params: scheduleParams,
      headers: ifMatchHeader,
      body: scheduleSettingsSchema,
      answer: one,
      async handle({ params: { id: scheduleId }, body: settings }, context) {
        const change = { scheduleId, version: readIfMatch(context), settings }
        const schedule = await call(schedulerRpc.replaceSchedule, change, as(context))
        return { data: schedule, headers: etagOf(schedule.version) }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/schedules/{id}',
      id: 'removeSchedule',
      access: 'admin',
      summary: 'Takes a schedule away; its runs stay.',
      params: scheduleParams,
      headers: ifMatchHeader,
      answer: one,
      async handle({ params: { id: scheduleId } }, context) {
        const which = { scheduleId, version: readIfMatch(context) }
        return { data: await call(schedulerRpc.removeSchedule, which, as(context)), message: 'removed' }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/schedules/{id}/run',
      id: 'runSchedule',
      access: 'run',
      summary: 'Starts a run of a schedule now, enabled or not; 409 while one of its runs is under way.',
      params: scheduleParams,
      answer: { kind: 'data', status: 201, schema: runSchema },
      async handle({ params: { id: scheduleId } }, context) {
        const asked = { scheduleId, correlationId: context.correlationId }
        const run = await call(schedulerRpc.runSchedule, asked, { ...as(context), timeoutMs: runTimeoutMs })
        return { data: run, headers: { Location: `/api/bulk-runs/${run.id}` } }
      },
    }),
  ]
}
