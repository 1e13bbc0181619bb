import { z } from 'zod'
import { artifactSchema, diffCountsSchema } from './artifact.ts'
import { qualitySchema, qualitySummarySchema } from './quality.ts'
import { siteName } from './site.ts'
import { storedPagesSchema } from './stored-pages.ts'

/** Stages of a site run, in order, and the run's own last one. */
export const steps = ['preflight', 'discover', 'fetch', 'export', 'archive'] as const
export type Step = (typeof steps)[number]

/** `waiting`: not started yet. A run that lost its scheduler stays `running` and is taken up by the next one. */
export const siteRunStatuses = ['waiting', 'running', 'completed', 'failed', 'cancelled'] as const
export type SiteRunStatus = (typeof siteRunStatuses)[number]

/** `paused`: nothing new is dispatched until it is resumed; its sites keep the status they have. */
export const runStatuses = [...siteRunStatuses, 'paused'] as const
export type RunStatus = (typeof runStatuses)[number]

/** How a list of runs may be sorted; with `-` the largest or latest first. */
export const runOrders = ['-created', 'created', '-started', 'started', '-finished', 'finished'] as const

/** How fast a run may ask each host at most, whatever the site's policy says; named as in a policy. */
export const runCeilingSchema = z.strictObject({
  ratePerSecond: z.number().positive().max(10_000).optional(),
  concurrency: z.int().min(1).max(512).optional(),
})

/** What a bulk run is asked to do. */
export const runOptionsSchema = z.strictObject({
  /** Names of sites, enabled or not. Absent: all enabled ones. */
  sites: z.array(siteName).min(1).max(10_000).optional(),
  /** Of those, the sites of this group alone. */
  group: z.string().min(1).max(64).optional(),
  /** Of those, all but these. */
  exclude: z.array(siteName).min(1).max(10_000).optional(),
  /** Name of the policy that every site of the run has instead of its own; what a site overrides of a policy it still does. */
  policy: z.string().min(1).max(100).optional(),
  /** Makes the run slower than policies say, never faster. */
  at_most: runCeilingSchema.optional(),
  /** Sites at once. Absent: `BULK_MAX_CONCURRENCY`. */
  concurrency: z.int().min(1).max(1_000).optional(),
  /** Most pages a site, sitemaps included; exact. Absent: the site's `maxPages`. */
  limit: z.int().min(1).max(10_000_000).optional(),
  /** Pages with a result younger than `freshForMs` are not fetched again: their outcome is `unchanged`, reason `fresh`. */
  skip_existing: z.boolean().default(false),
  /** Reads robots.txt and sitemaps, counts, fetches no page: every page is `skipped`, reason `dry-run`. */
  dry_run: z.boolean().default(false),
})

export type RunOptions = z.output<typeof runOptionsSchema>

/** The ledger of a site run, in pages. Keeps I1: discovered = ok + unchanged + failed + skipped + pending. */
export const countsSchema = z.strictObject({
  discovered: z.int(),
  ok: z.int(),
  unchanged: z.int(),
  failed: z.int(),
  skipped: z.int(),
  pending: z.int(),
})

export type Counts = z.output<typeof countsSchema>

/** How long it will still take. `estimating`: discovery runs and nothing can be said. */
export const etaSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('estimating') }),
  z.strictObject({
    state: z.literal('known'),
    remainingMs: z.number().nonnegative(),
    /** `measured`: from this run's speed. `history`: from the site's last run. `policy`: bounded by its rate. */
    basis: z.enum(['measured', 'history', 'policy']),
  }),
  z.strictObject({ state: z.literal('done') }),
])

export type Eta = z.output<typeof etaSchema>

/** One entry of a site run's manifest. */
export const stepStateSchema = z.strictObject({
  step: z.enum(steps),
  state: z.enum(['pending', 'running', 'completed', 'failed', 'skipped']),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

export type StepState = z.output<typeof stepStateSchema>

export const siteRunSchema = z.strictObject({
  runId: z.uuid(),
  site: siteName,
  status: z.enum(siteRunStatuses),
  /** Null while waiting and after the end. */
  step: z.enum(steps).nullable(),
  /** Why it failed: `preflight: shop.example does not resolve`. Null: it did not. */
  reason: z.string().nullable(),
  counts: countsSchema,
  /** Skipped and failed pages by reason. */
  reasons: z.record(z.string(), z.int()),
  bytes: z.int(),
  pagesPerSecond: z.number(),
  eta: etaSchema,
  steps: z.array(stepStateSchema),
  diff: diffCountsSchema.nullable(),
  /** What the quality gates said after its export. Absent: it has not come that far. */
  quality: qualitySchema.optional(),
  /** Of its answered pages. Absent: the site does not store them, or they have not been counted yet. */
  storedPages: storedPagesSchema.optional(),
  artifacts: z.array(artifactSchema),
  /** Since when its results and files are gone; what it counted stays. Absent: they are there. */
  releasedAt: z.string().optional(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

export type SiteRun = z.output<typeof siteRunSchema>

export const runSchema = z.strictObject({
  id: z.uuid(),
  status: z.enum(runStatuses),
  reason: z.string().nullable(),
  options: runOptionsSchema,
  /** Sites by status. */
  siteCounts: z.record(z.enum(siteRunStatuses), z.int()),
  counts: countsSchema,
  bytes: z.int(),
  pagesPerSecond: z.number(),
  eta: etaSchema,
  steps: z.array(stepStateSchema),
  /** What the quality gates of its sites said. Absent: none has been judged. */
  quality: qualitySummarySchema.optional(),
  /** What its sites were found to differ by, summed. Absent: none of them has been compared. */
  diff: diffCountsSchema.optional(),
  /** Null until the archive is written. */
  archive: artifactSchema.nullable(),
  /** The archive in several parts, `archive` the first of them. Absent: it is one file, or none. */
  archiveParts: z.array(artifactSchema).optional(),
  correlationId: z.string(),
  /** Who wanted it: somebody over the API, id null, or a schedule. Absent: made before this was kept. */
  origin: z.strictObject({ kind: z.enum(['api', 'schedule']), id: z.uuid().nullable() }).optional(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

export type Run = z.output<typeof runSchema>
