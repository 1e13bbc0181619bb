import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { knownPageSchema, pageStates } from '../known-pages.ts'
import { pageChangeSchema } from '../page-changes.ts'
import { siteName } from '../site.ts'

const runMoment = z.strictObject({ runId: z.uuid(), at: z.string() })

/** A page of a site, whatever the run. */
export const sitePageSchema = knownPageSchema.extend({
  /** Of the page for good: of its site and its URL. */
  id: z.uuid(),
  site: siteName,
  /** What changed last, and in which run. Null: nothing has since it was first seen. */
  changed: runMoment.extend({ changes: z.array(z.string()) }).nullable(),
  firstSeen: runMoment,
  /** The last run that had it in its ledger: of most pages the site's last one. */
  lastSeen: runMoment,
})

export type SitePage = z.output<typeof sitePageSchema>

export const pageOrders = ['url', '-url', 'price', '-price', 'changed', '-changed'] as const

/** Of status codes: a class of them, or `none` where there was no answer. */
export const statusClasses = ['2xx', '3xx', '4xx', '5xx', 'none'] as const

export const pageFilterSchema = z.strictObject({
  status: z.union([z.enum(statusClasses), z.int().min(100).max(999)]).optional(),
  state: z.enum(pageStates).optional(),
  /** Code of an issue that it has. */
  issue: z.string().min(1).max(64).optional(),
  /** True: those that changed in the site's last run. False: the others. */
  changed: z.boolean().optional(),
  /** Part of the URL, the title or the product's name, whatever its case. */
  search: z.string().min(1).max(200).optional(),
})

/** What a change is about. `seo`: all that is no product's. */
export const changeTopics = ['price', 'stock', 'removed', 'added', 'product', 'moved', 'seo'] as const
export type ChangeTopic = (typeof changeTopics)[number]

export const listedChangeSchema = pageChangeSchema.omit({ fetchedAt: true }).extend({
  site: siteName,
  url: z.string(),
  pageId: z.uuid(),
  runId: z.uuid(),
  /** When the page was fetched; of one that was not, when its run began. */
  at: z.string(),
  topic: z.enum(changeTopics),
})

export type ListedChange = z.output<typeof listedChangeSchema>

const moment = z.iso.datetime({ offset: true })

/** Pages of sites beyond their runs, and what changed of them. */
export const pageRpc = {
  listPages: defineRpc({
    name: 'rpc.scheduler.sites.pages',
    about: 'Pages of a site as its last export left them. `not-found` for an unknown site.',
    input: pageFilterSchema.extend({
      site: siteName,
      sort: z.enum(pageOrders).default('url'),
      page: z.int().min(1).max(1_000_000).default(1),
      /** Bounded so that the longest pages fit a reply. */
      perPage: z.int().min(1).max(200).default(50),
    }),
    output: z.strictObject({
      pages: z.array(sitePageSchema),
      total: z.int(),
    }),
  }),
  getPage: defineRpc({
    name: 'rpc.scheduler.sites.page',
    about: 'One page of a site, and the run whose snapshot has its record. `not-found`: the site has no such page.',
    input: z.strictObject({ site: siteName, pageId: z.uuid() }),
    output: z.strictObject({
      page: sitePageSchema,
      /** The site's last exported run. */
      lastRunId: z.uuid(),
    }),
  }),
  listChanges: defineRpc({
    name: 'rpc.scheduler.changes.list',
    about: 'Changes of pages over all sites, of a run or a period, the most important first.',
    input: z
      .strictObject({
        runId: z.uuid().optional(),
        /** ISO 8601, inclusive. */
        from: moment.optional(),
        /** ISO 8601, exclusive. */
        to: moment.optional(),
        site: siteName.optional(),
        topic: z.enum(changeTopics).optional(),
        page: z.int().min(1).max(1_000_000).default(1),
        perPage: z.int().min(1).max(200).default(50),
      })
      .refine(({ runId, from }) => runId !== undefined || from !== undefined, {
        error: 'expected a run, or where the period begins',
      }),
    output: z.strictObject({
      changes: z.array(listedChangeSchema),
      total: z.int(),
      /** Changes by topic, whatever topic is asked for; topics without any are left out. */
      topics: z.partialRecord(z.enum(changeTopics), z.int()),
    }),
  }),
} as const
