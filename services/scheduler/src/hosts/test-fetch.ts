import { type Bus, RpcError } from '@seine/bus'
import { mergePolicy } from '@seine/catalogue'
import {
  fetcherRpc,
  type Policy,
  type Probe,
  type ProbeHop,
  type RpcRequest,
  type Site,
  type schedulerRpc,
} from '@seine/contracts'
import { canonicalUrl, hostOf, siteHosts } from '@seine/urls'
import type { Doer } from '../audit/record-audit.ts'
import { readSite } from '../catalogue/read-sites.ts'
import type { Database } from '../database/sql.ts'

/** All of a test-fetch: somebody looks on. */
export const maxTestFetchMs = 25_000
/** A fetcher's answer is on its way for this long at most. */
const replyMs = 1_500

/**
 * Has a fetcher ask for one page of a site and follows its redirects within the site, each request with a place and a slot of its host. Throws
 * RpcError `invalid` for a URL that is not the site's.
 */
export function makeTestFetch(deps: {
  call: Bus['call']
  database: Database
  policies: () => Promise<ReadonlyMap<string, Policy>>
  nowMs: () => number
}) {
  const { call, database, nowMs } = deps

  /** One request; `busy` where there is no time left for it. */
  async function hop(url: string, site: Site, policy: Policy, endMs: number, doer: Doer): Promise<ProbeHop> {
    const maxMs = Math.floor(endMs - nowMs())
    if (maxMs < 100) return { ...busy, waitedMs: 0 }
    const options = { timeoutMs: maxMs + replyMs, correlationId: doer.correlationId, actor: doer.actor }
    return call(fetcherRpc.probe, { url, site, policy, maxMs }, options)
  }

  return async (request: RpcRequest<typeof schedulerRpc.testFetch>, doer: Doer): Promise<Probe> => {
    const { site: stored } = await readSite(database, request.site)
    const site = request.fields === undefined ? stored : { ...stored, fields: request.fields }
    const policy = policyOf(site, await deps.policies())
    const hosts = siteHosts(site)
    let url = urlOf(request.url ?? site.startUrls[0]!, hosts)

    const startedMs = nowMs()
    const endMs = startedMs + maxTestFetchMs
    const redirects: Probe['redirects'] = []
    for (;;) {
      const answered = await hop(url, site, policy, endMs, doer)
      const whole = (more: Partial<Probe> = {}): Probe => ({
        ...answered,
        url,
        redirects,
        tookMs: nowMs() - startedMs,
        ...more,
      })
      const target = answered.answer?.redirectUrl ?? null
      if (answered.answer === null || target === null) return whole()
      if (!hosts.has(hostOf(target))) return whole({ verdict: 'left-site', reason: 'left-site', detail: target })
      if (redirects.length >= policy.limits.maxRedirects) return whole({ verdict: 'failed', reason: 'redirect-limit' })
      const { status, durationMs } = answered.answer
      redirects.push({ url, status, durationMs })
      url = target
    }
  }
}

const busy = {
  verdict: 'busy',
  reason: 'no-slot',
  detail: 'the host is asked by runs, as many times at once as may be',
  robots: null,
  answer: null,
  page: null,
} as const

function policyOf(site: Site, policies: ReadonlyMap<string, Policy>): Policy {
  const policy = policies.get(site.policy)
  if (policy === undefined) throw new RpcError('invalid', `'${site.name}' has no policy '${site.policy}' any more`)
  const merged = mergePolicy(policy, site.policyOverrides)
  if (merged.proxyPool === 'residential' && !site.residentialProxies)
    throw new RpcError('invalid', `'${site.name}': residential proxies need residentialProxies: true in its entry`)
  return merged
}

function urlOf(text: string, hosts: ReadonlySet<string>): string {
  const url = canonicalUrl(text)
  const problem =
    url === null
      ? 'expected an http or https URL'
      : hosts.has(hostOf(url))
        ? null
        : `not of the site, whose hosts are ${[...hosts].slice(0, 10).join(', ')}`
  if (url === null || problem !== null) throw new RpcError('invalid', `url: ${problem}`, { fields: { url: [problem] } })
  return url
}
