import { z } from 'zod'
import { policySchema } from './policy.ts'
import { siteSchema } from './site.ts'

/**
 * What a fetcher and an exporter need to know of one site run: fixed when the site run starts, kept in the `plans`
 * bucket under {@link planKey}, so that a task carries none of it and a change of `sites.json` never splits a run.
 */
export const sitePlanSchema = z.strictObject({
  runId: z.uuid(),
  site: siteSchema,
  policy: policySchema,
  /** Most pages to fetch. Null: no limit. */
  maxPages: z.int().positive().nullable(),
})

export type SitePlan = z.output<typeof sitePlanSchema>

/** Key of a plan in the `plans` bucket, and of a site run's flags in `runs`. */
export const planKey = (runId: string, site: string): string => `${runId}.${site}`
