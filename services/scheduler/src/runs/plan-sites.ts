import { RpcError } from '@seine/bus'
import { type Catalogue, mergePolicy } from '@seine/catalogue'
import type { Policy, RunOptions, Site, SitePlan } from '@seine/contracts'

/**
 * Fixes what a run does at each of its sites. Throws RpcError `invalid` for a policy that there is none of, and naming the sites
 * whose policy goes through other people's homes while their own entry does not say that it may.
 */
export function planSites(
  runId: string,
  sites: readonly Site[],
  catalogue: Catalogue,
  options: RunOptions,
): SitePlan[] {
  if (options.policy !== undefined && !catalogue.policies.has(options.policy))
    throw new RpcError('invalid', `there is no policy '${options.policy}'`, { unknownPolicy: options.policy })
  const plans = sites.map((entry): SitePlan => {
    const site = options.policy === undefined ? entry : { ...entry, policy: options.policy }
    const policy = catalogue.policies.get(site.policy)
    // A site of the API may outlive its policy, which is in a file.
    if (policy === undefined)
      throw new RpcError('invalid', `site '${site.name}' has no policy '${site.policy}' any more`, {
        unknownPolicy: site.policy,
      })
    const merged = slowDown(mergePolicy(policy, site.policyOverrides), options.at_most)
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

function slowDown(policy: Policy, ceiling: RunOptions['at_most']): Policy {
  if (ceiling === undefined) return policy
  const { ratePerSecond = policy.ratePerSecond, concurrency = policy.concurrency } = ceiling
  return {
    ...policy,
    ratePerSecond: Math.min(policy.ratePerSecond, ratePerSecond),
    concurrency: Math.min(policy.concurrency, concurrency),
  }
}
