import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { stateWordOf } from '../cross-page/page-state.ts'
import type { SeoRow } from '../seo-row.ts'
import { recordOf, rowOf, seoOf } from '../testing.ts'
import { issueCatalogue, issuesBySeverity, rankedIssues } from './catalogue.ts'
import { findIssues } from './find-issues.ts'
import { issuesDoc } from './issues-doc.ts'
import { codesOf, type PageParts, pageWith, redirectTo, unanswered } from './testing.ts'

const at = 'https://shop.example/lamps/brass-lamp'
const other = 'https://shop.example/lamps/other'
const hreflang = (...langs: string[]) =>
  langs.map((lang, n) => ({ lang, url: lang === 'x-default' ? at : `${at}?v=${n}` }))
const own = { lang: 'en', url: at }
const standard = [own, { lang: 'x-default', url: at }]
const without = (header: string): PageParts => ({
  record: {
    http: {
      security: (['hsts', 'csp', 'nosniff', 'frame-options', 'referrer-policy'] as const).filter(
        (name) => name !== header,
      ),
    },
  },
})
const state = (row: SeoRow): number => stateWordOf(row)
const noindexPage = rowOf(recordOf({ seo: seoOf({ metaRobots: 'noindex' }) }))
const gonePage = rowOf(null, { outcome: 'failed', status: 404, reason: 'http-404' })
const canonicalisedPage = rowOf(recordOf({ seo: seoOf({ canonical: other }) }))

/**
 * Each code with a page that has it and, where the limit is worth a look, the nearest one that has not; the flawless page, which has
 * none of them, stands for the others.
 */
