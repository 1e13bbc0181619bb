import { z } from 'zod'
import { pools } from './consumers.ts'
import { diffSettingsSchema } from './diff-settings.ts'
import { policyOverridesSchema } from './policy-overrides.ts'
import { qualitySettingsSchema } from './quality.ts'
import { retainSchema } from './retain.ts'
import { siteFieldsSchema } from './site-field.ts'
import { siteNamePattern } from './subjects.ts'

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })
const pattern = z.string().min(1).max(500).refine(isRegExp, { error: 'expected a regular expression' })

/** A host as it stands in a URL, with port if not the default one; names in any script. */
const host = z
  .string()
  .min(1)
  .max(260)
  .refine(isHost, { error: "expected a host like 'shop.example' or 'shop.example:8080'" })

function isHost(text: string): boolean {
  const url = /[\s/?#@\\]/.test(text) ? null : URL.parse(`https://${text}/`)
  return url !== null && url.pathname === '/'
}

function isRegExp(source: string): boolean {
  try {
    new RegExp(source)
    return true
  } catch {
    return false
  }
}

export const siteName = z
  .string()
  .regex(siteNamePattern, 'expected 1–64 of a–z, 0–9, - and _, starting and ending with a letter or digit')

/** One entry of `config/sites.json`. */
export const siteSchema = z.strictObject({
  name: siteName,
  /** Where to start; the first one's host is the site's own, and its `/` the home page. */
  startUrls: z.array(httpUrl).min(1).max(1_000),
  /** Sitemaps to read besides those in robots.txt. Absent: `/sitemap.xml` where robots.txt names none. Empty: none at all. */
  sitemaps: z.array(httpUrl).max(1_000).optional(),
  /** Other hosts (with port if not the default one) that belong to the site. */
  hosts: z.array(host).max(100).default([]),
  /** Regular expressions on the URL: where any are given, a page must match one. */
  include: z.array(pattern).max(100).default([]),
  /** Regular expressions on the URL: a page that matches one is skipped. */
  exclude: z.array(pattern).max(100).default([]),
  /** Whether links in pages are followed. */
  followLinks: z.boolean().default(true),
  /** Links away from a start URL or a sitemap entry. 0: those alone. */
  maxDepth: z.int().min(0).max(1_000).default(20),
  /** Most pages of one run. Absent: no limit but the scheduler's own. */
  maxPages: z.int().positive().optional(),
  /** Name in `config/policies.yml`. */
  policy: z.string().default('default'),
  /** What this site does otherwise than its policy: any of its fields, groups field by field. */
  policyOverrides: policyOverridesSchema.optional(),
  /** Whether a policy may ask this site through residential proxies. False: a run with such a policy is refused. */
  residentialProxies: z.boolean().default(false),
  /** Which pool fetches its pages. `auto`: `http`, until its raw pages turn out to be empty shells that scripts fill. */
  render: z.enum([...pools, 'auto']).default('http'),
  group: z.string().max(64).optional(),
  enabled: z.boolean().default(true),
  /** True: what is fetched is kept as WARC files, and `seine reextract` reads it again. Each run asks for every page anew. */
  storePages: z.boolean().optional(),
  /** How much of its past runs is kept. Absent: what the scheduler's settings say. */
  retain: retainSchema.optional(),
  /** What to read from its pages besides what every page is read for. */
  fields: siteFieldsSchema.optional(),
  /** What a comparison with an earlier run leaves out. Absent: nothing. */
  diff: diffSettingsSchema.optional(),
  /** Thresholds of quality gates. Absent, or without a gate: the defaults. */
  quality: qualitySettingsSchema.optional(),
})

export type Site = z.output<typeof siteSchema>

/** `config/sites.json`. */
export const sitesFileSchema = z.strictObject({
  $schema: z.string().optional(),
  sites: z.array(siteSchema).min(1).max(10_000),
})
