import { RpcError } from '@seine/bus'
import type { RunOptions, Site, SitePlan } from '@seine/contracts'
import { mergePolicy } from '../catalogue/merge-policy.ts'
import type { Catalogue } from '../catalogue/read-catalogue.ts'

/**
 * Fixes what a run does at each of its sites. Throws RpcError `invalid` naming the sites whose policy goes through other
 * people's homes while their own entry does not say that it may.
 */
export function planSites(
  runId: string,
  sites: readonly Site[],
  catalogue: Catalogue,
  options: RunOptions,
): SitePlan[] {
  const plans = sites.map((site): SitePlan => {
    const policy = catalogue.policies.get(site.policy)
    if (policy === undefined) throw new Error(`site '${site.name}' has no policy '${site.policy}'`)
    const merged = mergePolicy(policy, site.policyOverrides)
    return { runId, site, policy: merged, maxPages: options.limit ?? site.maxPages ?? null }
  })
  const refused = plans.filter(({ site, policy }) => policy.proxyPool === 'residential' && !site.residentialProxies)
  if (refused.length > 0) {
    const named = refused.map(({ site }) => `site '${site.name}' with policy '${site.policy}'`).join(', ')
    throw new RpcError('invalid', `${named}: residential proxies need residentialProxies: true in the site's entry`, {
      residentialProxies: refused.map(({ site }) => site.name),
    })
  }
  return plans
}