const cases: [code: string, has: PageParts | SeoRow, hasNot?: PageParts | SeoRow][] = [
  ['response-none', unanswered({ outcome: 'failed', reason: 'timeout-headers' })],
  ['response-client-error', { record: { status: 404 }, ledger: { outcome: 'failed', reason: 'http-404' } }],
  ['response-server-error', { record: { status: 503 }, ledger: { outcome: 'failed', reason: 'http-503' } }],
  ['response-block-page', { ledger: { outcome: 'failed', reason: 'blocked-captcha' } }],
  [
    'response-blocked-by-robots',
    unanswered({ outcome: 'skipped', reason: 'robots' }),
    unanswered({ outcome: 'skipped', reason: 'trap-deep-path' }),
  ],
  ['response-slow', { record: { responseTimeMs: 3_001 } }, { record: { responseTimeMs: 3_000 } }],
  ['response-slow-first-byte', { record: { ttfbMs: 1_001 } }, { record: { ttfbMs: 1_000 } }],
  ['response-heavy', { record: { sizeBytes: 1_000_001 } }, { record: { sizeBytes: 1_000_000 } }],
  [
    'response-uncompressed',
    { record: { sizeBytes: 20_000, transferredBytes: 20_000 } },
    { record: { sizeBytes: 9_000, transferredBytes: 9_000 } },
  ],
  ['response-cut', { record: { truncated: true } }],

  ['redirect-internal', redirectTo(other)],
  [
    'redirect-temporary',
    redirectTo(other, { record: { status: 302 } }),
    redirectTo(other, { record: { status: 308 } }),
  ],
  ['redirect-chain', redirectTo(other, { facts: { redirectHops: 2 } }), redirectTo(other)],
  ['redirect-loop', redirectTo(other, { facts: { redirectHops: 2, redirectLoop: 1 } })],
  ['redirect-to-error', redirectTo(other, { facts: { redirectFinalStatus: 404 } }), redirectTo(other)],
  [
    'redirect-to-http',
    redirectTo('http://shop.example/x'),
    redirectTo('http://shop.example/x', { url: 'http://shop.example/' }),
  ],
  ['redirect-to-other-host', redirectTo('https://parked.example/x'), redirectTo(other)],
  [
    'redirect-to-home',
    redirectTo('https://shop.example/'),
    redirectTo('https://shop.example/', { url: 'https://shop.example/?ref=1' }),
  ],
  ['redirect-meta-refresh', { seo: { metaRefresh: '0; url=/lamps/other' } }, { seo: { metaRefresh: '30' } }],

  ['security-http-url', { url: 'http://shop.example/lamps' }],
  ['security-mixed-content', { counts: { mixedContent: 2 } }],
  ['security-form-to-http', { counts: { insecureForms: 1 } }],
  ['security-form-on-http', { url: 'http://shop.example/lamps', counts: { forms: 1 } }, { counts: { forms: 1 } }],
  ['security-unsafe-blank-links', { counts: { unsafeBlankLinks: 1 } }],
  ['security-protocol-relative', { counts: { protocolRelative: 1 } }],
  [
    'security-cookies-not-secure',
    { record: { http: { security: [], cookies: { count: 2, notSecure: 1, names: ['a', 'b'] } } } },
  ],
  ['security-hsts-missing', without('hsts'), { ...without('hsts'), url: 'http://shop.example/lamps' }],
  ['security-csp-missing', without('csp')],
  ['security-nosniff-missing', without('nosniff')],
  ['security-frame-options-missing', without('frame-options')],
  ['security-referrer-policy-missing', without('referrer-policy')],

  ['url-non-ascii', { url: 'https://shop.example/gr%C3%B6%C3%9Fe' }, { url: 'https://shop.example/a%7Cb' }],
  ['url-uppercase', { url: 'https://shop.example/Lamps' }, { url: 'https://shop.example/a%2Fb' }],
  ['url-underscores', { url: 'https://shop.example/brass_lamp' }],
  ['url-space', { url: 'https://shop.example/brass%20lamp' }],
  ['url-long', { url: `https://shop.example/${'a'.repeat(95)}` }, { url: `https://shop.example/${'a'.repeat(94)}` }],
  ['url-parameters', { url: 'https://shop.example/?a=1' }],
  [
    'url-many-parameters',
    { url: 'https://shop.example/?a=1&b=2&c=3&d=4' },
    { url: 'https://shop.example/?a=1&b=2&c=3' },
  ],
  [
    'url-tracking-parameters',
    { url: 'https://shop.example/?utm_source=mail' },
    { url: 'https://shop.example/?source=mail' },
  ],
  ['url-internal-search', { url: 'https://shop.example/search?q=lamp' }, { url: 'https://shop.example/research/' }],
  ['url-repeated-folder', { url: 'https://shop.example/lamps/lamps/a' }, { url: 'https://shop.example/lamps/a/lamps' }],
  ['url-deep', { url: 'https://shop.example/1/2/3/4/5/6/a' }, { url: 'https://shop.example/1/2/3/4/5/a' }],

  ['title-missing', { seo: { title: ' ' } }, { seo: { title: null, metaRobots: 'noindex' } }],
  ['title-duplicate', { facts: { sameTitle: 1 } }],
  ['title-long', { seo: { title: 'ä'.repeat(61) } }, { seo: { title: '😀'.repeat(60) } }],
  ['title-short', { seo: { title: 'a'.repeat(29) } }, { seo: { title: 'a'.repeat(30) } }],
  ['title-wide', { seo: { titlePixels: 562 } }, { seo: { titlePixels: 561 } }],
  ['title-narrow', { seo: { titlePixels: 199 } }, { seo: { titlePixels: 200 } }],
  ['title-same-as-h1', { seo: { h1: ['brass lamp  with a shade of GREEN glass'] } }],
  ['title-several', { seo: { titleCount: 2 } }],
  ['title-outside-head', { counts: { titlesOutsideHead: 1 } }],
  ['description-missing', { seo: { description: null } }],
  ['description-duplicate', { facts: { sameDescription: 3 } }],
  ['description-long', { seo: { description: 'a'.repeat(156) } }, { seo: { description: 'a'.repeat(155) } }],
  ['description-short', { seo: { description: 'a'.repeat(69) } }, { seo: { description: 'a'.repeat(70) } }],
  ['description-wide', { seo: { descriptionPixels: 986 } }, { seo: { descriptionPixels: 985 } }],
  ['description-narrow', { seo: { descriptionPixels: 399 } }, { seo: { descriptionPixels: 400 } }],
  ['description-several', { seo: { descriptionCount: 2 } }],
  ['description-outside-head', { counts: { descriptionsOutsideHead: 1 } }],
  ['keywords-several', { counts: { keywordsElements: 2 } }, { counts: { keywordsElements: 1 } }],

  ['h1-missing', { seo: { h1: [''] } }],
  ['h1-several', { seo: { headings: [2, 1, 0, 0, 0, 0] } }],
  ['h1-duplicate', { facts: { sameH1: 1 } }],
  ['h1-long', { seo: { h1: ['a'.repeat(71)] } }, { seo: { h1: ['a'.repeat(70)] } }],
  ['h1-image-alone', { counts: { h1OfAltText: 1 } }],
  ['h1-not-first', { counts: { firstHeadingNotH1: 1 } }],
  ['h2-missing', { seo: { h2: [] } }],
  ['h2-duplicate', { facts: { sameH2: 1 } }],
  ['h2-long', { seo: { h2: ['a'.repeat(71)] } }, { seo: { h2: ['a'.repeat(70)] } }],
  ['heading-level-skipped', { counts: { headingSkips: 1 } }],
  ['heading-empty', { counts: { emptyHeadings: 1 } }],

  ['content-none', { seo: { wordCount: 0 } }],
  ['content-thin', { seo: { wordCount: 199 } }, { seo: { wordCount: 200 } }],
  ['content-exact-duplicate', { facts: { sameBody: 1 } }],
  ['content-near-duplicate', { facts: { nearDuplicates: 2, closestLikeness: 953 } }],
  ['content-soft-404', { counts: { soft404: 1 } }],
  ['content-lorem-ipsum', { counts: { loremIpsum: 1 } }],
  ['content-hard-to-read', { seo: { readingEase: 49.9 } }, { seo: { readingEase: 50 } }],
  ['content-very-hard-to-read', { seo: { readingEase: 29.9 } }, { seo: { readingEase: 30 } }],
  ['content-little-text', { seo: { textChars: 799 } }, { seo: { textChars: 800 } }],
  ['content-language-missing', { seo: { language: null } }],
  ['content-viewport-missing', { seo: { viewport: null } }],

  ['image-alt-missing', { seo: { imagesWithoutAlt: 1 } }],
  ['image-alt-empty', { counts: { imagesEmptyAlt: 1 } }],
  ['image-alt-long', { counts: { imagesLongAlt: 1 } }],
  ['image-size-missing', { counts: { imagesWithoutSize: 1 } }],
  ['markup-head-missing', { counts: { missingHead: 1 } }],
  ['markup-head-several', { counts: { extraHeads: 1 } }],
  ['markup-head-invalid', { counts: { invalidInHead: 1 } }],
  ['markup-body-missing', { counts: { missingBody: 1 } }],
  ['markup-body-several', { counts: { extraBodies: 1 } }],

  [
    'canonical-missing',
    { seo: { canonical: null } },
    { seo: { canonical: null }, record: { http: { security: [], canonical: at }, seo: seoOf() } },
  ],
  ['canonical-elsewhere', { seo: { canonical: other } }, { seo: { canonical: `${at}#top` } }],
  ['canonical-several', { counts: { canonicalElements: 2 } }, { counts: { canonicalElements: 1 } }],
  ['canonical-conflict', { counts: { canonicalTargets: 2 } }, { counts: { canonicalTargets: 1 } }],
  [
    'canonical-broken',
    { seo: { canonical: other }, facts: { canonicalTarget: state(gonePage) } },
    { seo: { canonical: other }, facts: { canonicalTarget: state(noindexPage) } },
  ],
  [
    'canonical-not-indexable',
    { seo: { canonical: other }, facts: { canonicalTarget: state(noindexPage) } },
    { facts: { canonicalTarget: state(pageWith()) } },
  ],
  [
    'canonical-chain',
    { seo: { canonical: other }, facts: { canonicalTarget: state(canonicalisedPage) } },
    { facts: { canonicalTarget: state(pageWith()) } },
  ],
  ['canonical-relative', { counts: { relativeCanonicals: 1 } }],
  ['canonical-fragment', { counts: { fragmentCanonicals: 1 } }],
  ['canonical-outside-head', { counts: { canonicalsOutsideHead: 1 } }],

  [
    'directive-noindex',
    { record: { http: { security: [], xRobotsTag: 'noindex' } } },
    { seo: { metaRobots: 'index' } },
  ],
  ['directive-nofollow', { seo: { metaRobots: 'none' } }, { seo: { xRobotsTag: 'otherbot: nofollow' } }],
  ['directive-nosnippet', { seo: { metaRobots: 'max-snippet:0' } }, { seo: { metaRobots: 'max-snippet:10' } }],
  ['directive-noimageindex', { seo: { metaRobots: 'noimageindex' } }],
  ['directive-unavailable-after', { seo: { xRobotsTag: 'unavailable_after: 2027-01-01' } }],
  [
    'directive-conflict',
    { seo: { metaRobots: 'index', xRobotsTag: 'noindex' } },
    { seo: { metaRobots: 'noindex, follow' } },
  ],
  [
    'directive-noindex-and-canonical',
    { seo: { metaRobots: 'noindex', canonical: other } },
    { seo: { metaRobots: 'noindex' } },
  ],
  ['directive-outside-head', { counts: { directivesOutsideHead: 1 } }],

  ['hreflang-no-return', { facts: { hreflangWithoutReturn: 1 } }],
  ['hreflang-broken', { facts: { hreflangBroken: 1 } }],
  ['hreflang-redirect', { facts: { hreflangRedirected: 1 } }],
  ['hreflang-not-indexable', { facts: { hreflangNonIndexable: 1 } }],
  ['hreflang-no-self', { seo: { hreflang: hreflang('de', 'fr') } }, { seo: { hreflang: standard } }],
  ['hreflang-no-default', { seo: { hreflang: [own] } }, { seo: { hreflang: standard } }],
  [
    'hreflang-language-twice',
    { seo: { hreflang: hreflang('de', 'DE') } },
    { seo: { hreflang: [...standard, ...standard] } },
  ],
  [
    'hreflang-wrong-code',
    { seo: { hreflang: hreflang('en-UK') } },
    { seo: { hreflang: hreflang('en-GB', 'zh-Hant-TW', 'es-419') } },
  ],
  ['hreflang-on-canonicalised', { seo: { hreflang: standard, canonical: other } }, { seo: { hreflang: standard } }],
  ['hreflang-outside-head', { counts: { hreflangOutsideHead: 1 } }],

  ['link-broken', { facts: { outlinksToClientErrors: 1 } }],
  ['link-to-server-error', { facts: { outlinksToServerErrors: 1 } }],
  ['link-unanswered', { facts: { outlinksUnanswered: 1 } }],
  ['link-to-redirect', { facts: { outlinksToRedirects: 1 } }],
  ['link-blocked', { facts: { outlinksBlocked: 1 } }],
  ['link-to-noindex', { facts: { outlinksToNoindex: 1 } }],
  ['link-to-canonicalised', { facts: { outlinksToCanonicalised: 1 } }],
  ['link-none-out', { seo: { internalLinks: 0 } }],
  ['link-nofollow-inside', { counts: { internalNofollow: 1 } }],
  [
    'link-only-nofollow-in',
    { facts: { followedInlinks: 0 } },
    { facts: { followedInlinks: 0 }, site: { knowsLinks: false } },
  ],
  [
    'link-only-not-indexable-in',
    { facts: { indexableInlinks: 0 } },
    { facts: { uniqueInlinks: 0, indexableInlinks: 0 } },
  ],
  ['link-single-in', { facts: { uniqueInlinks: 1 } }, { facts: { uniqueInlinks: 2 } }],
  ['link-deep', { ledger: { depth: 5 } }, { ledger: { depth: 4 } }],
  ['link-many-inside', { seo: { internalLinks: 1_001 } }, { seo: { internalLinks: 1_000 } }],
  ['link-many-outside', { seo: { externalLinks: 101 } }, { seo: { externalLinks: 100 } }],
  ['link-without-text', { counts: { anchorsWithoutText: 1 } }],
  ['link-vague-text', { counts: { vagueAnchors: 1 } }],
  ['link-localhost', { counts: { localhostLinks: 1 } }],
  ['pagination-broken', { facts: { paginationBroken: 1 } }],
  ['amp-broken', { facts: { ampBroken: 1 } }],
  ['mobile-broken', { facts: { mobileBroken: 1 } }],

  ['schema-parse-error', { counts: { jsonLdErrors: 1 } }],
  ['schema-required-missing', { seo: { schemaProblems: ['Offer.price'] } }],
  ['schema-none', { seo: { counts: {} } }, { seo: { counts: { microdataItems: 1 } } }],
  ['social-open-graph-missing', { seo: { openGraph: { 'og:title': 'x' } } }],
  ['social-twitter-card-missing', { seo: { twitter: {} } }],

  ['sitemap-orphan', { facts: { uniqueInlinks: 0 } }, { facts: { uniqueInlinks: 0 }, ledger: { source: 'link' } }],
  [
    'sitemap-not-indexable',
    { seo: { metaRobots: 'noindex' } },
    { seo: { metaRobots: 'noindex' }, ledger: { source: 'link' } },
  ],
  ['sitemap-redirect', redirectTo(other, { ledger: { source: 'sitemap' } }), redirectTo(other)],
  ['sitemap-error', unanswered({ outcome: 'failed', reason: 'http-410', status: 410, source: 'sitemap' })],
  ['sitemap-blocked', unanswered({ outcome: 'skipped', reason: 'robots', source: 'sitemap' })],
  ['sitemap-missing', { ledger: { source: 'link' } }, { ledger: { source: 'link' }, site: { hasSitemap: false } }],
]
const row = (page: PageParts | SeoRow): SeoRow =>
  'facts' in page && 'indexability' in page ? page : pageWith(page as PageParts)

