import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { expiredSiteRunSchema } from '../retention.ts'
import { taskKinds } from '../task.ts'

/** What operators ask. */
export const operationsRpc = {
  retain: defineRpc({
    name: 'rpc.scheduler.retention',
    about: 'What settings and sites say is not to be kept any longer; unless it is a dry run, it is let go of now.',
    input: z.strictObject({ dryRun: z.boolean() }),
    output: z.strictObject({
      /** The first 500, oldest first. */
      siteRuns: z.array(expiredSiteRunSchema),
      total: z.int(),
      pages: z.int(),
      artifactBytes: z.number(),
    }),
  }),
  stats: defineRpc({
    name: 'rpc.scheduler.stats',
    about: 'Backlog by pool and kind: what autoscaling reads.',
    input: z.strictObject({}),
    output: z.strictObject({
      pools: z.record(z.string(), z.strictObject({ pending: z.int(), leased: z.int() })),
      /** Not ended and not paused. */
      activeRuns: z.int(),
      pausedRuns: z.int(),
      database: z.strictObject({ sizeBytes: z.number(), connections: z.int() }),
      kinds: z.record(z.enum(taskKinds), z.int()),
    }),
  }),
} as const
