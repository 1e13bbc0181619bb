import { type HttpFacts, recordLimits, type securityHeaderNames } from '@seine/contracts'
import { makeResolver, type Resolve } from '@seine/urls'

const maxCookieNameChars = 100
const maxLangChars = 40
/** Of a header that is looked at. */
const maxHeaderChars = 20_000

export interface Answered {
  /** Canonical. */
  url: string
  /** By lower-case name; several `set-cookie` one a line. */
  headers: Readonly<Record<string, string>>
  /** `1.1`, `2`. Absent: unknown. */
  httpVersion?: string | undefined
}

/** What the headers of an answer say that its page is judged by. Never throws. */
export function readHttpFacts({ url, headers, httpVersion }: Answered): HttpFacts {
  const facts: HttpFacts = { security: securityOf(url, headers) }
  if (httpVersion !== undefined) facts.version = httpVersion.slice(0, 8)
  const robots = headers['x-robots-tag']
  if (robots !== undefined && robots !== '') facts.xRobotsTag = robots.slice(0, recordLimits.maxTextChars)
  if (headers.link !== undefined) readLinkHeader(headers.link.slice(0, maxHeaderChars), makeResolver(url), facts)
  if (headers['set-cookie'] !== undefined) facts.cookies = cookiesOf(headers['set-cookie'])
  return facts
}

const linkValue = /<([^<>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?)*)/g
const linkParameter = /([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]*))/g

/** RFC 8288 §3: `<url>; rel="canonical", <url>; rel=alternate; hreflang=de`. */
function readLinkHeader(header: string, resolve: Resolve, facts: HttpFacts): void {
  const hreflang: { lang: string; url: string }[] = []
  for (const [, reference = '', written = ''] of header.matchAll(linkValue)) {
    const target = resolve(reference.trim())
    if (target === null) continue
    const parameters = new Map<string, string>()
    for (const [, name = '', quoted, bare] of written.matchAll(linkParameter)) {
      // Of a parameter that comes twice the first counts.
      if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), quoted ?? bare ?? '')
    }
    const lang = parameters.get('hreflang')
    for (const rel of (parameters.get('rel') ?? '').toLowerCase().split(/\s+/)) {
      if (rel === 'canonical') facts.canonical ??= target
      else if (rel === 'next') facts.next ??= target
      else if (rel === 'prev' || rel === 'previous') facts.prev ??= target
      else if (rel === 'alternate' && lang !== undefined && hreflang.length < recordLimits.maxHreflang) {
        hreflang.push({ lang: lang.slice(0, maxLangChars), url: target })
      }
    }
  }
  if (hreflang.length > 0) facts.hreflang = hreflang
}

function cookiesOf(header: string): NonNullable<HttpFacts['cookies']> {
  const cookies = header.split('\n').filter((cookie) => cookie.trim() !== '')
  const names = new Set(
    cookies.map((cookie) => (/^\s*([^=;\s]*)/.exec(cookie)?.[1] ?? '').slice(0, maxCookieNameChars)),
  )
  return {
    count: cookies.length,
    notSecure: cookies.filter((cookie) => !/;\s*secure\s*(?:;|$)/i.test(cookie)).length,
    names: [...names].slice(0, recordLimits.maxCookieNames),
  }
}

const safeReferrer =
  /(?:^|,)\s*(?:no-referrer|no-referrer-when-downgrade|same-origin|strict-origin|strict-origin-when-cross-origin)\s*(?:,|$)/i

/** The protections that hold: a header with a value that browsers ignore protects nobody. */
function securityOf(url: string, headers: Answered['headers']): (typeof securityHeaderNames)[number][] {
  const policy = headers['content-security-policy'] ?? ''
  const isFramed =
    /^\s*(?:deny|sameorigin)\s*$/i.test(headers['x-frame-options'] ?? '') || /frame-ancestors/i.test(policy)
  const maxAge = Number(/max-age\s*=\s*"?(\d+)/i.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0)
  return [
    ...(url.startsWith('https:') && maxAge > 0 ? (['hsts'] as const) : []),
    ...(policy.trim() !== '' ? (['csp'] as const) : []),
    ...(/^\s*nosniff\s*(?:,|$)/i.test(headers['x-content-type-options'] ?? '') ? (['nosniff'] as const) : []),
    ...(isFramed ? (['frame-options'] as const) : []),
    ...(safeReferrer.test(headers['referrer-policy'] ?? '') ? (['referrer-policy'] as const) : []),
  ]
}
