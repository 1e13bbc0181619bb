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
  const { ledger, record } = row
  if (ledger.outcome === 'skipped') return not(ledger.reason === 'robots' ? 'Blocked by robots.txt' : ledger.reason)
  const status = statusOf(row)
  if (status === 0) return not('No Response')
  if (isGone(status) || (status >= 400 && status < 500)) return not('Client Error')
  if (status >= 500) return not('Server Error')
  if (status >= 300) return not('Redirected')
  if (ledger.outcome === 'failed') return not(ledger.reason)
  const reasons = [
    ...(record !== null && isCanonicalised(record) ? ['Canonicalised'] : []),
    ...(record?.seo && isNoindex(record.seo.metaRobots, record.seo.xRobotsTag) ? ['noindex'] : []),
  ]
  return reasons.length === 0 ? indexable : not(reasons.join(','))
}

function isCanonicalised({ url, seo }: PageRecord): boolean {
  if (!seo?.canonical) return false
  const canonical = canonicalUrl(seo.canonical, url)
  return canonical !== null && canonical !== (canonicalUrl(url) ?? url)
}

/** `noindex` or `none` for all crawlers. A directive for one named crawler (`googlebot: noindex`) is not for all. */
export function isNoindex(metaRobots: string | null, xRobotsTag: string | null): boolean {
  return [metaRobots, xRobotsTag].some((value) => {
    let agent = ''
    return (value ?? '').split(',').some((part) => {
      const named = /^\s*([\w*-]+)\s*:\s*(.*)$/.exec(part)
      if (named && !/^(unavailable_after|max-)/i.test(named[1] ?? '')) agent = (named[1] ?? '').toLowerCase()
      const directive = (named ? (named[2] ?? '') : part).trim().toLowerCase()
      return (agent === '' || agent === '*' || agent === 'robots') && (directive === 'noindex' || directive === 'none')
    })
  })
}
