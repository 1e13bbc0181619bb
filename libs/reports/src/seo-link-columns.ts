import type { CellValue } from './column.ts'
import type { PageFacts } from './cross-page/page-facts.ts'
import { answerOf } from './cross-page/page-state.ts'
import { column, noHtml, type SeoColumn, seo } from './seo-column.ts'
import type { SeoRow } from './seo-row.ts'

const noLinks = 'links are not known of every page: some were fetched before they were kept'
const notCompared = 'the page can’t be indexed, or is no HTML'

/** A number that is known only where every page's links are. */
const inlinks = (name: string, about: string, value: (facts: PageFacts) => number): SeoColumn =>
  column(name, about, noLinks, { type: 'count' }, ({ facts, site }) => (site.knowsLinks ? value(facts) : null))

const redirected = (value: (facts: PageFacts) => CellValue) => (row: SeoRow) =>
  row.facts.redirectHops === 0 ? null : value(row.facts)

const compared = (value: (facts: PageFacts) => CellValue) => (row: SeoRow) =>
  row.record?.seo && row.indexability.indexable && answerOf(row) === 'ok' ? value(row.facts) : null

const brokenOutlinks = (facts: PageFacts): number =>
  facts.outlinksToClientErrors + facts.outlinksToServerErrors + facts.outlinksUnanswered

/** Columns of seo.csv that say what a page is to the others of its site. */
export const linkColumns: readonly SeoColumn[] = [
  inlinks('Inlinks', 'Links to the page from pages of the site, each of them (at most 31 a page).', (f) => f.inlinks),
  inlinks('Unique Inlinks', 'Other pages that link to it.', (f) => f.uniqueInlinks),
  inlinks('Followed Inlinks', '… of which a link is not nofollow.', (f) => f.followedInlinks),
  seo('Outlinks (All)', "Links to the site's own hosts, each of them.", { type: 'count' }, (s) =>
    s.counts === undefined ? null : (s.counts.internalHyperlinks ?? 0),
  ),
  seo('External Outlinks (All)', 'Links to other hosts, each of them.', { type: 'count' }, (s) =>
    s.counts === undefined ? null : (s.counts.externalHyperlinks ?? 0),
  ),
  column(
    'Broken Outlinks',
    'Pages it links to that answered 4xx or 5xx, or not at all.',
    noHtml,
    { type: 'count' },
    (row) => (row.record?.seo?.outlinks === undefined ? null : brokenOutlinks(row.facts)),
  ),
  column(
    'No. Near Duplicates',
    'Other pages whose text is alike by 90 % or more; a lower bound where they are a crowd.',
    notCompared,
    { type: 'count' },
    compared((f) => f.nearDuplicates),
  ),
  column(
    'Closest Near Duplicate Match',
    'Likeness of the closest of them.',
    'there is none',
    { type: 'percent', unit: '%' },
    compared((f) => (f.nearDuplicates === 0 ? null : f.closestLikeness / 10)),
  ),
  column(
    'Exact Duplicates',
    'Other pages with the same text (outside of navigation), or the same body.',
    notCompared,
    { type: 'count' },
    compared((f) => Math.max(f.sameText, f.sameBody)),
  ),
  column(
    'Redirect Hops',
    'Redirects to the end of the chain that begins here, at most 20.',
    'no redirect',
    { type: 'integer' },
    redirected((f) => f.redirectHops),
  ),
  column(
    'Redirect Final URL',
    'Where the chain ends, as the last redirect names it.',
    'no redirect',
    { type: 'url', width: 60 },
    redirected((f) => f.redirectFinalUrl),
  ),
  column(
    'Redirect Final Status',
    'HTTP status there.',
    'no redirect, not in the run, no answer, or a loop',
    { type: 'integer' },
    redirected((f) => f.redirectFinalStatus || null),
  ),
  column(
    'Redirect Loop',
    '`yes`: the chain goes round in circles.',
    'it does not',
    { width: 12 },
    redirected((f) => (f.redirectLoop === 1 ? 'yes' : null)),
  ),
]
