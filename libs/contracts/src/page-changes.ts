import { z } from 'zod'
import { defineMessage } from './define.ts'
import { siteName } from './site.ts'

/** Bounds of a batch: at either, the next one begins. */
export const changeLimits = {
  maxPerBatch: 500,
  /** JSON of the changes in one message: the broker takes 1 MiB. */
  maxBatchBytes: 500_000,
  /** Of a value, name or reason; longer ones are cut. */
  maxTextChars: 1_000,
} as const

/** What happened to a page between two runs; a page that was not checked has no change. */
export const changeKinds = ['changed', 'removed', 'added', 'moved'] as const

const text = z.string().max(changeLimits.maxTextChars)
const value = z.union([text, z.number()]).nullable()

export const pageChangeSchema = z.strictObject({
  change: z.enum(changeKinds),
  /** What changed, by its name in the reports. Null: the page itself. */
  field: text.nullable(),
  old: value,
  new: value,
  /** New less old, of two numbers that can be compared. */
  difference: z.number().nullable(),
  percent: z.number().nullable(),
  /** Of the product, or the page's title. */
  name: text.nullable(),
  /** Kebab-case: why it is removed. */
  reason: text.nullable(),
  /** Of the page's product in that run. Null: it has none, or no product. */
  price: z.number().nullable(),
  currency: z.string().max(3).nullable(),
  /** When the page was fetched, ISO 8601. Null: it was not, it is in no source any more. */
  fetchedAt: z.string().nullable(),
})

export type PageChange = z.output<typeof pageChangeSchema>

/** What an export found changed, for the history of pages. From: exporter. Stream: RESULTS. Idempotent by attempt and batch. */
export const pageChanges = defineMessage({
  name: 'result.changes',
  version: 1,
  stream: 'RESULTS',
  about: 'What changed of pages since the run before, for their history.',
  subjectPattern: 'result.changes.<run>.<site>',
  schema: z.strictObject({
    runId: z.uuid(),
    site: siteName,
    /** Of the export. The changes of a later one replace all of an earlier one. */
    attempt: z.int().positive(),
    /** From 0; the first one is there even where nothing has changed. */
    batch: z.int().nonnegative(),
    changes: z.array(pageChangeSchema.extend({ url: z.string().max(2_048) })).max(changeLimits.maxPerBatch),
  }),
  subject: (m) => `result.changes.${m.runId}.${m.site}`,
  messageId: (m) => `${m.runId}.${m.site}:${m.attempt}:changes:${m.batch}`,
})

export type PageChanges = z.output<typeof pageChanges.schema>
