import { z } from 'zod'
import { productSchema, recordLimits, seoSchema } from './record.ts'

/** Headers of an answer that a test-fetch shows, and how much of each; the rest is left out. */
export const probeHeaderLimits = { maxHeaders: 100, maxChars: 1_000 } as const

/** How one request of a test-fetch ended. `fetched`: answered, whatever the status; the others say in `reason` why not. */
export const probeVerdicts = ['fetched', 'robots', 'busy', 'failed'] as const

const shortText = z.string().max(recordLimits.maxTextChars)

const seoSummarySchema = seoSchema.pick({
  title: true,
  titlePixels: true,
  description: true,
  descriptionPixels: true,
  h1: true,
  canonical: true,
  metaRobots: true,
  xRobotsTag: true,
  language: true,
  wordCount: true,
  readingEase: true,
  internalLinks: true,
  externalLinks: true,
  imageCount: true,
  imagesWithoutAlt: true,
  jsonLdTypes: true,
  schemaProblems: true,
})

/** What one selector of a site gave on a page. */
export const probedFieldSchema = z.strictObject({
  name: z.string(),
  required: z.boolean(),
  /** Null: nothing matched. */
  value: z.json(),
  /** What it found before pattern and type. */
  matches: z.int(),
  /** The first of those, as found. */
  samples: z.array(z.string()),
  /** Why it could not be read. Null: it could. */
  problem: z.string().nullable(),
})

/** What a page says, for people who look at one. Long texts and lists are cut so that it fits a reply. */
export const pageViewSchema = z.strictObject({
  seo: seoSummarySchema,
  product: productSchema.nullable(),
  fields: z.array(probedFieldSchema),
  /** Names of required selectors that matched nothing. */
  missingRequired: z.array(z.string()),
  /** Distinct ones, of which so many belong to the site. */
  links: z.strictObject({ total: z.int(), internal: z.int() }),
  /** It looks empty until a browser has run its scripts. */
  isShell: z.boolean(),
})

export type PageView = z.output<typeof pageViewSchema>

/** What came of asking for one URL of a site. */
export const probeHopSchema = z.strictObject({
  verdict: z.enum(probeVerdicts),
  /** Kebab-case, as in the ledger. Empty: nothing to explain. */
  reason: z.string(),
  /** For people. Null: the reason says it all. */
  detail: z.string().nullable(),
  /** What robots.txt of its host says. Null: it could not be read. */
  robots: z
    .strictObject({
      /** False: the site's policy does not obey it, and it was not asked for. */
      isObeyed: z.boolean(),
      isAllowed: z.boolean(),
      /** Null: none, or the policy does not honour it. */
      crawlDelayMs: z.number().nullable(),
      sitemaps: z.int(),
    })
    .nullable(),
  /** Null: there was none. */
  answer: z
    .strictObject({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      /** Where it redirects to, canonical. Null: it does not. */
      redirectUrl: z.string().nullable(),
      charset: shortText.nullable(),
      sizeBytes: z.int(),
      transferredBytes: z.int(),
      /** It was longer than the policy reads. */
      isTruncated: z.boolean(),
      ttfbMs: z.number(),
      durationMs: z.number(),
      remoteAddress: z.string(),
    })
    .nullable(),
  /** Null: it was no page that answered 2xx. */
  page: pageViewSchema.nullable(),
  /** How long the host's clock, and robots.txt where it had to be read, made it wait. */
  waitedMs: z.number(),
})

export type ProbeHop = z.output<typeof probeHopSchema>

/** What came of a test-fetch: all of its last request, and the redirects that led there. */
export const probeSchema = probeHopSchema.extend({
  /** `left-site`: it redirects to a host that is not the site's. */
  verdict: z.enum([...probeVerdicts, 'left-site']),
  url: z.string(),
  /** Those before the last one. */
  redirects: z.array(z.strictObject({ url: z.string(), status: z.int(), durationMs: z.number() })),
  tookMs: z.number(),
})

export type Probe = z.output<typeof probeSchema>
