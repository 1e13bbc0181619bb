import { z } from 'zod'
import { defineMessage } from './define.ts'

/** Longest parts of a report, in characters: it is cut to them before it is sent. */
export const errorLimits = { name: 100, message: 2_000, stack: 8_000, contextKeys: 20, contextValue: 300 } as const

export const errorLevels = ['warn', 'error'] as const

/** Who reports: a service, or `dashboard`, `cli` and whatever else a client calls itself. */
export const reporterName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected 1–32 of a–z, 0–9 and -')

export const errorReportSchema = z.strictObject({
  id: z.uuid(),
  /** The same for the same fault: service, error and the frames of ours it came through. */
  fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
  service: reporterName,
  level: z.enum(errorLevels),
  /** Code of the error, else its name, else `Error`. */
  name: z.string().min(1).max(errorLimits.name),
  message: z.string().max(errorLimits.message),
  /** Null: there was none. */
  stack: z.string().max(errorLimits.stack).nullable(),
  /** What was known besides, as text. */
  context: z.record(z.string().max(100), z.string().max(errorLimits.contextValue)),
  correlationId: z.string().max(128).nullable(),
  /** Times it happened since it was last reported. */
  count: z.int().min(1),
  firstAt: z.string(),
  lastAt: z.string(),
})

export type ErrorReport = z.output<typeof errorReportSchema>

/** An unexpected error of a service or a client. From: any service. Stream: ERRORS. */
export const errorReport = defineMessage({
  name: 'error',
  version: 1,
  stream: 'ERRORS',
  about: 'Something unexpected, with how often it happened: the scheduler keeps the registry.',
  subjectPattern: 'error.<service>',
  schema: errorReportSchema,
  subject: (m) => `error.${m.service}`,
  messageId: (m) => m.id,
})

/** `open` again by itself where it happens after it was resolved. */
export const errorStates = ['open', 'resolved'] as const

/** All reports of one fault. */
export const errorGroupSchema = z.strictObject({
  fingerprint: z.string(),
  service: reporterName,
  level: z.enum(errorLevels),
  name: z.string(),
  /** Of the latest one, as are stack, context and correlation id. */
  message: z.string(),
  stack: z.string().nullable(),
  context: z.record(z.string(), z.string()),
  correlationId: z.string().nullable(),
  count: z.int(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  state: z.enum(errorStates),
  /** Null: never, or it has happened since. */
  resolvedAt: z.string().nullable(),
})

export type ErrorGroup = z.output<typeof errorGroupSchema>
