import { createHash } from 'node:crypto'
import { type PageRecord, recordLimits } from '@seine/contracts'
import { type Extraction, readHttpFacts } from '@seine/extract'

/** What the record of an answered page is made of. */
export interface PageFacts {
  readonly url: string
  readonly depth: number
  readonly status: number
  readonly headers: Record<string, string>
  /** `1.1`, `2`. Absent: 1.1, the only one that the HTTP client speaks. */
  readonly httpVersion?: string
  /** Decoded body bytes. */
  readonly sizeBytes: number
  /** SHA-256 of them, hex. Null: there are none. */
  readonly bodyHash: string | null
  readonly truncated: boolean
  readonly transferredBytes: number
  readonly ttfbMs: number
  readonly durationMs: number
  readonly fetchedAtMs: number
  readonly redirectUrl: string | null
  readonly charset: string | null
  /** Null: not an HTML page, or not one that answered 2xx. */
  readonly extracted:
    | (Pick<Extraction, 'seo' | 'product' | 'cut'> & Partial<Pick<Extraction, 'extracted' | 'missingRequired'>>)
    | null
}

/** The record of one answered page. Pure. */
export function pageRecordOf(facts: PageFacts): PageRecord {
  const { headers, extracted } = facts
  return {
    url: facts.url,
    status: facts.status,
    contentType: headerText(headers['content-type']),
    redirectUrl: facts.redirectUrl,
    fetchedAt: new Date(facts.fetchedAtMs).toISOString(),
    responseTimeMs: Math.round(facts.durationMs * 10) / 10,
    ttfbMs: Math.round(facts.ttfbMs * 10) / 10,
    sizeBytes: facts.sizeBytes,
    transferredBytes: facts.transferredBytes,
    lastModified: headerText(headers['last-modified']),
    etag: headerText(headers.etag),
    charset: facts.charset,
    depth: facts.depth,
    bodyHash: facts.bodyHash,
    truncated: facts.truncated,
    cut: [...(extracted?.cut ?? [])],
    seo: extracted?.seo ?? null,
    product: extracted?.product ?? null,
    http: readHttpFacts({ url: facts.url, headers, httpVersion: facts.httpVersion ?? '1.1' }),
    ...(extracted?.extracted ? { extracted: extracted.extracted } : {}),
    ...(extracted?.missingRequired?.length ? { missingRequired: extracted.missingRequired } : {}),
  }
}

/** SHA-256 of a decoded body, hex. Null: there is none. */
export function bodyHashOf(body: Uint8Array): string | null {
  return body.byteLength === 0 ? null : createHash('sha256').update(body).digest('hex')
}

function headerText(value: string | undefined): string | null {
  return value === undefined ? null : value.slice(0, recordLimits.maxTextChars)
}

/** Whether a content type is one that is read as a page. Absent: sniffed as HTML, as browsers do. */
export function isHtml(contentType: string | undefined): boolean {
  return contentType === undefined || /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(contentType)
}
