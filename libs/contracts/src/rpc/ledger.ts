import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { sources } from '../discovered.ts'
import { outcomeKinds } from '../page-result.ts'
import { siteName } from '../site.ts'
import { runRef } from './request.ts'

/** The ledger, as the exporter reads it. */
export const ledgerRpc = {
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
} as const
