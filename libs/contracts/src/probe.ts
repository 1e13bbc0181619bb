import { z } from 'zod'
import { productSchema, recordLimits, seoSchema } from './record.ts'

/** Bounds of what a test-fetch answers, so that it fits a reply. At a bound the rest is left out. */
export const probeLimits = {
  maxHeaders: 100,
  maxHeaderChars: 1_000,
  /** Matches of one selector that are shown, and how much of each. */
  maxSamples: 3,
  maxSampleChars: 300,
  maxValueChars: 2_000,
  /** Headings, images, variants and other lists of a page. */
  maxListItems: 10,
} as const

/** How a test-fetch ended. `fetched`: answered, whatever the status; the others say in `reason` why not. */
export const probeVerdicts = ['fetched', 'robots', 'left-site', 'busy', 'failed'] as const

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
  /** Null: nothing matched. A long one is cut. */
  value: z.json(),
  /** What it found before pattern and type. */
  matches: z.int(),
  /** The first of those, as found. */
  samples: z.array(z.string()),
  /** Why it could not be read. Null: it could. */
  problem: z.string().nullable(),
})

/** What a page says, for people who look at one. */
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

/** What a fetcher found when it asked for one page of a site. */
export const probeSchema = z.strictObject({
  verdict: z.enum(probeVerdicts),
  /** Kebab-case, as in the ledger. Empty: nothing to explain. */
  reason: z.string(),
  /** For people. Null: the reason says it all. */
  detail: z.string().nullable(),
  /** Each request for the page, the last one last: more than one where it redirects. */
  hops: z.array(
    z.strictObject({
      url: z.string(),
      status: z.int(),
      /** Where it redirects to. Null: it does not. */
      location: z.string().nullable(),
      durationMs: z.number(),
    }),
  ),
  /** What robots.txt of the last hop's host says. Null: it could not be read. */
  robots: z
    .strictObject({
      host: z.string(),
      /** Whether it lets the URL be fetched, obeyed or not. */
      isAllowed: z.boolean(),
      /** False: the site's policy does not obey it, and it was not asked for. */
      isObeyed: z.boolean(),
      crawlDelayMs: z.number().nullable(),
      sitemaps: z.int(),
    })
    .nullable(),
  /** The last hop's answer. Null: there was none. */
  answer: z
    .strictObject({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
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
  /** How long the host's clock made it wait, and the whole of it. */
  waitedMs: z.number(),
  tookMs: z.number(),
})

export type Probe = z.output<typeof probeSchema>
