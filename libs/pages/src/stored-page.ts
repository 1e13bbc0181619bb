import type { Readable } from 'node:stream'
import {
  httpRequestBlock,
  httpResponseBlock,
  packWarcRecord,
  parseHttpResponse,
  readWarc,
  warcRecordId,
} from '@seine/warc'
import { bodyHashOf } from './page-record.ts'
import type { FetchedPage } from './read-page.ts'

/** A fetched page as it is kept, for whoever wants to read it again. */
export interface StoredPage extends FetchedPage {
  readonly urlId: string
  /** Which attempt of the URL it was: the ledger says which one counted. */
  readonly attempt: number
  /** False: an error or a block page. */
  readonly isPage: boolean
  /** True: a browser made the body, of what was sent. */
  readonly isRendered: boolean
  /** As they were sent. */
  readonly requestHeaders: Readonly<Record<string, string>>
  /** Empty: not known. */
  readonly remoteAddress: string
}

/** What no other field of a WARC record has a place for, as JSON. Readers pass over fields that they do not know. */
const pageField = 'Seine-Page'
const http = 'application/http; msgtype='

/** The request and the answer, as two records for a `.warc.gz` (WARC 1.1 §6.3, §6.4). */
export async function packPage(page: StoredPage): Promise<Buffer> {
  const { url, urlId, attempt, depth, isPage, isRendered, truncated, transferredBytes, ttfbMs, durationMs } = page
  const facts = { urlId, attempt, depth, isPage, isRendered, truncated, transferredBytes, ttfbMs, durationMs }
  const id = warcRecordId()
  const bodyHash = bodyHashOf(page.body)
  const response = packWarcRecord({
    type: 'response',
    id,
    dateMs: page.fetchedAtMs,
    contentType: `${http}response`,
    fields: {
      'WARC-Target-URI': url,
      'WARC-IP-Address': page.remoteAddress || undefined,
      'WARC-Payload-Digest': bodyHash === null ? undefined : `sha256:${bodyHash}`,
      'WARC-Truncated': truncated ? 'length' : undefined,
      [pageField]: JSON.stringify(facts),
    },
    block: httpResponseBlock(page),
  })
  const request = packWarcRecord({
    type: 'request',
    id: warcRecordId(),
    dateMs: page.fetchedAtMs,
    contentType: `${http}request`,
    fields: { 'WARC-Target-URI': url, 'WARC-Concurrent-To': id },
    block: httpRequestBlock(url, page.requestHeaders),
  })
  return Buffer.concat(await Promise.all([response, request]))
}

/** The record that a file begins with: who wrote it, and what for (WARC 1.1 §6.2). */
export function packFileHead(of: { runId: string; site: string; name: string; dateMs: number }): Promise<Buffer> {
  const lines = ['software: Seine', 'format: WARC File Format 1.1', `isPartOf: ${of.runId}/${of.site}`]
  return packWarcRecord({
    type: 'warcinfo',
    id: warcRecordId(),
    dateMs: of.dateMs,
    contentType: 'application/warc-fields',
    fields: { 'WARC-Filename': of.name },
    block: Buffer.from(`${lines.join('\r\n')}\r\n`),
  })
}

/**
 * The pages of a file in the order in which they were fetched; their request headers are left out. A page above `maxPageBytes`, and
 * whatever others wrote, is passed over. Throws WarcError.
 */
export async function* readPages(
  file: Readable,
  { maxPageBytes }: { maxPageBytes: number },
): AsyncGenerator<Omit<StoredPage, 'requestHeaders'>> {
  for await (const { type, fields, block, truncated: isCut } of readWarc(file, { maxBlockBytes: maxPageBytes })) {
    const facts = fields[pageField.toLowerCase()]
    const url = fields['warc-target-uri']
    if (type !== 'response' || isCut || facts === undefined || url === undefined) continue
    const answer = parseHttpResponse(block)
    if (answer === null) continue
    const known = JSON.parse(facts) as Omit<
      StoredPage,
      'url' | 'remoteAddress' | 'requestHeaders' | keyof typeof answer
    >
    const fetchedAtMs = Date.parse(fields['warc-date'] ?? '')
    yield { ...known, ...answer, url, fetchedAtMs, remoteAddress: fields['warc-ip-address'] ?? '' }
  }
}
