import type { PageRecord } from '@seine/contracts'
import { canonicalUrl } from '@seine/urls'
import { isGone, type ReportRow, statusOf } from './row.ts'

export interface Indexability {
  readonly indexable: boolean
  /** Why not, in the trade's words, joined with `,` where there are several. Null: it is indexable. */
  readonly reason: string | null
}

const indexable: Indexability = { indexable: true, reason: null }
const not = (reason: string): Indexability => ({ indexable: false, reason })

/** Whether a search engine may list the page, as far as one fetch tells. */
export function indexabilityOf(row: ReportRow): Indexability {
  const { ledger } = row
  if (ledger.outcome === 'skipped') return not(ledger.reason === 'robots' ? 'Blocked by robots.txt' : ledger.reason)
  const status = statusOf(row)
  if (status === 0) return not('No Response')
  if (isGone(status) || (status >= 400 && status < 500)) return not('Client Error')
  if (status >= 500) return not('Server Error')
  if (status >= 300) return not('Redirected')
  if (ledger.outcome === 'failed') return not(ledger.reason)
  const { noindex, canonicalised } = noindexOf(row)
  const reasons = [
    ...(canonicalised ? ['Canonicalised'] : []),
    ...(noindex ? ['noindex'] : []),
    ...(refreshOf(row)?.isInstant ? ['Redirected'] : []),
  ]
  return reasons.length === 0 ? indexable : not(reasons.join(','))
}

export const isNonIndexable = (row: ReportRow): boolean => !indexabilityOf(row).indexable

/** What the page itself says of being indexed, in its markup and in its headers. */
export function noindexOf({ record }: Pick<ReportRow, 'record'>): { noindex: boolean; canonicalised: boolean } {
  return {
    noindex: record !== null && isNoindex(record.seo?.metaRobots ?? null, xRobotsTagOf(record)),
    canonicalised: record !== null && isCanonicalised(record),
  }
}

export const xRobotsTagOf = ({ seo, http }: PageRecord): string | null => seo?.xRobotsTag ?? http?.xRobotsTag ?? null

/** The canonical URL that the page names, in its markup or else in its `Link` header. Null: none that is a URL. */
export function canonicalOf({ url, seo, http }: PageRecord): string | null {
  const named = seo?.canonical || http?.canonical
  return named ? canonicalUrl(named, url) : null
}

export function isCanonicalised(record: PageRecord): boolean {
  const canonical = canonicalOf(record)
  return canonical !== null && canonical !== (canonicalUrl(record.url) ?? record.url)
}

/** Seconds up to which search engines take a meta refresh for a redirect. */
const instantSeconds = 1

/** Where a meta refresh leads, absolute; null where it leads to no other page. `5; url=/next`. */
export function refreshOf({ record }: Pick<ReportRow, 'record'>): { target: string; isInstant: boolean } | null {
  const value = record?.seo?.metaRefresh ?? ''
  const written = /url\s*=\s*["']?([^"'\s]+)/i.exec(value)?.[1]
  if (written === undefined || !record) return null
  const target = URL.parse(written, record.url)?.href ?? written
  return { target, isInstant: Number.parseFloat(value) <= instantSeconds && target !== record.url }
}

const directivesWithValue = /^(unavailable_after|max-)/i

/** The directives for all crawlers, in lower case. One for a named crawler (`googlebot: noindex`) is not for all. */
export function directivesOf(value: string | null): string[] {
  let agent = ''
  return (value ?? '').split(',').flatMap((part) => {
    const named = /^\s*([\w*-]+)\s*:\s*(.*)$/.exec(part)
    const isAgent = named !== null && !directivesWithValue.test(named[1] ?? '')
    if (isAgent) agent = (named[1] ?? '').toLowerCase()
    const directive = (isAgent ? (named[2] ?? '') : part).trim().toLowerCase()
    return directive !== '' && (agent === '' || agent === '*' || agent === 'robots') ? [directive] : []
  })
}

/** `noindex` or `none` for all crawlers. */
export function isNoindex(metaRobots: string | null, xRobotsTag: string | null): boolean {
  return [metaRobots, xRobotsTag].some((value) =>
    directivesOf(value).some((directive) => directive === 'noindex' || directive === 'none'),
  )
}
