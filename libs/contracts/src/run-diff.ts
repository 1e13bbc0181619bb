import { z } from 'zod'
import { artifactSchema, diffCountsSchema } from './artifact.ts'
import { defineMessage } from './define.ts'
import { siteName } from './site.ts'

/** `skipped`: the site can't be compared, and the reason says why. */
export const runDiffSiteStatuses = ['pending', 'complete', 'failed', 'skipped'] as const

/** A site of two runs that are compared. */
export const runDiffSiteSchema = z.strictObject({
  site: siteName,
  status: z.enum(runDiffSiteStatuses),
  /** Why it failed or was skipped. Null: it did not, and was not. */
  reason: z.string().nullable(),
  /** In pages. Null until it is complete. */
  counts: diffCountsSchema.nullable(),
  /** `diff.csv`. Null until it is complete. */
  artifact: artifactSchema.nullable(),
})

export type RunDiffSite = z.output<typeof runDiffSiteSchema>

/** Two runs that are compared with each other. */
export const runDiffSchema = z.strictObject({
  id: z.uuid(),
  /** Changes are those from this run … */
  before: z.uuid(),
  /** … to this one. */
  after: z.uuid(),
  /** Null: all sites that both have. */
  site: siteName.nullable(),
  /** `failed`: no site could be compared. */
  status: z.enum(['running', 'completed', 'failed']),
  /** Sites by status. */
  siteCounts: z.record(z.enum(runDiffSiteStatuses), z.int()),
  /** Of the sites that are complete. */
  counts: diffCountsSchema,
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
})

export type RunDiff = z.output<typeof runDiffSchema>

/** Where the changes of a site between two runs lie. Under the later run, and let go of with it; no site is called `_diffs`. */
export const runDiffPath = (afterRunId: string, diffId: string, site: string): string =>
  `bulk_runs/${afterRunId}/_diffs/${diffId}/${site}/diff.csv`

/** Compare a site of two runs. From: scheduler. Stream: EXPORTS. */
export const exportDiff = defineMessage({
  name: 'work.export.diff',
  version: 1,
  stream: 'EXPORTS',
  about: 'Compare a site of two runs.',
  subjectPattern: 'work.export.diff.<diff>.<site>',
  schema: z.strictObject({
    diffId: z.uuid(),
    beforeRunId: z.uuid(),
    afterRunId: z.uuid(),
    site: siteName,
    attempt: z.int().positive(),
    /** Of the later run. Keeps I6. */
    allSourcesRead: z.boolean(),
    correlationId: z.string().max(128),
  }),
  subject: (m) => `work.export.diff.${m.diffId}.${m.site}`,
  messageId: (m) => `${m.diffId}.${m.site}:${m.attempt}`,
})

export type ExportDiff = z.output<typeof exportDiff.schema>

/** What a comparison of a site found. From: exporter. Stream: RESULTS. Idempotent by comparison, site and attempt. */
export const diffResult = defineMessage({
  name: 'result.diff',
  version: 1,
  stream: 'RESULTS',
  about: 'What changed of a site between two runs that were to be compared, or why that can not be said.',
  subjectPattern: 'result.diff.<diff>.<site>',
  schema: z.strictObject({
    diffId: z.uuid(),
    site: siteName,
    attempt: z.int().positive(),
    status: z.enum(['complete', 'failed']),
    /** Of `failed`. */
    reason: z.string().max(1_000).nullable(),
    counts: diffCountsSchema.nullable(),
    artifact: artifactSchema.nullable(),
    durationMs: z.number().nonnegative(),
  }),
  subject: (m) => `result.diff.${m.diffId}.${m.site}`,
  messageId: (m) => `${m.diffId}.${m.site}:${m.attempt}`,
})

export type DiffResult = z.output<typeof diffResult.schema>
