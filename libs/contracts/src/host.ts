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
  /** When an open breaker lets a probe through. Null: it is not open, or only an operator can close it. */
  probeAtMs: z.number().nullable(),
  failedProbes: z.int(),
  /** Null: not blocked. */
  blockedUntilMs: z.number().nullable(),
  blockedReason: z.string(),
  /** Between two requests. 0: none was made yet. */
  intervalMs: z.number(),
  /** The interval is longer than policy and robots.txt ask for, because the host throttles. */
  slowed: z.boolean(),
})

export type Host = z.output<typeof hostSchema>
