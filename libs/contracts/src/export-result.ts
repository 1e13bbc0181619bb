import { z } from 'zod'
import { artifactSchema, diffCountsSchema } from './artifact.ts'
import { defineMessage } from './define.ts'
import { qualitySchema } from './quality.ts'
import { siteName } from './site.ts'
import { storedPagesSchema } from './stored-pages.ts'
import { noSite } from './subjects.ts'

/** Pages whose content was that of last time, so that their record was taken over, and those that had to be read again. */
const cacheUsesSchema = z.strictObject({ hit: z.int().nonnegative(), miss: z.int().nonnegative() })

export type CacheUses = z.output<typeof cacheUsesSchema>

/** What an export wrote. From: exporter. Stream: RESULTS. Idempotent by target and attempt. */
export const exportResult = defineMessage({
  name: 'result.export',
  version: 1,
  stream: 'RESULTS',
  about: 'What an export wrote, or why it could not.',
  subjectPattern: 'result.export.<run>.<site>',
  schema: z.strictObject({
    runId: z.uuid(),
    /** Null: the run's archive. */
    site: siteName.nullable(),
    attempt: z.int().positive(),
    /** `incomplete`: records are missing; `missingUrlIds` have to be fetched again before the next attempt. */
    status: z.enum(['complete', 'incomplete', 'failed']),
    reason: z.string().max(1_000).nullable(),
    rows: z.int().nonnegative(),
    missingUrlIds: z.array(z.uuid()).max(5_000),
    artifacts: z.array(artifactSchema),
    /** Of an archive in several parts: all of them in order; the first is the first of `artifacts`. Absent: it is one file. */
    archiveParts: z.array(artifactSchema).optional(),
    diff: diffCountsSchema.nullable(),
    /** What the quality gates said. Absent: not a complete export of a site, or by an exporter without gates. */
    quality: qualitySchema.optional(),
    /** Absent: the site does not store its pages. */
    storedPages: storedPagesSchema.optional(),
    /** Absent: of what was not fetched (an archive, a re-extraction), or by an exporter that does not count. */
    cacheUses: cacheUsesSchema.optional(),
    durationMs: z.number().nonnegative(),
  }),
  subject: (m) => `result.export.${m.runId}.${m.site ?? noSite}`,
  messageId: (m) => `${m.runId}.${m.site ?? noSite}:${m.attempt}`,
})

export type ExportResult = z.output<typeof exportResult.schema>
