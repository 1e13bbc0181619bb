import { policySchema } from '@seine/contracts'
import type { HttpClient, ProxyPool, ProxyPoolName } from '@seine/net'
import type { Logger } from '@seine/runtime'

/** How long one proxy may take to show that it works. */
const checkTimeoutMs = 10_000

/**
 * Asks one page through every configured proxy before the first task is taken: those that fail it sit out for a while, as any
 * proxy that fails does. A pool whose proxies all fail stays in use, since its policies allow nothing else, and says so.
 *
 * @param url what is asked for; any answer will do. Null: proxies are found bad in use.
 */
export async function checkProxies(
  http: Pick<HttpClient, 'checkProxies'>,
  pools: Partial<Record<ProxyPoolName, ProxyPool>>,
  url: string | null,
  log: Logger,
): Promise<void> {
  if (url === null) return
  const { userAgent, limits, timeouts } = policySchema.parse({})
  const request = {
    url,
    headers: { 'user-agent': userAgent },
    timeouts: { ...timeouts, connectMs: checkTimeoutMs, totalMs: checkTimeoutMs },
    limits,
  }
  for (const pool of Object.keys(pools) as ProxyPoolName[]) {
    const findings = await http.checkProxies(pool, request)
    const bad = findings.filter(({ problem }) => problem !== null)
    log.info('proxies checked', { pool, proxies: findings.length, bad: bad.length })
    for (const { proxy, problem } of bad) log.warn('proxy does not work', { pool, proxy, problem })
    if (bad.length === findings.length) log.error('no proxy of the pool works', { pool })
  }
}
