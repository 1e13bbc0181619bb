import { canonicalQuery } from './query.ts'

/** Longest URL that is fetched; a longer one is `null`, because no page worth having needs it and every store is sized by it. */
export const maxUrlChars = 2_048

/** Longest reference that is parsed at all: escapes may be shortened (`%61` → `a`), but not by more than this. */
const maxReferenceChars = 4 * maxUrlChars

/** Resolves references against one base; see {@link canonicalUrl}. */
export type Resolve = (reference: string) => string | null

// What a canonical URL may consist of. `;` is left out of the path (session ids hide behind it), and so is a segment that
// starts with a dot or a parenthesis: they take the slow way.
const segment = "[A-Za-z0-9_~!$&')*+,=:@-][A-Za-z0-9_~!$&'()*+,=:@.-]*"
const path = `(?:/${segment})*/?`
const query = String.raw`(?:\?[A-Za-z0-9_~!$&()*+,=:@./?;-]+)?`
// The last label starts with a letter, so that it is no IPv4 address in one of its many forms.
const host = String.raw`(?:[a-z0-9_-]+\.)*[a-z][a-z0-9-]*`
const port = String.raw`(?::(?!80/|443/)(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3})(?=/))?`
const canonicalAbsolute = new RegExp(`^https?://${host}${port}(?=/)${path}${query}$`)
const canonicalPath = new RegExp(`^(?=/)${path}${query}$`)
// No colon in the first segment: that would be a scheme.
const canonicalRelative = new RegExp(String.raw`^(?:\.\./)*(?![^/?]*:)${segment}${path}${query}$`)
const unfetchableScheme = /^\s*(?:mailto|tel|javascript|data|blob|about|ftp|file|sms|whatsapp|skype):/i

/**
 * The canonical form of a reference, or null where it is no http(s) URL that can be fetched or is over
 * {@link maxUrlChars}. WHATWG URL parsing, then what RFC 3986 §6.2.2 adds and a crawler needs: no fragment, no credentials, no dot
 * at the host's end, escapes in upper case, unreserved characters unescaped and stray ones escaped, no empty path segments (but after a
 * colon, where they are a URL in the path), parameters sorted by name (stable), without session ids, empty ones and the
 * `=` of an empty value. Idempotent.
 *
 * @param base what a relative reference is resolved against: the document's URL, or its `<base href>`. The last base is
 *   remembered, so that the links of one page parse it once.
 */
export function canonicalUrl(reference: string, base?: string): string | null {
  if (base === undefined || base === '') return resolveAbsolute(reference)
  if (base !== lastBase) {
    lastResolve = makeResolver(base)
    lastBase = base
  }
  return lastResolve(reference)
}

// A memo of the pure function below, one entry long.
let lastBase = ''
let lastResolve: Resolve = resolveAbsolute

/** {@link canonicalUrl} for many references on one base. With a base that is no URL only absolute references resolve. */
export function makeResolver(base: string): Resolve {
  let parsed: URL
  try {
    parsed = new URL(base)
  } catch {
    return resolveAbsolute
  }
  const home = canonicalParts(parsed)
  if (home === null) return (reference) => parse(reference, parsed.href)
  const origin = home.slice(0, home.indexOf('/', 8))
  const basePath = parsed.pathname.slice(0, parsed.pathname.lastIndexOf('/') + 1)
  const folder = canonicalPath.test(basePath) ? basePath : null

  return (reference) => {
    const hash = reference.indexOf('#')
    const bare = hash === -1 ? reference : reference.slice(0, hash)
    if (bare === '') return home.length > maxUrlChars ? null : home
    if (bare.charCodeAt(0) === 47 /* slash */) {
      if (canonicalPath.test(bare)) return withQuery(origin + bare)
    } else if (folder !== null && canonicalRelative.test(bare)) {
      let rest = 0
      let end = folder.length
      while (bare.startsWith('../', rest)) {
        rest += 3
        if (end > 1) end = folder.lastIndexOf('/', end - 2) + 1
      }
      return withQuery(origin + folder.slice(0, end) + bare.slice(rest))
    } else if (isCanonical(bare)) {
      return withQuery(bare)
    }
    return parse(bare, parsed.href)
  }
}

function resolveAbsolute(reference: string): string | null {
  const hash = reference.indexOf('#')
  const bare = hash === -1 ? reference : reference.slice(0, hash)
  return isCanonical(bare) ? withQuery(bare) : parse(bare)
}

/** All but the query, which {@link withQuery} sees to. Punycode is checked by the parser. */
function isCanonical(url: string): boolean {
  return canonicalAbsolute.test(url) && !url.includes('xn--')
}

/** The last step of the fast ways: everything but the order and names of parameters is known to be canonical. */
function withQuery(url: string): string | null {
  const mark = url.indexOf('?')
  const whole = mark === -1 ? url : url.slice(0, mark) + canonicalQuery(url.slice(mark + 1))
  return whole.length > maxUrlChars ? null : whole
}

function parse(reference: string, base?: string): string | null {
  if (reference.length > maxReferenceChars || unfetchableScheme.test(reference)) return null
  const url = URL.parse(reference, base)
  const whole = url === null ? null : canonicalParts(url)
  return whole === null || whole.length > maxUrlChars ? null : whole
}

/** Null where the scheme is neither http nor https. Of any length. */
function canonicalParts(url: URL): string | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  const hostname = canonicalHostname(url.hostname)
  if (hostname === '') return null
  const authority = url.port === '' ? hostname : `${hostname}:${url.port}`
  const query = url.search === '' ? '' : canonicalQuery(canonicalEscapes(url.search.slice(1)))
  return `${url.protocol}//${authority}${canonicalPathOf(url.pathname)}${query}`
}

function canonicalPathOf(pathname: string): string {
  let path = canonicalEscapes(pathname)
  // Not after a dot segment, which would come to life by it.
  if (path.includes(';')) path = path.replace(/(?<!\/\.{1,2});(?:jsessionid|phpsessid|sid)=[^/;]*/gi, '')
  if (path.includes('/(S(')) path = path.replace(/\/\(S\([a-z0-9]+\)\)(?=\/|$)/gi, '') || '/' // ASP.NET without cookies
  return path.includes('//') ? path.replace(/(?<!:)\/{2,}/g, '/') : path
}

/** RFC 3986 §6.2.2.1–2: upper-case hex, unreserved characters bare; and the characters WHATWG leaves as they are, escaped. */
function canonicalEscapes(part: string): string {
  return part.replace(/%([0-9A-Fa-f]{2})?|["<>[\]^`{|}]/g, (found, hex: string | undefined) => {
    if (hex === undefined) return `%${found.charCodeAt(0).toString(16).toUpperCase()}`
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : found.toUpperCase()
  })
}

/** Without the root's dot; '' where a label is missing before it, for what is left might be a number. An IPv4-mapped address is written as one (RFC 5952 §5). */
function canonicalHostname(hostname: string): string {
  if (hostname.endsWith('..')) return ''
  if (hostname.endsWith('.')) return hostname.slice(0, -1)
  if (!hostname.startsWith('[::ffff:')) return hostname
  const groups = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname)
  if (groups === null) return hostname
  const bytes = groups.slice(1).flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
  return `[::ffff:${bytes.join('.')}]`
}
