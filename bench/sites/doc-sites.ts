import { type DocSiteName, docPackages, docRoot, docSiteNames } from './packages.ts'
import { findPages } from './pages.ts'
import { type ServedSites, serveSites } from './serve-sites.ts'

export { accessLogFields } from './nginx.ts'
export { fastPolicy as docPolicy, fastPolicyName as docPolicyName } from './serve-sites.ts'

/**
 * Serves real documentation on loopback, each site with its own host name and port. With `followLinks` the pages' links
 * are followed too, which finds the same pages and a few redirects. Throws where a package or nginx is missing.
 */
export async function startDocSites(
  options: { only?: readonly DocSiteName[]; followLinks?: boolean } = {},
): Promise<ServedSites> {
  const names = options.only ?? docSiteNames
  return serveSites(
    [...docRoots(names)].map(([name, root]) => ({
      name,
      host: `${name}.docs.test`,
      open: (origin) => ({ root, pages: findPages(root, origin) }),
    })),
    options,
  )
}

/** Where the pages of each are. Throws naming the packages that are missing. */
export function docRoots(names: readonly DocSiteName[] = docSiteNames): Map<DocSiteName, string> {
  const roots = names.map((name) => [name, docRoot(name)] as const)
  const missing = roots.filter(([, root]) => root === null).map(([name]) => docPackages[name].packageName)
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}; run node bench/sites/install.ts`)
  return new Map(roots.map(([name, root]) => [name, root as string]))
}
