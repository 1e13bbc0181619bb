import { z } from 'zod'

const ms = z.int().positive()

/**
 * A policy: a named politeness and network profile (`config/policies.yml`). Every field has a default, so `{}` is
 * a policy: one request a second, one at a time, robots obeyed.
 */
export const policySchema = z
  .strictObject({
    /** Requests a second to one host, all fetchers together. */
    ratePerSecond: z.number().positive().max(10_000).default(1),
    /** Requests that may follow each other without a pause after idleness. 1: none. */
    burst: z.int().min(1).max(1_000).default(1),
    /** Requests to one host at once, all fetchers together. */
    concurrency: z.int().min(1).max(512).default(1),
    respectRobots: z.boolean().default(true),
    /** Why robots.txt is not obeyed: required with `respectRobots: false`, shown in the audit event. */
    robotsOverrideReason: z.string().min(1).optional(),
    /** Whether a `Crawl-delay` slows the host down. */
    honourCrawlDelay: z.boolean().default(true),
    userAgent: z.string().min(1).max(256).default('SeineBot/0.1 (+https://seine.example/bot)'),
    timeouts: z
      .strictObject({
        connectMs: ms.default(10_000),
        /** From the request sent to the last header byte. */
        headersMs: ms.default(20_000),
        /** Longest silence while the body is read. */
        idleMs: ms.default(15_000),
        /** Everything of one request. Below the consumer's ack wait. */
        totalMs: ms.max(50_000).default(45_000),
      })
      .prefault({}),
    limits: z
      .strictObject({
        /** Decoded bytes of a page kept; the rest is not read, the record says `truncated`. */
        maxBodyBytes: z.int().positive().default(5_000_000),
        /** Decoded bytes of one sitemap (sitemaps.org: 50 MB). */
        maxSitemapBytes: z.int().positive().default(52_428_800),
        maxSitemapUrls: z.int().positive().default(50_000),
        maxHeaderBytes: z.int().positive().default(65_536),
        /** Hops a robots.txt or sitemap may take (RFC 9309 §2.3.1.2: at least five), and redirects in a chain of pages. */
        maxRedirects: z.int().nonnegative().default(5),
      })
      .prefault({}),
    retry: z
      .strictObject({
        /** Tries of one URL, the first included. */
        maxAttempts: z.int().min(1).max(20).default(4),
        baseMs: ms.default(1_000),
        capMs: ms.default(60_000),
        /** Longest `Retry-After` that is waited for; a longer one is cut to this. */
        maxRetryAfterMs: ms.default(600_000),
        /**
         * Second and further tries that the pages of one site run may take, all together: so many for each page it knows,
         * and `atLeast` as many for a small site. Where they are used up every failure is final at once: a site that
         * fails so often is down, and trying again holds it down. Both 0: no second tries.
         */
        siteBudget: z
          .strictObject({
            share: z.number().min(0).max(20).default(0.25),
            atLeast: z.int().nonnegative().default(200),
          })
          .prefault({}),
      })
      .prefault({}),
    proxyPool: z.enum(['direct', 'datacenter', 'residential']).default('direct'),
  })
  .refine((p) => p.respectRobots || p.robotsOverrideReason !== undefined, {
    path: ['robotsOverrideReason'],
    message: 'required with respectRobots: false',
  })

export type Policy = z.output<typeof policySchema>

/** `config/policies.yml`: policies by name. `default` is used by sites that name none. */
export const policiesFileSchema = z.strictObject({
  policies: z.record(z.string().regex(/^[a-z0-9-]+$/), policySchema),
})
