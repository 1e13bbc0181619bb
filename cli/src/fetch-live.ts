import type { Policy } from '@seine/contracts'
import { decodeText, type HttpClient, type HttpPage } from '@seine/net'
import { parseRobots, robotsVerdictForStatus } from '@seine/politeness'
import { canonicalUrl, homeOf } from '@seine/urls'

/** A page as it is now, or why it can't be had. */
export type LivePage =
  | { ok: true; url: string; page: HttpPage; html: string; redirects: string[] }
  | { ok: false; url: string; problem: string }

/**
 * Fetches one page by a policy: redirects are followed up to its limit, each hop past the guard and, where the policy obeys it, past the
 * robots.txt of its host.
 */
export async function fetchLive(url: string, policy: Policy, http: Pick<HttpClient, 'request'>): Promise<LivePage> {
  const redirects: string[] = []
  for (let at = url; ; ) {
    const refusal = policy.respectRobots ? await robotsRefusal(at, policy, http) : null
    if (refusal !== null) return { ok: false, url: at, problem: refusal }
    const answer = await ask(at, policy, http)
    if (!answer.ok) return { ok: false, url: at, problem: `${answer.failure.kind}: ${answer.failure.message}` }
    const target = redirectTarget(answer, at)
    if (target === null) {
      const { text } = decodeText(answer.body, answer.headers['content-type'] ?? null)
      return { ok: true, url: at, page: answer, html: text, redirects }
    }
    if (redirects.length === policy.limits.maxRedirects) return { ok: false, url: at, problem: 'too many redirects' }
    redirects.push(target)
    at = target
  }
}

/** Why a page may not be fetched by its host's robots.txt (RFC 9309 §2.3.1); null: it may. */
async function robotsRefusal(url: string, policy: Policy, http: Pick<HttpClient, 'request'>): Promise<string | null> {
  let at = `${homeOf(url)}robots.txt`
  let answer = await ask(at, policy, http)
  for (let hops = 0; answer.ok && hops < policy.limits.maxRedirects; hops++) {
    const target = redirectTarget(answer, at)
    if (target === null) break
    at = target
    answer = await ask(at, policy, http)
  }
  const { access } = robotsVerdictForStatus(answer.ok ? answer.status : 0)
  if (access === 'disallow-all') {
    const why = answer.ok ? `it answers ${answer.status}` : `${answer.failure.kind}: ${answer.failure.message}`
    return `${at} can't be read, so nothing may be fetched: ${why}`
  }
  if (access === 'allow-all' || !answer.ok) return null
  return parseRobots(answer.body).isAllowed(url, policy.userAgent) ? null : `${at} does not allow it`
}

function redirectTarget({ status, headers }: HttpPage, base: string): string | null {
  const isRedirect = [301, 302, 303, 307, 308].includes(status)
  return isRedirect && headers.location !== undefined ? canonicalUrl(headers.location, base) : null
}

const ask = (url: string, { userAgent, timeouts, limits, proxyPool }: Policy, http: Pick<HttpClient, 'request'>) =>
  http.request({
    url,
    headers: { 'user-agent': userAgent, accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5' },
    timeouts,
    limits,
    proxyPool,
  })
