import { z } from 'zod'

/**
 * What a record is a function of: the same key gives the same record but for times and sizes, so a page with the key of last
 * time takes its record over. Short, because it travels in headers.
 */
export const contentKeySchema = z.strictObject({
  /** Of status, decoded body and the headers that a record reads: the first 16 bytes of a SHA-256, base64url. */
  page: z.string().length(22),
  /** Of the extractor's version and what the site configures of extraction: likewise. */
  extraction: z.string().length(22),
})

export type ContentKey = z.output<typeof contentKeySchema>
