/**
 * Host tokens: a host as the tail of a subject, reversed by label so that `work.fetch.http.com.example.>` means
 * what it looks like. A host here is `hostname` or `hostname:port` (URL.host: no port when it is the default one).
 *
 * - `shop.example.com`       → `com.example.shop`
 * - `shop.example.com:8080`  → `com.example.shop.p8080_`   (an underscore never ends a DNS label of a host)
 * - `192.0.2.7`              → `ip4_.192-0-2-7`
 * - `[2001:db8::1]:81`       → `ip6_.2001-db8--1.p81_`
 */
export function hostToken(host: string): string {
  const { name, port } = splitHost(host)
  const suffix = port === '' ? '' : `.p${port}_`
  if (name.startsWith('[')) return `ip6_.${name.slice(1, -1).replaceAll(':', '-')}${suffix}`
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return `ip4_.${name.replaceAll('.', '-')}${suffix}`
  return name.split('.').filter(Boolean).reverse().join('.') + suffix
}

/** The inverse of {@link hostToken}. */
export function hostOfToken(token: string): string {
  const labels = token.split('.')
  const last = labels.at(-1) ?? ''
  const port = /^p(\d+)_$/.exec(last)?.[1]
  if (port !== undefined) labels.pop()
  const suffix = port === undefined ? '' : `:${port}`
  if (labels[0] === 'ip6_') return `[${labels[1]?.replaceAll('-', ':') ?? ''}]${suffix}`
  if (labels[0] === 'ip4_') return (labels[1]?.replaceAll('-', '.') ?? '') + suffix
  return labels.reverse().join('.') + suffix
}

/** A host token as one KV key: dots are legal there, so the token itself. */
export const hostKey = hostToken

function splitHost(host: string): { name: string; port: string } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host.toLowerCase())
  if (!match?.[1]) throw new TypeError(`not a host: '${host}'`)
  return { name: match[1], port: match[2] ?? '' }
}

/** What a site name may be: one subject token, one folder name, one path segment. */
export const siteNamePattern = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/

/** Stands where an event belongs to a run and to none of its sites. A site can't be named so. */
export const noSite = '_'
