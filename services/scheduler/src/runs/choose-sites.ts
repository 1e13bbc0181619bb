import { RpcError } from '@seine/bus'
import type { Catalogue } from '@seine/catalogue'
import type { RunOptions, Site } from '@seine/contracts'

/**
 * Named sites in the order named, each once; else all enabled ones in the order of the file. Of those the ones of the group, less
 * the excluded ones. Throws RpcError `invalid` for names that no site has and where nothing is left.
 */
export function chooseSites(catalogue: Catalogue, options: RunOptions): Site[] {
  const { sites: named, group, exclude = [] } = options
  const byName = new Map(catalogue.sites.map((site) => [site.name, site]))
  refuseUnknown([...(named ?? []), ...exclude], byName)
  if (group !== undefined && !catalogue.sites.some((site) => site.group === group))
    throw new RpcError('invalid', `no site is in group '${group}'`, { unknownGroup: group })
  const candidates =
    named === undefined
      ? catalogue.sites.filter((site) => site.enabled)
      : [...new Set(named)].map((name) => byName.get(name)!)
  const chosen = candidates.filter(
    (site) => (group === undefined || site.group === group) && !exclude.includes(site.name),
  )
  if (chosen.length === 0)
    throw new RpcError('invalid', candidates.length === 0 ? 'no site is enabled' : 'no site is left to run')
  return chosen
}

function refuseUnknown(names: readonly string[], byName: ReadonlyMap<string, Site>): void {
  const unknown = [...new Set(names)].filter((name) => !byName.has(name))
  if (unknown.length === 0) return
  const listed = unknown.map((name) => `'${name}'`).join(', ')
  throw new RpcError('invalid', `unknown site${unknown.length > 1 ? 's' : ''} ${listed}`, { unknownSites: unknown })
}
