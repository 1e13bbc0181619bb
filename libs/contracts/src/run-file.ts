import { z } from 'zod'
import { siteName } from './site.ts'

/** A file of a run as a list of downloads shows it. */
export const runFileSchema = z.strictObject({
  runId: z.uuid(),
  /** Null: the run's own, its archive. */
  site: siteName.nullable(),
  file: z.string(),
  sizeBytes: z.int(),
  /** Hex. */
  sha256: z.string(),
  /** When its site or its run ended. */
  createdAt: z.string(),
})

export type RunFile = z.output<typeof runFileSchema>
