import { STATUS_CODES } from 'node:http'
import type { Seo } from '@seine/contracts'
import { type ColumnType, dateCell, joined } from './column.ts'
import { isInSitemap } from './cross-page/site-facts.ts'
import { refreshOf, xRobotsTagOf } from './indexability.ts'
import { statusOf } from './row.ts'
import { charactersOf, column, noAnswer, noHtml, type SeoColumn, seo } from './seo-column.ts'
import { linkColumns } from './seo-link-columns.ts'
import type { SeoRow } from './seo-row.ts'
import { textColumns } from './seo-text-columns.ts'

/** A text and its length: `Title 1`, `Title 1 Length`. */
function measured(name: string, about: string, width: number, value: (seo: Seo) => string | null): SeoColumn[] {
  return [
    seo(name, about, { width }, value),
    column(`${name} Length`, 'Characters; 0: the page has none.', 'no HTML or no answer', { type: 'integer' }, (row) =>
      row.record?.seo ? charactersOf(value(row.record.seo)) : null,
    ),
  ]
}

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms) / 1_000)
const tag = (name: string, from: 'openGraph' | 'twitter', key: string, type: ColumnType = 'text', width = 30) =>
  seo(name, `\`${key}\`.`, { type, width }, (page) => page[from][key] ?? null)

/**
 * seo.csv and the sheet SEO: a row for each page of the run. Names and order are those that the leading desktop crawler's
 * "Internal HTML" export made the trade's own; ours follow. New columns go at the end.
 */
