import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { runOptionsSchema, runSchema, runStatuses, siteRunSchema } from '../run.ts'
import { siteName } from '../site.ts'
import { pageRequest, runRef } from './request.ts'

/** Runs: start them, watch them, change their course. */
export const runRpc = {
  createRun: defineRpc({
    name: 'rpc.scheduler.runs.create',
    about: 'Plans a run and starts it. `invalid` names unknown sites; `conflict` when bulk runs are switched off.',
    input: z.strictObject({
      options: runOptionsSchema,
      correlationId: z.string().max(128),
      /** The same key within a day gives the same run. */
      idempotencyKey: z.string().min(1).max(200).optional(),
    }),
    output: runSchema,
  }),
  getRun: defineRpc({
    name: 'rpc.scheduler.runs.get',
    about: 'One run.',
    input: runRef,
    output: runSchema,
  }),
  listRuns: defineRpc({
    name: 'rpc.scheduler.runs.list',
    about: 'Runs, newest first.',
    input: z.strictObject({ ...pageRequest, status: z.enum(runStatuses).optional() }),
    output: z.strictObject({ runs: z.array(runSchema), total: z.int() }),
  }),
  listSiteRuns: defineRpc({
    name: 'rpc.scheduler.runs.sites',
    about: 'The sites of a run in its order.',
    input: runRef.extend(pageRequest),
    output: z.strictObject({ sites: z.array(siteRunSchema), total: z.int() }),
  }),
  cancelRun: defineRpc({
    name: 'rpc.scheduler.runs.cancel',
    about: 'Stops a run: what is pending becomes `skipped`, reason `cancelled`. `conflict` when it has ended.',
    input: runRef,
    output: runSchema,
  }),
  resumeRun: defineRpc({
    name: 'rpc.scheduler.runs.resume',
    about: 'Takes up a cancelled or failed run where it stopped. `conflict` when it runs or is complete.',
    input: runRef,
    output: runSchema,
  }),
  retryRun: defineRpc({
    name: 'rpc.scheduler.runs.retry',
    about: 'Does one site of an ended run again, or only its failed pages.',
    input: runRef.extend({
      /** Absent: every site that has something to retry. */
      site: siteName.optional(),
      /** True: failed pages alone, the rest of the site stays. False: the whole site from preflight. */
      failuresOnly: z.boolean().default(false),
    }),
    output: runSchema,
  }),
  reextractRun: defineRpc({
    name: 'rpc.scheduler.runs.reextract',
    about:
      'Makes the reports of an ended run again from its stored pages, without a request. `conflict` when it runs or none are stored.',
    input: runRef.extend({
      /** Absent: every site whose pages are stored. */
      site: siteName.optional(),
    }),
    output: runSchema,
  }),
} as const
