import { z } from 'zod'

/** What a comparison of two runs leaves out, because it is noise on this site. */
export const diffSettingsSchema = z.strictObject({
  /** Columns by their name in full.csv, seo.csv and diff.csv: `Rating Count`. */
  ignoreFields: z.array(z.string().min(1).max(100)).max(100).default([]),
  /** Prices that moved by less, in per cent of the old one, are the same. 0: every move counts. */
  minPriceChangePercent: z.number().min(0).max(100).default(0),
})

export type DiffSettings = z.output<typeof diffSettingsSchema>
