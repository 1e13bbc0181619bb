import { z } from 'zod'
import { artifactSchema, diffCountsSchema } from './artifact.ts'
import { pools } from './consumers.ts'
import { defineMessage } from './define.ts'
import { qualitySchema, qualitySummarySchema } from './quality.ts'
import { retentionReasons } from './retention.ts'
import { countsSchema, etaSchema, runStatuses, siteRunStatuses, steps } from './run.ts'
import { sinkOutcomeSchema } from './run-sinks.ts'
import { siteName } from './site.ts'
import { noSite } from './subjects.ts'

export const levels = ['debug', 'info', 'warn', 'error'] as const

/** `data` by event type. A type's tokens are the tail of its subject. */
export const eventData = {
  'run.created': z.strictObject({ sites: z.int(), dryRun: z.boolean() }),
  /** It begins, or goes on after a pause, a cancel or a failure. */
  'run.started': z.strictObject({}),
  'run.paused': z.strictObject({}),
  'run.progress': z.strictObject({
    counts: countsSchema,
    sitesDone: z.int(),
    sites: z.int(),
    pagesPerSecond: z.number(),
    bytes: z.int(),
    eta: etaSchema,
  }),
  'run.finished': z.strictObject({
    status: z.enum(runStatuses),
    reason: z.string().nullable(),
    counts: countsSchema,
    archive: artifactSchema.nullable(),
    /** Absent: no site of it has been judged. */
    quality: qualitySummarySchema.optional(),
    durationMs: z.number(),
  }),
  'site.started': z.strictObject({}),
  'site.step': z.strictObject({ from: z.enum(steps).nullable() }),
  'site.progress': z.strictObject({ counts: countsSchema, pagesPerSecond: z.number(), bytes: z.int(), eta: etaSchema }),
  'site.finished': z.strictObject({
    status: z.enum(siteRunStatuses),
    reason: z.string().nullable(),
    counts: countsSchema,
    diff: diffCountsSchema.nullable(),
    /** What its quality gates said. Absent: it was not exported. */
    quality: qualitySchema.optional(),
    durationMs: z.number(),
  }),
  /** Failed pages with one reason, so far. Told at the first, each time they have doubled, and at the end. */
  'pages.failed': z.strictObject({ reason: z.string(), pages: z.int() }),
  'artifact.written': z.strictObject({ artifact: artifactSchema }),
  'host.blocked': z.strictObject({ host: z.string(), untilMs: z.number(), reason: z.string() }),
  'host.breaker': z.strictObject({
    host: z.string(),
    state: z.enum(['closed', 'open', 'half-open']),
    untilMs: z.number().optional(),
    reason: z.string().optional(),
  }),
  /** Pages whose content was the same as last time: their record was taken over. Told when the site is done. */
  'cache.hit': z.strictObject({ pages: z.int() }),
  /** Pages that were extracted although a record of them existed. Told when the site is done. */
  'cache.miss': z.strictObject({ pages: z.int() }),
  /** What there is of the site's run is let go of after `after`: its pages in the ledger, files and stored pages. */
  'retention.planned': z.strictObject({
    reason: z.enum(retentionReasons),
    pages: z.int(),
    artifactBytes: z.number(),
    after: z.string(),
  }),
  /** The files of a run were handed to a sink, or could not be. After `run.finished`, and nothing of the run depends on it. */
  'sink.delivered': sinkOutcomeSchema,
  'sink.failed': sinkOutcomeSchema,
  'robots.overridden': z.strictObject({ host: z.string(), reason: z.string() }),
  /** `render: auto`: which pool fetches the site's pages from now on, and why. To `http`: nobody is there to render them. */
  'site.render': z.strictObject({
    from: z.enum(pools),
    to: z.enum(pools),
    reason: z.enum(['needs-browser', 'remembered', 'no-browser-fetcher']),
  }),
  /** A webhook that was to be told of this run is told no more: its receiver fails for days, or is gone. */
  'webhook.disabled': z.strictObject({ webhookId: z.uuid(), name: z.string(), reason: z.string() }),
  /** A site is asked through residential proxies. */
  'proxy.residential': z.strictObject({ host: z.string(), policy: z.string() }),
} as const

export type EventType = keyof typeof eventData
export type EventData<T extends EventType> = z.output<(typeof eventData)[T]>

const base = z.strictObject({
  /** ISO 8601, UTC, ms. */
  ts: z.string(),
  level: z.enum(levels),
  job_id: z.uuid(),
  /** Absent: the event is the run's own. */
  site: siteName.optional(),
  step: z.enum(steps).nullable(),
  trace_id: z.string().optional(),
  /** Distinguishes events of one type in one millisecond: makes the message id. */
  id: z.uuid(),
})

export const eventTypes = Object.keys(eventData) as [EventType, ...EventType[]]

/** One event of a run, its `data` checked by its type. */
export const eventSchema = base
  .extend({ type: z.enum(eventTypes), data: z.unknown() })
  .superRefine((event, context) => {
    const parsed = eventData[event.type].safeParse(event.data)
    if (!parsed.success)
      for (const issue of parsed.error.issues)
        context.addIssue({ code: 'custom', path: ['data', ...issue.path], message: issue.message })
  })

type Base = z.output<typeof base>
export type SeineEvent = { [T in EventType]: Base & { type: T; data: EventData<T> } }[EventType]

/** Something that happened in a run. From: any service. Stream: EVENTS. */
export const eventMessage = defineMessage({
  name: 'event',
  version: 1,
  stream: 'EVENTS',
  about: 'Something that happened in a run: the log that tail, SSE and WebSocket read.',
  subjectPattern: 'event.<run>.<site>.<type>',
  schema: eventSchema as unknown as z.ZodType<SeineEvent>,
  subject: (m) => `event.${m.job_id}.${m.site ?? noSite}.${m.type}`,
  messageId: (m) => m.id,
})
