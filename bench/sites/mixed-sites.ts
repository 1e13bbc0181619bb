import { docRoots } from './doc-sites.ts'
import { findPages } from './pages.ts'
import { type ServedSites, serveSites } from './serve-sites.ts'
import { writeShop } from './shop/write-shop.ts'
import { evenly } from './subset.ts'

/** Three of eight pages are of the shop: 3,000 of the 8,000 that are usual. */
const shopShare = 3 / 8

/**
 * Real documentation and a shop, `pageCount` pages in all, the same for the same count: what crawlers are compared over. By
 * address and port, so that no crawler needs a name resolved. Fewer, where the documentation has fewer.
 */
export async function startMixedSites(pageCount: number): Promise<ServedSites> {
  const shopPages = Math.round(pageCount * shopShare)
  const roots = [...docRoots()]
  const sizes = new Map(roots.map(([name, root]) => [name, findPages(root, 'http://size').size]))
  const docPages = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const share = Math.min(1, (pageCount - shopPages) / docPages)
  const host = '127.0.0.1'
  return serveSites([
    ...roots.map(([name, root]) => ({
      name,
      host,
      open: (origin: string) => ({
        root,
        pages: new Map(evenly([...findPages(root, origin)], Math.round((sizes.get(name) ?? 0) * share))),
      }),
    })),
    {
      name: 'shop',
      host,
      open: (origin, folder) => {
        writeShop(folder, origin, shopPages)
        return { root: folder, pages: findPages(folder, origin) }
      },
    },
  ])
}
