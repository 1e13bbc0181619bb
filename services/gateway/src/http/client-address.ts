/**
 * Whose request this is, as an address. `trustedProxies` is how many proxies of ours stand in front: each adds the
 * address it was called from to the end of X-Forwarded-For, so what stands further left was said by the client.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string {
  const said = (forwardedFor ?? '').split(',').map((entry) => entry.trim())
  const address = trustedProxies === 0 ? undefined : said.at(-trustedProxies)
  return (address || socketAddress || 'unknown').replace(/^::ffff:(?=\d+\.)/, '').slice(0, 64)
}

/** What one person has at home: an IPv4 address, or the first 64 bits of an IPv6 one. Limits count by it. */
export function addressGroup(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const groups = head.split(':').filter(Boolean)
  const filled = tail === undefined ? groups : [...groups, '0', '0', '0', '0']
  return `${filled.slice(0, 4).join(':')}::/64`
}
