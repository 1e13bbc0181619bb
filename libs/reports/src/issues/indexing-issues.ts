import { canonicalUrl } from '@seine/urls'
import { answerIn, isCanonicalisedIn, isIndexableIn } from '../cross-page/page-state.ts'
import { canonicalOf, directivesOf, isCanonicalised, noindexOf, xRobotsTagOf } from '../indexability.ts'
import { amount, category, type HtmlView, onHtml, onIndexable } from './issue-rule.ts'

export const canonicalIssues = category('Canonicals', [
  onIndexable({
    code: 'canonical-missing',
    text: 'Canonical missing',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Name the page’s own address as its canonical.',
    find: ({ seo, record }) => !seo.canonical && !record.http?.canonical,
  }),
  onHtml({
    code: 'canonical-elsewhere',
    text: 'Canonicalised to another page',
    severity: 'Warning',
    priority: 'High',
    fix: 'Check that the other page has all that this one has; link to it instead.',
    find: ({ record }) => isCanonicalised(record) && canonicalOf(record),
  }),
  onHtml({
    code: 'canonical-several',
    text: 'Several canonicals',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Leave one.',
    find: ({ counts }) => (counts.canonicalElements ?? 0) > 1 && amount(counts.canonicalElements ?? 0, 'elements'),
  }),
  onHtml({
    code: 'canonical-conflict',
    text: 'Canonicals that contradict each other',
    severity: 'Issue',
    priority: 'High',
    fix: 'Name one canonical, in the markup or in the header: search engines ignore all of several.',
    find: ({ counts }) => (counts.canonicalTargets ?? 0) > 1 && amount(counts.canonicalTargets ?? 0, 'targets'),
  }),
  onHtml({
    code: 'canonical-broken',
    text: 'Canonical answers an error, redirects or not at all',
    severity: 'Issue',
    priority: 'High',
    fix: 'Name an address that answers 200.',
    find: ({ row: { facts } }) => {
      const answer = answerIn(facts.canonicalTarget)
      return facts.canonicalTarget > 0 && answer !== 'ok' && answer !== 'other' && answer
    },
  }),
  onHtml({
    code: 'canonical-not-indexable',
    text: 'Canonical can’t be indexed',
    severity: 'Issue',
    priority: 'High',
    fix: 'Name a page that may be indexed, or let the named one be.',
    find: ({ row: { facts } }) => answerIn(facts.canonicalTarget) === 'ok' && !isIndexableIn(facts.canonicalTarget),
  }),
  onHtml({
    code: 'canonical-chain',
    text: 'Canonical of a canonical',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Name the last page of the chain.',
    find: ({ row: { facts } }) => answerIn(facts.canonicalTarget) === 'ok' && isCanonicalisedIn(facts.canonicalTarget),
  }),
  onHtml({
    code: 'canonical-relative',
    text: 'Canonical without a host',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Write the whole address, https:// and all.',
    find: ({ counts }) => counts.relativeCanonicals,
  }),
  onHtml({
    code: 'canonical-fragment',
    text: 'Canonical with a fragment',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Cut the canonical off at the #.',
    find: ({ counts }) => counts.fragmentCanonicals,
  }),
  onHtml({
    code: 'canonical-outside-head',
    text: 'Canonical outside of the head',
    severity: 'Issue',
    priority: 'High',
    fix: 'Move it into the head, before anything that ends it: elsewhere it is ignored.',
    find: ({ counts }) => counts.canonicalsOutsideHead,
  }),
])

const directives = ({ record, seo }: HtmlView): string[] => [
  ...directivesOf(seo.metaRobots),
  ...directivesOf(xRobotsTagOf(record)),
]
const says =
  (...wanted: string[]) =>
  (html: HtmlView): boolean =>
    directives(html).some((directive) => wanted.includes(directive))

