import type { IncomingMessage } from 'node:http'

/**
 * Why a request that Node's strict parser let through is refused all the same: a proxy in front may read it as another
 * request than the gateway does. Null: nothing is odd.
 */
export function oddityOf({ url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): string | null {
  // The absolute form (RFC 9112 §3.2.2) names a host besides the Host header; only clients of proxies send it.
  if (!url.startsWith('/')) return 'the target has to be a path'
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
  if (!names.includes('host')) return 'a Host is missing'
  for (const single of ['host', 'content-length', 'transfer-encoding', 'authorization', 'origin'])
    if (names.indexOf(single) !== names.lastIndexOf(single)) return `${single} is there twice`
  const codingAt = names.indexOf('transfer-encoding')
  if (codingAt >= 0 && rawHeaders[codingAt * 2 + 1]?.trim().toLowerCase() !== 'chunked')
    return 'transfer-encoding has to be chunked'
  return null
}
