/** The graph of one site, by page numbers from 0 (the home page) to `pagesEach - 1`. Pure. */

/** In a sitemap: all but every tenth page, which only the page before it links to for certain. */
export const isListed = (page: number): boolean => page % 10 !== 9

/** Has JSON-LD of a product. */
export const isProduct = (page: number): boolean => page % 3 === 1

const strides = [7, 31, 101, 503, 2_003, 10_007]

/**
 * Where a page links to: home, the next page, its category's first, and some that are spread over the site. Links to a
 * page that is not listed are those of its neighbour and what the strides happen to hit.
 */
export function linksOf(page: number, pagesEach: number): number[] {
  const links = new Set([0, (page + 1) % pagesEach, page - (page % 100)])
  for (const stride of strides) links.add((page * stride + stride) % pagesEach)
  links.delete(page)
  return [...links]
}
