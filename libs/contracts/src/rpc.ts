import { z } from 'zod'
import { defineRpc } from './define.ts'
import { sources } from './discovered.ts'
import { hostName, hostSchema } from './host.ts'
import { pageChangeSchema } from './page-changes.ts'
import { outcomeKinds } from './page-result.ts'
import { expiredSiteRunSchema } from './retention.ts'
import { runOptionsSchema, runSchema, runStatuses, siteRunSchema } from './run.ts'
import { siteName, siteSchema } from './site.ts'
import { taskKinds } from './task.ts'

/** What a reply carries: a value, or an error whose code is the contract and whose message is for people. */
export const rpcErrorSchema = z.object({
  code: z.enum(['invalid', 'not-found', 'conflict', 'unavailable', 'internal']),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})

export type RpcErrorBody = z.output<typeof rpcErrorSchema>

const runRef = z.strictObject({ runId: z.uuid() })
const pageRequest = { page: z.int().min(1).default(1), perPage: z.int().min(1).max(500).default(50) }

/** Bounded so that the longest changes fit a reply. */
const pageHistoryRequest = z.strictObject({
  site: siteName,
  url: z.string().min(1).max(10_000),
  page: z.int().min(1).max(1_000_000).default(1),
  perPage: z.int().min(1).max(200).default(50),
})

/** Everything that can be asked of the scheduler. */
export const schedulerRpc = {
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
  listSites: defineRpc({
    name: 'rpc.scheduler.sites.list',
    about: 'Sites by name.',
    input: z.strictObject(pageRequest),
    output: z.strictObject({ sites: z.array(siteSchema), total: z.int() }),
  }),
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
  readHistory: defineRpc({
    name: 'rpc.scheduler.sites.history',
    about: 'What changed of a page from run to run, newest first. `not-found` for an unknown site.',
    input: pageHistoryRequest,
    output: z.strictObject({
      changes: z.array(
        pageChangeSchema.omit({ fetchedAt: true }).extend({
          runId: z.uuid(),
          /** When the page was fetched; of one that was not, when its run began. */
          at: z.string(),
        }),
      ),
      total: z.int(),
    }),
  }),
  readPrices: defineRpc({
    name: 'rpc.scheduler.sites.prices',
    about:
      'The prices of a page’s product, oldest first: one for each run in which it was new or another. `not-found` for an unknown site.',
    input: pageHistoryRequest,
    output: z.strictObject({
      prices: z.array(
        z.strictObject({ runId: z.uuid(), at: z.string(), price: z.number(), currency: z.string().nullable() }),
      ),
      total: z.int(),
    }),
  }),
  readLedger: defineRpc({
    name: 'rpc.scheduler.ledger.read',
    about: 'The pages of a site run sorted by URL bytes, from after `afterUrl`: what an export has to have a row for.',
    input: runRef.extend({
      site: siteName,
      /** Absent: from the first. */
      afterUrl: z.string().optional(),
      limit: z.int().min(1).max(2_000).default(1_000),
    }),
    output: z.strictObject({
      rows: z.array(
        z.strictObject({
          urlId: z.uuid(),
          url: z.string(),
          /** The attempt whose outcome counted: its record is the page's. 0: none was made. */
          attempt: z.int().nonnegative(),
          outcome: z.enum(outcomeKinds),
          reason: z.string(),
          status: z.int(),
          depth: z.int(),
          source: z.enum(sources),
          lastmod: z.string().nullable(),
          /** `unchanged` only: the run that holds the page's record. Null: this one. */
          recordRunId: z.uuid().nullable(),
        }),
      ),
      /** Pages in the ledger, all of them. */
      total: z.int(),
    }),
  }),
  getHost: defineRpc({
    name: 'rpc.scheduler.hosts.get',
    about:
      'How fast a host is asked and whether its breaker lets requests through. `not-found` before its first request.',
    input: z.strictObject({ host: hostName }),
    output: hostSchema,
  }),
  forceHost: defineRpc({
    name: 'rpc.scheduler.hosts.force',
    about: 'An operator holds a host’s breaker open or closed, or lets it decide again.',
    input: z.strictObject({
      host: hostName,
      /** Null: it decides again. */
      to: z.enum(['open', 'closed']).nullable(),
      /** Shown wherever the breaker is. */
      reason: z.string().min(1).max(200),
    }),
    output: hostSchema,
  }),
  stats: defineRpc({
    name: 'rpc.scheduler.stats',
    about: 'Backlog by pool and kind: what autoscaling reads.',
    input: z.strictObject({}),
    output: z.strictObject({
      pools: z.record(z.string(), z.strictObject({ pending: z.int(), leased: z.int() })),
      activeRuns: z.int(),
      kinds: z.record(z.enum(taskKinds), z.int()),
    }),
  }),
} as const
