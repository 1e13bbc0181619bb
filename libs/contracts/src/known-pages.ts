import { z } from 'zod'
import { defineMessage } from './define.ts'
import { siteName } from './site.ts'

/** Bounds of a batch: at either, the next one begins. */
export const knownPageLimits = {
  maxPerBatch: 500,
  /** JSON of the pages in one message: the broker takes 1 MiB. */
  maxBatchBytes: 500_000,
  /** Of a title, a name or a reason; longer ones are cut. */
  maxTextChars: 300,
  maxIssues: 150,
  maxChanges: 50,
} as const

/**
 * What is known of a page after its site's last export. `ok`: it answered with 2xx or 3xx, or said that nothing has changed. `failed`,
 * `skipped`: as in the ledger. `gone`: no source has it any more. `not-checked`: that run had no part for it; all else is from before.
 */
export const pageStates = ['ok', 'failed', 'skipped', 'gone', 'not-checked'] as const
export type PageState = (typeof pageStates)[number]

const text = z.string().max(knownPageLimits.maxTextChars)

/** A page in a line. */
export const knownPageSchema = z.strictObject({
  url: z.string().max(2_048),
  state: z.enum(pageStates),
  /** Kebab-case; empty for `ok`. */
  reason: text,
  /** 0: no answer. */
  status: z.int(),
  title: text.nullable(),
  /** Of its product; null where it has none, as the four below. */
  name: text.nullable(),
  price: z.number().nullable(),
  currency: z.string().max(3).nullable(),
  availability: text.nullable(),
  /** Codes of what is wrong with it, in the order of the catalogue. */
  issues: z.array(z.string().max(64)).max(knownPageLimits.maxIssues),
})

export type KnownPage = z.output<typeof knownPageSchema>

/**
 * What is known of each page after an export. From: exporter. Stream: RESULTS. Idempotent by attempt and batch: each page is in
 * one batch.
 */
export const knownPages = defineMessage({
  name: 'result.known',
  version: 1,
  stream: 'RESULTS',
  about: 'What is known of each page after an export.',
  subjectPattern: 'result.known.<run>.<site>',
  schema: z.strictObject({
    runId: z.uuid(),
    site: siteName,
    /** Of the export. */
    attempt: z.int().positive(),
    /** From 0; the first one is there even where there are no pages. */
    batch: z.int().nonnegative(),
    /** False: it was compared with nothing, so pages that it does not name are not checked. */
    isCompared: z.boolean(),
    pages: z
      .array(
        knownPageSchema.extend({
          /** What is another than in the run before: `added`, `moved`, `removed`, or the names of fields. */
          changes: z.array(text).max(knownPageLimits.maxChanges),
          /** ISO 8601. Null: the run did not fetch it. */
          fetchedAt: z.string().max(30).nullable(),
        }),
      )
      .max(knownPageLimits.maxPerBatch),
  }),
  subject: (m) => `result.known.${m.runId}.${m.site}`,
  messageId: (m) => `${m.runId}.${m.site}:${m.attempt}:known:${m.batch}`,
})

export type KnownPages = z.output<typeof knownPages.schema>
