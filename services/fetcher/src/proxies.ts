import { makeProxyPool, type ProxyPool, type ProxyPoolName, parseProxies } from '@seine/net'

/**
 * The pools of proxies that are configured, by name. Lists are separated by commas and hold passwords: an error names a bad
 * entry by variable and place alone. Throws Error for one.
 */
export function readProxyPools(
  lists: Readonly<Record<ProxyPoolName, string | undefined>>,
  nowMs: () => number,
): Partial<Record<ProxyPoolName, ProxyPool>> {
  const pools: Partial<Record<ProxyPoolName, ProxyPool>> = {}
  for (const name of ['datacenter', 'residential'] as const) {
    const urls = (lists[name] ?? '').split(',').filter((url) => url.trim() !== '')
    if (urls.length > 0) pools[name] = makeProxyPool({ proxies: proxiesOf(name, urls), nowMs })
  }
  return pools
}

function proxiesOf(name: ProxyPoolName, urls: readonly string[]) {
  try {
    return parseProxies(urls)
  } catch (error) {
    throw new Error(`PROXIES_${name.toUpperCase()}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