export const seoColumns: readonly SeoColumn[] = [
  column('Address', 'URL of the page.', 'never', { type: 'url', width: 60, link: true }, (r) => r.ledger.url),
  column('Content Type', 'Content-Type header.', noAnswer, { width: 22 }, (r) => r.record?.contentType ?? null),
  column('Status Code', 'HTTP status; 0: no answer.', 'it was not asked for', { type: 'integer' }, (r) =>
    r.ledger.outcome === 'skipped' ? null : statusOf(r),
  ),
  column('Status', 'The status in words, or why there is none.', 'never', { width: 22 }, statusText),
  column('Indexability', '`Indexable` or `Non-Indexable`.', 'never', { width: 14 }, (r) =>
    r.indexability.indexable ? 'Indexable' : 'Non-Indexable',
  ),
  column(
    'Indexability Status',
    'Why not: noindex, Canonicalised, Redirected, …',
    'it is indexable',
    { width: 22 },
    (r) => r.indexability.reason,
  ),
  ...measured('Title 1', 'First title.', 50, (s) => s.title),
  ...measured('Meta Description 1', 'First meta description.', 50, (s) => s.description),
  seo('Meta Keywords 1', 'Meta keywords.', { width: 30 }, (s) => s.keywords),
  ...measured('H1-1', 'First h1.', 40, (s) => s.h1[0] ?? null),
  seo('H1-2', 'Second h1.', { width: 30 }, (s) => s.h1[1] ?? null),
  seo('H2-1', 'First h2.', { width: 30 }, (s) => s.h2[0] ?? null),
  seo('H2-2', 'Second h2.', { width: 30 }, (s) => s.h2[1] ?? null),
  seo('Meta Robots 1', 'Meta robots.', { width: 20 }, (s) => s.metaRobots),
  column('X-Robots-Tag 1', 'X-Robots-Tag header.', 'the server sends none', { width: 20 }, ({ record }) =>
    record === null ? null : xRobotsTagOf(record),
  ),
  seo('Meta Refresh 1', 'Meta refresh.', { width: 20 }, (s) => s.metaRefresh),
  seo('Canonical Link Element 1', 'Canonical link element, absolute.', { type: 'url', width: 60 }, (s) => s.canonical),
  seo('rel="next" 1', 'Next page of a series.', { type: 'url', width: 40 }, (s) => s.relNext),
  seo('rel="prev" 1', 'Page before of a series.', { type: 'url', width: 40 }, (s) => s.relPrev),
  seo('amphtml Link Element', 'AMP version.', { type: 'url', width: 40 }, (s) => s.amphtml),
  column(
    'Size (Bytes)',
    'Decoded body.',
    noAnswer,
    { type: 'count', unit: 'bytes' },
    (r) => r.record?.sizeBytes ?? null,
  ),
  column(
    'Transferred (Bytes)',
    'Body on the wire.',
    noAnswer,
    { type: 'count', unit: 'bytes' },
    (r) => r.record?.transferredBytes ?? null,
  ),
  seo('Word Count', 'Words of visible text.', { type: 'count' }, (s) => s.wordCount),
  column(
    'Text Ratio',
    'Characters of visible text per byte of the page.',
    noHtml,
    { type: 'percent', unit: '%' },
    ({ record }) =>
      record?.seo && record.sizeBytes > 0 ? round((100 * record.seo.textChars) / record.sizeBytes, 3) : null,
  ),
  column('Crawl Depth', 'Links away from where the site started.', 'never', { type: 'integer' }, (r) => r.ledger.depth),
  column('Folder Depth', "Folders in the URL's path; 0: the site's root.", 'never', { type: 'integer' }, (r) =>
    folderDepth(r.ledger.url),
  ),
  seo('Outlinks', "Distinct links to the site's own hosts.", { type: 'count' }, (s) => s.internalLinks),
  seo('External Outlinks', 'Distinct links to other hosts.', { type: 'count' }, (s) => s.externalLinks),
  column('Hash', 'SHA-256 of the decoded body, hex.', 'no body', { width: 24 }, (r) => r.record?.bodyHash ?? null),
  column('Response Time', 'From request to last body byte.', noAnswer, { type: 'decimal', unit: 's' }, (r) =>
    seconds(r.record?.responseTimeMs),
  ),
  column('Time To First Byte', 'From request to first header byte.', noAnswer, { type: 'decimal', unit: 's' }, (r) =>
    seconds(r.record?.ttfbMs),
  ),
  column('Last Modified', 'Last-Modified header.', 'the server does not say', { type: 'date', unit: 'UTC' }, (r) =>
    dateCell(r.record?.lastModified ?? null),
  ),
  column(
    'Redirect URL',
    'Where a redirect leads.',
    'no redirect',
    { type: 'url', width: 60 },
    (r) => r.record?.redirectUrl ?? refreshOf(r)?.target ?? null,
  ),
  column('Redirect Type', '`HTTP Redirect` or `Meta Refresh`.', 'no redirect', { width: 16 }, (r) =>
    r.record?.redirectUrl ? 'HTTP Redirect' : refreshOf(r) === null ? null : 'Meta Refresh',
  ),
  seo('Language', '`lang` of the html element, or Content-Language.', { width: 12 }, (s) => s.language),
  tag('Open Graph Title', 'openGraph', 'og:title'),
  tag('Open Graph Description', 'openGraph', 'og:description'),
  tag('Open Graph Type', 'openGraph', 'og:type', 'text', 14),
  tag('Open Graph URL', 'openGraph', 'og:url', 'url'),
  tag('Open Graph Image', 'openGraph', 'og:image', 'url'),
  tag('Twitter Card', 'twitter', 'twitter:card', 'text', 18),
  tag('Twitter Title', 'twitter', 'twitter:title'),
  tag('Twitter Description', 'twitter', 'twitter:description'),
  tag('Twitter Image', 'twitter', 'twitter:image', 'url'),
  seo('JSON-LD Types', 'Types of structured data, sorted.', { type: 'list', width: 30 }, (s) =>
    joined([...s.jsonLdTypes].sort()),
  ),
  column('In Sitemap', '`yes`: a sitemap led here first, or dates it.', 'no sitemap is known to', { width: 10 }, (r) =>
    isInSitemap(r) ? 'yes' : null,
  ),
  column('Sitemap Lastmod', '`lastmod` of the sitemap.', 'no sitemap says', { type: 'date', unit: 'UTC' }, (r) =>
    dateCell(r.ledger.lastmod),
  ),
  column(
    'Crawl Timestamp',
    'When the page was fetched; for `unchanged` that is before the run.',
    noAnswer,
    { type: 'date', unit: 'UTC' },
    (r) => dateCell(r.record?.fetchedAt ?? null),
  ),
  column('Outcome', '`ok`, `unchanged`, `failed` or `skipped`.', 'never', { width: 12 }, (r) => r.ledger.outcome),
  column(
    'Reason',
    'Why it is not `ok`, kebab-case: `http-404`, `timeout-headers`, `robots`.',
    'it is `ok`',
    { width: 22 },
    (r) => r.ledger.reason || null,
  ),
  column(
    'Source',
    'Where the URL was found first: start, sitemap, link, redirect, robots, known.',
    'never',
    { width: 10 },
    (r) => r.ledger.source,
  ),
  column(
    'Cut Fields',
    'Fields that were cut at a limit; `body` when the page was longer than the policy allows.',
    'nothing was cut',
    { type: 'list', width: 16 },
    ({ record }) => (record === null ? null : joined([...(record.truncated ? ['body'] : []), ...record.cut])),
  ),
  ...textColumns,
  ...linkColumns,
]

function statusText(row: SeoRow): string {
  const { outcome, reason } = row.ledger
  if (outcome === 'skipped') return reason === 'robots' ? 'Blocked by robots.txt' : `Skipped: ${reason}`
  const status = statusOf(row)
  return status === 0 ? reason || 'No Response' : (STATUS_CODES[status] ?? String(status))
}

function folderDepth(url: string): number {
  const path = URL.parse(url)?.pathname ?? '/'
  return Math.max(0, path.split('/').length - 2)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