test.each(cases)('%s is found where it is, and not where it is not', (code, has, hasNot = {}) => {
  expect(codesOf(row(has))).toContain(code)
  expect(codesOf(row(hasNot))).not.toContain(code)
})

test('every code has a test, and a flawless page has none of them', () => {
  expect(cases.map(([code]) => code)).toEqual(issueCatalogue.map(({ code }) => code))
  expect(codesOf(pageWith())).toEqual([])
})

test('codes stand once, are kebab-case, and say what to do in a sentence', () => {
  expect(new Set(issueCatalogue.map(({ code }) => code)).size).toBe(issueCatalogue.length)
  for (const { code, text, fix } of issueCatalogue) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/)
    expect(fix).toMatch(/^[A-Z].*\.$/)
    expect(text.length).toBeLessThan(70)
  }
  expect(issueCatalogue.length).toBeGreaterThanOrEqual(70)
})

test('a record that is older than the fields is not blamed for what it does not say', () => {
  const old = rowOf(recordOf({ url: at, seo: seoOf() }), { source: 'sitemap' })
  expect(
    codesOf(old).filter((code) => /^(security|schema|sitemap|link-[^n]|content-viewport|image)/.test(code)),
  ).toEqual([])
})

test('the detail is what exactly was found', () => {
  const details = findIssues(
    pageWith({
      seo: { title: 'a'.repeat(70) },
      facts: { nearDuplicates: 2, closestLikeness: 953 },
      counts: { imagesWithoutSize: 3, firstHeadingNotH1: 1 },
    }),
  )
  expect(details.map(({ rule, detail }) => [rule.code, detail])).toEqual([
    ['title-long', '70 characters'],
    ['h1-not-first', null],
    ['content-near-duplicate', '2 other pages, the closest 95.3 %'],
    ['image-size-missing', '3'],
  ])
})

test('the worst comes first: by severity, priority, pages', () => {
  const counts = {
    'title-short': 90,
    'link-broken': 2,
    'response-server-error': 5,
    'redirect-internal': 70,
    'h1-missing': 9,
  }
  expect(rankedIssues(counts).map(({ rule, pages }) => [rule.code, pages])).toEqual([
    ['response-server-error', 5],
    ['link-broken', 2],
    ['h1-missing', 9],
    ['redirect-internal', 70],
    ['title-short', 90],
  ])
  expect(issuesBySeverity(counts)).toEqual({ issues: 16, warnings: 70, opportunities: 90 })
})

test('docs/issues.md says what the catalogue says (npm run docs)', () => {
  expect(readFileSync(new URL('../../../../docs/issues.md', import.meta.url), 'utf8')).toBe(issuesDoc())
})
