import { RpcError } from '@seine/bus'
import type { RunOptions, Site } from '@seine/contracts'
import type { Catalogue } from '../catalogue/read-catalogue.ts'

/** Named sites in the order named, each once; else all enabled ones in the order of the file. Throws RpcError `invalid`. */
export function chooseSites(catalogue: Catalogue, options: RunOptions): Site[] {
  if (options.sites === undefined) {
    const enabled = catalogue.sites.filter((site) => site.enabled)
    if (enabled.length === 0) throw new RpcError('invalid', 'no site is enabled')
    return enabled
  }
  const byName = new Map(catalogue.sites.map((site) => [site.name, site]))
  const names = [...new Set(options.sites)]
  const unknown = names.filter((name) => !byName.has(name))
  if (unknown.length > 0) {
    const listed = unknown.map((name) => `'${name}'`).join(', ')
    throw new RpcError('invalid', `unknown site${unknown.length > 1 ? 's' : ''} ${listed}`, { unknownSites: unknown })
  }
  return names.map((name) => byName.get(name)!)
}
