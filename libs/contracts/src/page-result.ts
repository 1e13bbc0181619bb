import { z } from 'zod'
import { compiled } from './compiled.ts'
import { contentKeySchema } from './content-key.ts'
import { defineMessage } from './define.ts'
import { pageRecordSchema } from './record.ts'
import { siteName } from './site.ts'
import { taskKinds } from './task.ts'

export const outcomeKinds = ['ok', 'unchanged', 'failed', 'skipped', 'deferred'] as const
/**
 * How a task ended. `ok`: answered with 2xx or 3xx. `unchanged`: answered 304, or the last result is fresh enough.
 * `failed`: answered 4xx or 5xx, or not at all, after its retries. `skipped`: not asked for, with the reason.
 * `deferred`: again at `retryAtMs`.
 */
export type OutcomeKind = (typeof outcomeKinds)[number]

/** Everything the ledger needs to know, small enough for a header. */
export const outcomeSchema = z.object({
  urlId: z.uuid(),
  attempt: z.int().positive(),
  kind: z.enum(taskKinds),
  outcome: z.enum(outcomeKinds),
  /** Machine-readable, kebab-case: `http-404`, `timeout-headers`, `robots`, `rate-limited`. Empty for `ok`. */
  reason: z.string().max(200),
  /** HTTP status. 0: no answer. */
  status: z.int().min(0).max(999),
  /** `deferred` only: when to try again, Unix ms of the broker's clock. */
  retryAtMs: z.number().optional(),
  /** `deferred` only: whether it counts against the retry budget (an error did it) or not (it only had to wait). */
  countsAsFailure: z.boolean().optional(),
  /** When the host's next slot is free, Unix ms; the frontier sends nothing to it before. Absent: unknown. */
  hostDueAtMs: z.number().optional(),
  /** `result.discovered` batches this task published: the ledger waits until all are entered. */
  announcedBatches: z.int().nonnegative(),
  /** From request to last body byte. */
  durationMs: z.number().nonnegative(),
  /** Decoded body bytes. */
  bytes: z.int().nonnegative(),
  etag: z.string().max(1_000).optional(),
  lastModified: z.string().max(100).optional(),
  /** `ok` only: what the record was made of. */
  content: contentKeySchema.optional(),
  /** Whether the record of last time was taken over, or had to be made again. Absent: there was none, or the host itself said `unchanged`. */
  cache: z.enum(['hit', 'miss']).optional(),
  /** File below the site run's `pages` folder that holds what was answered, once it is there. Absent: it is not stored. */
  stored: z.string().max(100).optional(),
  /** Short sentence for people, for preflight and failures. Absent: the reason says it all. */
  detail: z.string().max(500).optional(),
})

export type Outcome = z.output<typeof outcomeSchema>

/** Header that carries an {@link Outcome} as JSON with non-ASCII escaped: all that `scheduler-outcomes` reads. */
export const outcomeHeader = 'Seine-Outcome'

/** How a task ended and what was made of its page. From: fetcher. Stream: RESULTS. Idempotent by URL id and attempt. */
export const pageResult = defineMessage({
  name: 'result.page',
  version: 1,
  stream: 'RESULTS',
  about: 'How a task ended, and the record of its page.',
  subjectPattern: 'result.page.<run>.<site>',
  schema: z.strictObject({
    runId: z.uuid(),
    site: siteName,
    outcome: outcomeSchema,
    /** Null for robots and sitemap tasks, for `unchanged`, `skipped` and `deferred`. */
    record: pageRecordSchema.nullable(),
  }),
  subject: (m) => `result.page.${m.runId}.${m.site}`,
  messageId: (m) => `${m.outcome.urlId}:${m.outcome.attempt}`,
  headers: (m) => ({ [outcomeHeader]: asciiJson(m.outcome) }),
})

export type PageResult = z.output<typeof pageResult.schema>

/** Reads the outcome out of a header's value. Throws ZodError or SyntaxError: a value we did not write. */
export function readOutcome(headerValue: string): Outcome {
  return compiled(outcomeSchema).parse(JSON.parse(headerValue))
}

// Header values are Latin-1 without line breaks on the wire: JSON escapes carry the rest.
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
