import { z } from 'zod'
import { defineMessage } from './define.ts'
import { siteName } from './site.ts'

/** Where a URL was found. `known`: in the run before. `robots`: a sitemap that robots.txt names. */
export const sources = ['start', 'sitemap', 'link', 'redirect', 'robots', 'known'] as const
export type Source = (typeof sources)[number]

/** Most URLs in one batch: keeps a message under 1 MiB with URLs of 2,000 characters. */
export const maxUrlsPerBatch = 400

/** URLs found by one task. From: fetcher. Stream: RESULTS. Idempotent by the finding task and its attempt. */
export const discovered = defineMessage({
  name: 'result.discovered',
  version: 1,
  stream: 'RESULTS',
  about: 'URLs found in a sitemap, a page, a redirect or robots.txt.',
  subjectPattern: 'result.discovered.<run>.<site>',
  schema: z.strictObject({
    runId: z.uuid(),
    site: siteName,
    /** The task that found them. */
    urlId: z.uuid(),
    attempt: z.int().positive(),
    /** From 0; the task's outcome announces how many there are. */
    batch: z.int().nonnegative(),
    urls: z
      .array(
        z.strictObject({
          /** Absolute and canonical (libs/urls). */
          url: z.url().max(2_048),
          kind: z.enum(['page', 'sitemap']),
          source: z.enum(sources),
          depth: z.int().nonnegative(),
          redirects: z.int().nonnegative(),
          /** `lastmod` of a sitemap, as ISO 8601. */
          lastmod: z.string().max(40).optional(),
        }),
      )
      .max(maxUrlsPerBatch),
  }),
  subject: (m) => `result.discovered.${m.runId}.${m.site}`,
  messageId: (m) => `${m.urlId}:${m.attempt}:${m.batch}`,
})

export type Discovered = z.output<typeof discovered.schema>
export type DiscoveredUrl = Discovered['urls'][number]
