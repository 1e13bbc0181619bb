import { failed, type HttpAnswerHead, type HttpFailed, type HttpRequest } from './http-messages.ts'
import { ProxyError, type WebProxy } from './proxy.ts'
import type { ProxyPool } from './proxy-pool.ts'

/** Sends one request. Rejects with ProxyError when it got no further than the proxy. */
export type Send<A extends HttpAnswerHead> = (
  asked: HttpRequest,
  url: URL,
  proxy: WebProxy | null,
) => Promise<A | HttpFailed>

/** Proxies one request may find broken before it fails. */
const maxProxiesTried = 3
/** Proxies checked at once. */
const checkedAtOnce = 16

/**
 * Sends through the next proxy in turn, and through another where that one fails us. This is no second try of the
 * URL: a proxy's failure comes before anything reaches the host. All tries share the request's total time.
 */
export async function viaProxies<A extends HttpAnswerHead>(
  pool: ProxyPool,
  asked: HttpRequest,
  send: (asked: HttpRequest, proxy: WebProxy) => Promise<A | HttpFailed>,
): Promise<A | HttpFailed> {
  const endsMs = performance.now() + asked.timeouts.totalMs
  for (let tries = 1; ; tries++) {
    const proxy = pool.next()
    const totalMs = Math.max(1, endsMs - performance.now())
    try {
      const answer = await send({ ...asked, timeouts: { ...asked.timeouts, totalMs } }, proxy)
      if (answer.ok) pool.report(proxy, 'worked')
      else if (answer.failure.kind === 'connect-timeout') pool.report(proxy, 'suspect')
      return answer
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error
      pool.report(proxy, 'failed')
      if (tries >= Math.min(maxProxiesTried, pool.proxies.length)) {
        return failed(error.timedOut ? 'connect-timeout' : 'connect-refused', error.message)
      }
    }
  }
}

/** Sends the same request through each proxy of a pool, and tells the pool and the caller how each did. */
export async function checkEach(
  pool: ProxyPool | undefined,
  asked: HttpRequest,
  send: Send<HttpAnswerHead>,
): Promise<{ proxy: string; problem: string | null }[]> {
  const proxies = pool?.proxies ?? []
  const url = new URL(asked.url)
  const findings: { proxy: string; problem: string | null }[] = []
  for (let from = 0; from < proxies.length; from += checkedAtOnce) {
    const group = proxies.slice(from, from + checkedAtOnce).map(async (proxy) => {
      const problem = await problemWith(proxy)
      pool?.report(proxy, problem === null ? 'worked' : 'failed')
      return { proxy: proxy.id, problem }
    })
    findings.push(...(await Promise.all(group)))
  }
  return findings

  async function problemWith(proxy: WebProxy): Promise<string | null> {
    try {
      const answer = await send(asked, url, proxy)
      return answer.ok ? null : answer.failure.message
    } catch (error) {
      if (error instanceof ProxyError) return error.message
      throw error
    }
  }
}
