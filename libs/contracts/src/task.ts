import { z } from 'zod'
import { pools } from './consumers.ts'
import { contentKeySchema } from './content-key.ts'
import { defineMessage } from './define.ts'
import { siteName } from './site.ts'
import { hostToken } from './subjects.ts'

/** `robots`: preflight of a site (robots.txt read, home page answers). `sitemap`: a list of URLs. `page`: a page. */
export const taskKinds = ['robots', 'sitemap', 'page'] as const
export type TaskKind = (typeof taskKinds)[number]

/** One thing for a fetcher to do. From: scheduler. Stream: TASKS. */
export const fetchTask = defineMessage({
  name: 'work.fetch',
  version: 1,
  stream: 'TASKS',
  about: 'One URL to fetch.',
  subjectPattern: 'work.fetch.<pool>.<host>',
  schema: z.strictObject({
    urlId: z.uuid(),
    runId: z.uuid(),
    site: siteName,
    kind: z.enum(taskKinds),
    url: z.url(),
    pool: z.enum(pools),
    /** Dispatches of this URL so far, this one included: part of the message id. */
    attempt: z.int().positive(),
    /** Fetches of this URL that failed and were deferred: what the retry budget counts. */
    failures: z.int().nonnegative(),
    /** Links (or sitemap levels, for kind `sitemap`) away from where the site started. */
    depth: z.int().nonnegative(),
    /** Redirects that led here. */
    redirects: z.int().nonnegative(),
    /** Validators of the last good fetch, for a conditional request. Absent: unconditional. */
    etag: z.string().max(1_000).optional(),
    lastModified: z.string().max(100).optional(),
    /** What the last good fetch gave, so that the same again need not be read again. Absent: there was none. */
    known: contentKeySchema.optional(),
    /** A page that turns out to be an empty shell ends as `deferred`, reason `needs-browser`. Absent: it is taken as it is. */
    lookForShell: z.boolean().optional(),
    correlationId: z.string().max(128),
  }),
  subject: (m) => `work.fetch.${m.pool}.${hostToken(new URL(m.url).host)}`,
  messageId: (m) => `${m.urlId}:${m.attempt}`,
})

export type FetchTask = z.output<typeof fetchTask.schema>
