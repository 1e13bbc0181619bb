import { type Policy, policySchema, type Site } from '@seine/contracts'
import { makeFieldReader } from '@seine/extract'
import { canonicalUrl } from '@seine/urls'
import { mergePolicy } from './merge-policy.ts'

export interface SiteProblem {
  /** Where in the entry: `policyOverrides.timeouts.totalMs`, `startUrls[1]`, `fields[0].css`. */
  readonly field: string
  readonly message: string
}

/** What no schema of an entry can see: names that must be there, URLs that must be reachable, selectors that must be readable. */
export async function siteProblems(site: Site, policies: ReadonlyMap<string, Policy>): Promise<SiteProblem[]> {
  return [...policyProblems(site, policies), ...urlProblems(site), ...(await fieldProblems(site))]
}

function policyProblems(site: Site, policies: ReadonlyMap<string, Policy>): SiteProblem[] {
  const policy = policies.get(site.policy)
  if (policy === undefined)
    return [{ field: 'policy', message: `unknown '${site.policy}', there are ${[...policies.keys()].join(', ')}` }]
  const merged = policySchema.safeParse(mergePolicy(policy, site.policyOverrides))
  return (merged.error?.issues ?? []).map(({ path, message }) => ({
    field: `policyOverrides.${path.join('.')}`,
    message,
  }))
}

function urlProblems(site: Site): SiteProblem[] {
  const problems: SiteProblem[] = []
  for (const field of ['startUrls', 'sitemaps'] as const)
    for (const [place, url] of (site[field] ?? []).entries())
      if (canonicalUrl(url) === null)
        problems.push({ field: `${field}[${place}]`, message: 'not a URL that can be fetched' })
  return problems
}

async function fieldProblems(site: Site): Promise<SiteProblem[]> {
  const reader = await makeFieldReader(site.fields)
  return (reader?.problems ?? []).map(({ name, index, option, problem }) => ({
    field: `fields[${index}].${option}`,
    message: `'${name}' can't be read: ${problem}`,
  }))
}
