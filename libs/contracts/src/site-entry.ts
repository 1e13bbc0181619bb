import { z } from 'zod'
import { diffCountsSchema } from './artifact.ts'
import { qualityStatuses } from './quality.ts'
import { countsSchema, siteRunSchema } from './run.ts'
import { siteName, siteSchema } from './site.ts'

/** Where a site came from: `config/sites.json`, or the API. */
export const siteOrigins = ['file', 'api'] as const

/** The last run of a site, whatever became of it. */
export const siteLastRunSchema = z.strictObject({
  runId: z.uuid(),
  status: siteRunSchema.shape.status,
  step: siteRunSchema.shape.step,
  reason: z.string().nullable(),
  /** When its run was asked for. */
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** From its start to its end. Null: it has not ended, or never started. */
  durationMs: z.number().nullable(),
  counts: countsSchema,
  diff: diffCountsSchema.nullable(),
  /** What the quality gates said. Null: they have not. */
  quality: z.enum(qualityStatuses).nullable(),
})

export type SiteLastRun = z.output<typeof siteLastRunSchema>

const standing = {
  origin: z.enum(siteOrigins),
  /** Grows with every change; changing needs it. */
  version: z.int().positive(),
  updatedAt: z.string(),
  /** Who changed it last. `sites.json`: the file. */
  updatedBy: z.string(),
  /** Null: it never ran. */
  lastRun: siteLastRunSchema.nullable(),
  /** A run is doing it, or will: until then it can't be deleted. */
  isRunning: z.boolean(),
}

/** A site in a list: enough for a row. */
export const siteSummarySchema = z.strictObject({
  name: siteName,
  /** The first of its start URLs. */
  startUrl: z.string(),
  group: z.string().nullable(),
  enabled: z.boolean(),
  policy: z.string(),
  render: siteSchema.shape.render.unwrap(),
  ...standing,
})

export type SiteSummary = z.output<typeof siteSummarySchema>

/** A site of the catalogue, all of it. */
export const siteEntrySchema = z.strictObject({ site: siteSchema, ...standing })

export type SiteEntry = z.output<typeof siteEntrySchema>

/** How a list of sites may be sorted; with `-` the last or largest first. Sites that never ran are last. */
export const siteOrders = [
  'name',
  '-name',
  'updated',
  '-updated',
  'last-run',
  '-last-run',
  'pages',
  '-pages',
  'duration',
  '-duration',
] as const
export type SiteOrder = (typeof siteOrders)[number]

/** What is wrong with an entry: where in it, and why. */
export const siteProblemSchema = z.strictObject({ field: z.string(), message: z.string() })

export const importResults = ['created', 'changed', 'unchanged', 'invalid'] as const

/** What the import of a `sites.json` does, or would do. */
export const importReportSchema = z.strictObject({
  /** False: nothing was done, since it was a dry run or some entry is invalid. */
  applied: z.boolean(),
  counts: z.strictObject({ created: z.int(), changed: z.int(), unchanged: z.int(), invalid: z.int() }),
  /** The first {@link maxImportEntriesShown}, invalid ones before the others. */
  entries: z.array(
    z.strictObject({
      /** Place in the document, from 0. */
      index: z.int(),
      /** Null: it has none that can be read. */
      name: z.string().nullable(),
      result: z.enum(importResults),
      /** The first 20. Empty unless invalid. */
      problems: z.array(siteProblemSchema),
      /** Names of the fields that another value is given to. */
      changed: z.array(z.string()),
    }),
  ),
})

export type ImportReport = z.output<typeof importReportSchema>

export const maxImportEntries = 10_000
export const maxImportEntriesShown = 2_000
