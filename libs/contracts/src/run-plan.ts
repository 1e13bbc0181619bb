import { z } from 'zod'
import { siteName } from './site.ts'

/** Sites told one by one in a plan: more would not fit a reply. */
export const maxPlannedSitesShown = 1_000

export const plannedSiteSchema = z.strictObject({
  site: siteName,
  policy: z.string(),
  /** To each of its hosts, as policy, site and run say together. */
  ratePerSecond: z.number(),
  concurrency: z.int(),
  /** Most pages. Null: no limit. */
  maxPages: z.int().nullable(),
  /** The run it would be compared with. Null: it has never completed one. */
  previousRunId: z.uuid().nullable(),
  /** Pages that run knew, cut at the limit. Null: nothing is known. */
  knownPages: z.int().nullable(),
  /** By that run's speed, and never less than politeness takes. Null: nothing is known. */
  expectedMs: z.number().nullable(),
})

export type PlannedSite = z.output<typeof plannedSiteSchema>

/** What a run would do. */
export const runPlanSchema = z.strictObject({
  /** The first ones, in the order they would start. */
  sites: z.array(plannedSiteSchema),
  sitesTotal: z.int(),
  /** Sites at once. */
  concurrency: z.int(),
  /** Pages that are known of all sites. */
  knownPages: z.int(),
  /** Sites of which nothing is known yet. */
  newSites: z.int(),
  /** Until the last site that something is known of has ended. Null: nothing is known of any, or it is a dry run. */
  expectedMs: z.number().nullable(),
})

export type RunPlan = z.output<typeof runPlanSchema>
