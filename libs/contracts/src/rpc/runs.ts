import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { runOptionsSchema, runOrders, runSchema, runStatuses, siteRunSchema, siteRunStatuses } from '../run.ts'
import { runFileSchema } from '../run-file.ts'
import { runPlanSchema } from '../run-plan.ts'
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
  planRun: defineRpc({
    name: 'rpc.scheduler.runs.plan',
    about: 'What a run with these options would do, without starting it. `invalid` as for a run.',
    input: z.strictObject({ options: runOptionsSchema }),
    output: runPlanSchema,
  }),
  getRun: defineRpc({
    name: 'rpc.scheduler.runs.get',
    about: 'One run.',
    input: runRef,
    output: runSchema,
  }),
  listRuns: defineRpc({
    name: 'rpc.scheduler.runs.list',
    about: 'Runs, newest first unless it is said otherwise.',
    input: z.strictObject({
      ...pageRequest,
      status: z.array(z.enum(runStatuses)).min(1).max(runStatuses.length).optional(),
      /** Runs that this site is part of. */
      site: siteName.optional(),
      /** Created at this moment or later, and before that one. ISO 8601. */
      from: z.string().optional(),
      to: z.string().optional(),
      dryRun: z.boolean().optional(),
      sort: z.enum(runOrders).default('-created'),
    }),
    output: z.strictObject({ runs: z.array(runSchema), total: z.int() }),
  }),
  listSiteRuns: defineRpc({
    name: 'rpc.scheduler.runs.sites',
    about: 'The sites of a run in its order.',
    input: runRef.extend({ ...pageRequest, status: z.enum(siteRunStatuses).optional() }),
    output: z.strictObject({ sites: z.array(siteRunSchema), total: z.int() }),
  }),
  cancelRun: defineRpc({
    name: 'rpc.scheduler.runs.cancel',
    about: 'Stops a run: what is pending becomes `skipped`, reason `cancelled`. `conflict` when it has ended.',
    input: runRef,
    output: runSchema,
  }),
  pauseRun: defineRpc({
    name: 'rpc.scheduler.runs.pause',
    about:
      'Dispatches nothing more of a run until it is resumed. `conflict` when it does not run or only packs its archive.',
    input: runRef,
    output: runSchema,
  }),
  resumeRun: defineRpc({
    name: 'rpc.scheduler.runs.resume',
    about: 'Takes up a paused, cancelled or failed run where it stopped. `conflict` when it runs or is complete.',
    input: runRef,
    output: runSchema,
  }),
  retryRun: defineRpc({
    name: 'rpc.scheduler.runs.retry',
    about: 'Does one site of an ended run again, or only its failed pages.',
    input: runRef.extend({
      /** Absent: every site that has something to retry. */
      site: siteName.optional(),
      /** True: failed pages alone, the rest of the site stays. False: the whole site from preflight, or its export where that failed. */
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
  listFiles: defineRpc({
    name: 'rpc.scheduler.runs.files',
    about:
      'Files that the latest runs and their sites made and that are still there, the latest first; older ones by their run.',
    input: z.strictObject({
      ...pageRequest,
      runId: z.uuid().optional(),
      site: siteName.optional(),
      /** Name of the file: `full.csv`, `reports.zip`. */
      file: z.string().max(100).optional(),
    }),
    output: z.strictObject({ files: z.array(runFileSchema), total: z.int() }),
  }),
} as const