export const directiveIssues = category('Directives', [
  onHtml({
    code: 'directive-noindex',
    text: 'noindex',
    severity: 'Warning',
    priority: 'High',
    fix: 'Check that the page is meant to be left out of search results.',
    find: says('noindex', 'none'),
  }),
  onHtml({
    code: 'directive-nofollow',
    text: 'nofollow',
    severity: 'Warning',
    priority: 'High',
    fix: 'Check that search engines are meant to ignore the page’s links.',
    find: says('nofollow', 'none'),
  }),
  onHtml({
    code: 'directive-nosnippet',
    text: 'nosnippet',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Check that results are meant to show no text of the page.',
    find: (html) =>
      says('nosnippet')(html) ||
      directives(html).includes('max-snippet:0') ||
      directives(html).includes('max-snippet: 0'),
  }),
  onHtml({
    code: 'directive-noimageindex',
    text: 'noimageindex',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Check that the page’s images are meant to be left out.',
    find: says('noimageindex'),
  }),
  onHtml({
    code: 'directive-unavailable-after',
    text: 'unavailable_after',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Check the date: the page is left out from then on.',
    find: (html) => directives(html).find((directive) => directive.startsWith('unavailable_after')),
  }),
  onHtml({
    code: 'directive-conflict',
    text: 'Directives that contradict each other',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Say index or noindex, follow or nofollow, not both: the stricter one counts.',
    find: (html) =>
      (says('index', 'all')(html) && says('noindex', 'none')(html)) || (says('follow')(html) && says('nofollow')(html)),
  }),
  onHtml({
    code: 'directive-noindex-and-canonical',
    text: 'noindex and a canonical elsewhere',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Leave one of the two: together they ask to drop the canonical as well.',
    find: ({ row }) => {
      const { noindex, canonicalised } = noindexOf(row)
      return noindex && canonicalised
    },
  }),
  onHtml({
    code: 'directive-outside-head',
    text: 'Directive outside of the head',
    severity: 'Issue',
    priority: 'High',
    fix: 'Move it into the head, before anything that ends it.',
    find: ({ counts }) => counts.directivesOutsideHead,
  }),
])

const versionsOf = ({ seo, record }: HtmlView) => [...seo.hreflang, ...(record.http?.hreflang ?? [])]
/** ISO 639-1 with an optional script (ISO 15924) and region (ISO 3166-1), or x-default. */
const languageCode = /^(x-default|[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|419))?)$/i
/** Regions that people write and that are none. */
const wrongRegion = /-(uk|eu|la|ap)$/i

export const hreflangIssues = category('Hreflang', [
  onHtml({
    code: 'hreflang-no-return',
    text: 'Version that does not link back',
    severity: 'Issue',
    priority: 'High',
    fix: 'Name this page among the other’s versions: search engines ignore what is not mutual.',
    find: ({ row: { facts } }) => facts.hreflangWithoutReturn,
  }),
  onHtml({
    code: 'hreflang-broken',
    text: 'Version that answers an error or not at all',
    severity: 'Issue',
    priority: 'High',
    fix: 'Mend the address or remove it.',
    find: ({ row: { facts } }) => facts.hreflangBroken,
  }),
  onHtml({
    code: 'hreflang-redirect',
    text: 'Version that redirects',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Name the address it redirects to.',
    find: ({ row: { facts } }) => facts.hreflangRedirected,
  }),
  onHtml({
    code: 'hreflang-not-indexable',
    text: 'Version that can’t be indexed',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Name the canonical page of each language.',
    find: ({ row: { facts } }) => facts.hreflangNonIndexable,
  }),
  onHtml({
    code: 'hreflang-no-self',
    text: 'Page not among its own versions',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Name the page itself, with its language, as well.',
    find: (html) => {
      const versions = versionsOf(html)
      const own = canonicalUrl(html.record.url) ?? html.record.url
      return versions.length > 0 && !versions.some(({ url }) => canonicalUrl(url, html.record.url) === own)
    },
  }),
  onHtml({
    code: 'hreflang-no-default',
    text: 'No x-default version',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Name the version for everybody else as x-default.',
    find: (html) => {
      const versions = versionsOf(html)
      return versions.length > 0 && !versions.some(({ lang }) => lang.toLowerCase() === 'x-default')
    },
  }),
  onHtml({
    code: 'hreflang-language-twice',
    text: 'Language named twice',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Leave one address a language and region.',
    find: (html) => {
      const urls = new Map<string, string>()
      return versionsOf(html).find(({ lang, url }) => {
        const key = lang.toLowerCase()
        const before = urls.get(key)
        urls.set(key, url)
        return before !== undefined && before !== url
      })?.lang
    },
  }),
  onHtml({
    code: 'hreflang-wrong-code',
    text: 'Code that is no language or region',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Write ISO 639-1 for the language and ISO 3166-1 for the region: en-GB, not en-UK.',
    find: (html) => versionsOf(html).find(({ lang }) => !languageCode.test(lang) || wrongRegion.test(lang))?.lang,
  }),
  onHtml({
    code: 'hreflang-on-canonicalised',
    text: 'Versions on a page that is canonicalised',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Name versions on the canonical page: here they are ignored.',
    find: (html) => versionsOf(html).length > 0 && isCanonicalised(html.record),
  }),
  onHtml({
    code: 'hreflang-outside-head',
    text: 'hreflang outside of the head',
    severity: 'Issue',
    priority: 'High',
    fix: 'Move it into the head, before anything that ends it.',
    find: ({ counts }) => counts.hreflangOutsideHead,
  }),
])
