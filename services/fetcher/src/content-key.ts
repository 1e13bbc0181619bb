import { createHash } from 'node:crypto'
import type { ContentKey, SitePlan } from '@seine/contracts'
import { extractorVersion } from '@seine/extract'
import type { HttpPage } from '@seine/net'

/** Headers that a record says something about. Those of caches and dates are not among them: they differ every time. */
const meaningfulHeaders = [
  'content-type',
  'content-language',
  'link',
  'x-robots-tag',
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
] as const

/** Of everything but the page that its record depends on: the extractor, and all that is configured of the site. */
export function extractionKeyOf({ site }: Pick<SitePlan, 'site'>): string {
  return shortHash(JSON.stringify([extractorVersion, site]))
}

/**
 * Same key, same record (but for times and sizes on the wire).
 *
 * @param bodyHash what `bodyHashOf` gives for the answer's body: hashing it again would cost as much as the fetch.
 */
export function contentKeyOf(
  { status, headers }: Pick<HttpPage, 'status' | 'headers'>,
  bodyHash: string | null,
  extraction: string,
): ContentKey {
  const meaning = meaningfulHeaders.map((name) => headers[name] ?? '').join('\n')
  return { page: shortHash(`${status}\n${meaning}\n${bodyHash ?? ''}`), extraction }
}

export function isSameContent(a: ContentKey, b: ContentKey | undefined): boolean {
  return b !== undefined && a.page === b.page && a.extraction === b.extraction
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
}
