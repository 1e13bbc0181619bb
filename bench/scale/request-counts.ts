import type { World } from './world.ts'

/** What was asked of the generator: its own count, which owes nothing to the mesh. */
export interface RequestSummary {
  /** Requests for pages. */
  readonly requests: number
  /** Pages, home pages left out, that were asked for never, once, more often. */
  readonly never: number
  readonly once: number
  readonly more: number
  /** Most requests for one page. */
  readonly most: number
  /** Requests for home pages: the preflight asks for each as well. */
  readonly home: number
  readonly robots: number
  readonly sitemaps: number
  /** Requests for nothing that there is. */
  readonly unknown: number
}

/** Counts requests by page: two bytes each, whatever the size of the world. */
export function countRequests({ sites, pagesEach }: Pick<World, 'sites' | 'pagesEach'>) {
  const pages = new Uint16Array(sites * pagesEach)
  const others = { robots: 0, sitemaps: 0, unknown: 0 }
  return {
    page(site: number, page: number): void {
      const at = site * pagesEach + page
      if (pages[at]! < 0xffff) pages[at]!++
    },
    other(what: keyof typeof others): void {
      others[what]++
    },
    summary(): RequestSummary {
      const sum = { requests: 0, never: 0, once: 0, more: 0, most: 0, home: 0 }
      for (const [at, requests] of pages.entries()) {
        sum.requests += requests
        if (at % pagesEach === 0) {
          sum.home += requests
          continue
        }
        sum.most = Math.max(sum.most, requests)
        if (requests === 0) sum.never++
        else if (requests === 1) sum.once++
        else sum.more++
      }
      return { ...sum, ...others }
    },
  }
}
