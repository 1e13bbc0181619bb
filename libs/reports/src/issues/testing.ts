import type { PageRecord, Seo, SeoCounts } from '@seine/contracts'
import type { PageFacts } from '../cross-page/page-facts.ts'
import type { SiteFacts } from '../cross-page/site-facts.ts'
import type { LedgerRow } from '../row.ts'
import type { SeoRow } from '../seo-row.ts'
import { recordOf, rowOf, seoOf } from '../testing.ts'
import { findIssues } from './find-issues.ts'

const url = 'https://shop.example/lamps/brass-lamp'

const goodSeo: Partial<Seo> = {
  title: 'Brass lamp with a shade of green glass',
  description: 'A lamp of brass with a shade of green glass, made by hand in small numbers and sent within two days.',
  titleCount: 1,
  descriptionCount: 1,
  h1: ['Brass lamp'],
  h2: ['Details'],
  canonical: url,
  language: 'en',
  viewport: 'width=device-width',
  openGraph: { 'og:title': 'Brass lamp', 'og:image': 'https://shop.example/lamp.jpg' },
  twitter: { 'twitter:card': 'summary' },
  wordCount: 400,
  textChars: 2_400,
  sentenceCount: 30,
  wordsPerSentence: 13.3,
  readingEase: 70,
  titlePixels: 400,
  descriptionPixels: 700,
  headings: [1, 1, 0, 0, 0, 0],
  internalLinks: 20,
  schemaProblems: [],
  outlinks: '',
}
const goodHttp: PageRecord['http'] = {
  version: '1.1',
  security: ['hsts', 'csp', 'nosniff', 'frame-options', 'referrer-policy'],
}

export interface PageParts {
  readonly url?: string
  readonly seo?: Partial<Seo>
  readonly counts?: Partial<SeoCounts>
  readonly record?: Partial<PageRecord>
  readonly ledger?: Partial<LedgerRow>
  readonly facts?: Partial<PageFacts>
  readonly site?: Partial<SiteFacts>
}

/** A page with which nothing is wrong, but for what is given. */
export function pageWith(parts: PageParts = {}): SeoRow {
  const at = parts.url ?? url
  const seo = seoOf({ ...goodSeo, canonical: at, counts: { jsonLdBlocks: 1, ...parts.counts }, ...parts.seo })
  const record = recordOf({ url: at, sizeBytes: 8_000, transferredBytes: 3_000, http: goodHttp, seo, ...parts.record })
  const inlinks = { inlinks: 9, uniqueInlinks: 5, followedInlinks: 5, indexableInlinks: 5 }
  const site = { knowsLinks: true, hasSitemap: true, ...parts.site }
  return rowOf(record, { source: 'sitemap', ...parts.ledger }, { ...inlinks, ...parts.facts }, site)
}

/** A page without an answer. */
export const unanswered = (ledger: Partial<LedgerRow>): SeoRow =>
  rowOf(null, { url, status: 0, ...ledger }, {}, { knowsLinks: true })

export const redirectTo = (redirectUrl: string, parts: Omit<PageParts, 'seo' | 'counts'> = {}): SeoRow =>
  pageWith({
    ...parts,
    record: { status: 301, redirectUrl, seo: null, ...parts.record },
    ledger: { source: 'link', ...parts.ledger },
    facts: { redirectHops: 1, redirectFinalStatus: 200, redirectFinalUrl: redirectUrl, ...parts.facts },
  })

export const codesOf = (row: SeoRow): string[] => findIssues(row).map(({ rule }) => rule.code)
