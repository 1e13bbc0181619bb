/** What a page's request is, as far as the rules look at it. */
export interface PageRequest {
  readonly method: string
  /** Playwright's resource type: `document`, `script`, `xhr`, `fetch`, `image`, … */
  readonly type: string
  readonly url: string
  /** The page itself, or what it wants to go to. */
  readonly isMainNavigation: boolean
}

/** `stand-in`: answered with something empty of its kind. `fetch`: asked for, if robots.txt and the host's clock allow. */
export type RequestRule =
  | { readonly kind: 'main' }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'stand-in'; readonly contentType: string; readonly body: Buffer }
  | { readonly kind: 'refuse'; readonly reason: string }

const fetched = new Set(['script', 'xhr', 'fetch'])

// A style sheet or picture that fails sends the page down another road: bundlers give up a route whose CSS is missing,
// shops put a placeholder where the product's picture was. An empty one of its kind costs nothing and changes nothing.
const standIns: Record<string, { contentType: string; body: Buffer } | undefined> = {
  stylesheet: { contentType: 'text/css', body: Buffer.alloc(0) },
  image: {
    contentType: 'image/gif',
    body: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  },
}

/** What becomes of a request. Pure; what is not allowed by name is refused. */
export function ruleFor({ method, type, url, isMainNavigation }: PageRequest): RequestRule {
  if (method !== 'GET') return refuse('method')
  if (!/^https?:/i.test(url)) return refuse('scheme')
  if (isMainNavigation) return { kind: 'main' }
  const standIn = standIns[type]
  if (standIn !== undefined) return { kind: 'stand-in', ...standIn }
  // Frames too: nothing in them becomes part of the page that is read.
  return fetched.has(type) ? { kind: 'fetch' } : refuse(`type-${type}`)
}

function refuse(reason: string): RequestRule {
  return { kind: 'refuse', reason }
}

const maxHeaderChars = 4_096
const ownHeaders =
  /^(?:sec-|proxy-|if-)|^(?:accept-encoding|connection|content-length|cookie|host|keep-alive|range|te|trailer|transfer-encoding|upgrade|upgrade-insecure-requests|user-agent|:.*)$/i
const safeHeaders = new Set(['accept', 'accept-language'])

/**
 * The headers of a page's request that are sent on. `sameOrigin` false, as after a redirect to another host: none that
 * could carry a credential. Cookies never: none are kept.
 */
export function sentHeaders(headers: Readonly<Record<string, string>>, sameOrigin: boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) =>
        !ownHeaders.test(name) &&
        (sameOrigin || safeHeaders.has(name.toLowerCase())) &&
        value.length <= maxHeaderChars &&
        /^[\t\x20-\x7e]*$/.test(value),
    ),
  )
}

// The body is decoded, nothing is kept from page to page, nothing is downloaded, and nobody is reported to.
const droppedHeaders =
  /^(?:content-encoding|content-length|content-disposition|transfer-encoding|connection|keep-alive|trailer|upgrade|set-cookie|strict-transport-security|alt-svc|clear-site-data|refresh|link|nel|report-to|reporting-endpoints)$/i

/** The headers of an answer that the page gets to see. */
export function shownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !droppedHeaders.test(name)))
}
