import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { pageChangeSchema } from '../page-changes.ts'
import { siteName } from '../site.ts'

/** Bounded so that the longest changes fit a reply. */
const pageHistoryRequest = z.strictObject({
  site: siteName,
  url: z.string().min(1).max(10_000),
  page: z.int().min(1).max(1_000_000).default(1),
  perPage: z.int().min(1).max(200).default(50),
})

/** What is known of a site's pages. */
export const siteRpc = {
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
} as const
