import { ApiError } from './api-error.ts'
import type { RequestContext } from './route.ts'

/** For the `headers` of a route that changes something with a version. */
export const ifMatchHeader = { 'If-Match': 'The version that is to be changed, as its ETag says: `"3"`. Needed.' }

/** The ETag of something with a version. */
export const etagOf = (version: number): Record<string, string> => ({ ETag: `"${version}"` })

/**
 * The version that a change is meant for (RFC 9110 §13.1.1). Throws ApiError 428 where the header is absent, and 412 for a
 * tag that no version has: weak tags, lists and `*` are none.
 */
export function readIfMatch({ header }: Pick<RequestContext, 'header'>): number {
  const text = header('If-Match')
  if (text === undefined)
    throw new ApiError(428, 'if-match-needed', 'If-Match is needed: the ETag of what is to be changed')
  const version = /^"(\d{1,9})"$/.exec(text.trim())?.[1]
  if (version === undefined) throw new ApiError(412, 'stale', `If-Match: expected one ETag such as "3", got ${text}`)
  return Number(version)
}
