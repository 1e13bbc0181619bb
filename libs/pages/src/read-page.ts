import type { PageRecord } from '@seine/contracts'
import { extractPage, type FieldReader, type PageLink } from '@seine/extract'
import { decodeText } from '@seine/net'
import { canonicalUrl } from '@seine/urls'
import { bodyHashOf, isHtml, pageRecordOf } from './page-record.ts'

/** A page as it was answered, and what was measured on the way. */
export interface FetchedPage {
  readonly url: string
  readonly depth: number
  readonly status: number
  /** By name in lower case. */
  readonly headers: Record<string, string>
  /** Decoded, at most what the policy allows. */
  readonly body: Uint8Array
  readonly truncated: boolean
  readonly transferredBytes: number
  readonly ttfbMs: number
  readonly durationMs: number
  readonly fetchedAtMs: number
}

/**
 * The record of an answered page: made when it is fetched, and made anew from the stored page. Pure.
 *
 * @param isPage false: an error or a block page, of which nothing is extracted.
 * @param bodyHash what {@link bodyHashOf} gives, where it is known already.
 */
export function readPage(
  page: FetchedPage,
  options: {
    siteHosts: ReadonlySet<string>
    fields: FieldReader | null
    isPage: boolean
    bodyHash?: string | null
  },
): { record: PageRecord; links: readonly PageLink[]; redirectUrl: string | null } {
  const { body, ...facts } = page
  const { bodyHash = bodyHashOf(body) } = options
  const redirectUrl = redirectTarget(page.status, page.headers.location, page.url)
  const extracted = options.isPage ? extractFetched(page, options) : null
  const charset = extracted?.charset ?? null
  const record = pageRecordOf({ ...facts, sizeBytes: body.byteLength, bodyHash, redirectUrl, charset, extracted })
  return { record, links: extracted?.links ?? [], redirectUrl }
}

/** What extraction makes of an answered page. Null: it is no HTML that answered 2xx. Pure. */
export function extractFetched(
  { url, status, headers, body }: FetchedPage,
  { siteHosts, fields }: { siteHosts: ReadonlySet<string>; fields: FieldReader | null },
) {
  if (status >= 300 || body.byteLength === 0 || !isHtml(headers['content-type'])) return null
  const { text, charset } = decodeText(body, headers['content-type'] ?? null)
  return { charset, text, ...extractPage({ url, html: text, headers, siteHosts, fields }) }
}

/** Where an answer redirects to. Null: no redirect, or one that leads nowhere fetchable. */
export function redirectTarget(status: number, location: string | undefined, base: string): string | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null
  return canonicalUrl(location, base)
}
