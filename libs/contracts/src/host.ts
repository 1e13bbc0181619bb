import { z } from 'zod'

/** A host as URL.host writes it: lower case, with the port where it is not the default one. */
export const hostName = z
  .string()
  .min(1)
  .max(260)
  .regex(/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/, 'expected a host like shop.example or shop.example:8080')

/** What the mesh knows about being polite to one host. Times are Unix ms of the broker's clock. */
export const hostSchema = z.strictObject({
  host: hostName,
  /** As after the next request: an open breaker whose time has come is `half-open`. */
  breaker: z.enum(['closed', 'open', 'half-open']),
  /** What an operator ordered. Null: the breaker decides. */
  forced: z.enum(['open', 'closed']).nullable(),
  breakerReason: z.string(),
  /** Since when it is as it is, as far as is known. Null: it never opened, or an operator holds it (the audit says since when). */
  breakerSinceMs: z.number().nullable(),
  /** When an open breaker lets a probe through. Null: it is not open, or only an operator can close it. */
  probeAtMs: z.number().nullable(),
  failedProbes: z.int(),
  /** Null: not blocked. */
  blockedUntilMs: z.number().nullable(),
  blockedReason: z.string(),
  /** Between two requests: what is kept to. 0: none was made yet. */
  intervalMs: z.number(),
  /** What decides the interval. Null: none was made yet. */
  intervalFrom: z.enum(['policy', 'crawl-delay', 'throttling']).nullable(),
  /** The interval is longer than policy and robots.txt ask for, because the host throttles. */
  slowed: z.boolean(),
  /** Null: it was not asked for in a day. */
  robots: z
    .strictObject({
      /** `fetching`: a fetcher is at it. */
      state: z.enum(['fetching', 'known']),
      /** What it was answered with. 0: it is being fetched. */
      status: z.int(),
      /** What that status means (RFC 9309 §2.3.1): rules are obeyed, there are none, or nothing may be fetched. */
      access: z.enum(['as-written', 'allow-all', 'disallow-all']).nullable(),
      fetchedAtMs: z.number().nullable(),
      ageMs: z.number().nullable(),
      sizeBytes: z.int(),
      /** The longest that the user agents of our policies are asked for. Null: none. */
      crawlDelayMs: z.number().nullable(),
      sitemaps: z.int(),
    })
    .nullable(),
})

export type Host = z.output<typeof hostSchema>
