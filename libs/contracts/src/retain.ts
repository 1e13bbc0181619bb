import { z } from 'zod'

/** What is kept of a site's runs; the rest is let go of. The last complete run always stays. Absent: what the scheduler's settings say. */
export const retainSchema = z.strictObject({
  /** Ended runs, newest first. */
  runs: z.int().min(1).max(10_000).optional(),
  /** Days since a run ended. */
  days: z.int().min(1).max(36_500).optional(),
})

export type Retain = z.output<typeof retainSchema>
