import { isListed } from './graph.ts'
import { pathOf } from './page.ts'

/** Pages looked at for one sitemap; nine of ten are in it. */
export const pagesOfSitemap = 10_000

export const sitemapCount = (pagesEach: number): number => Math.ceil(pagesEach / pagesOfSitemap)

export const robotsTxt = (origin: string): string => `User-agent: *\nDisallow:\n\nSitemap: ${origin}/sitemap.xml\n`

export function sitemapIndex(origin: string, pagesEach: number): string {
  const entries = Array.from({ length: sitemapCount(pagesEach) }, (_, part) => `${origin}/sitemap-${part}.xml`)
  return document('sitemapindex', 'sitemap', entries)
}

export function sitemap(origin: string, pagesEach: number, part: number): string {
  const urls: string[] = []
  const end = Math.min(pagesEach, (part + 1) * pagesOfSitemap)
  for (let page = part * pagesOfSitemap; page < end; page++) if (isListed(page)) urls.push(`${origin}${pathOf(page)}`)
  return document('urlset', 'url', urls)
}

function document(root: string, entry: string, locations: readonly string[]): string {
  const entries = locations.map((location) => `<${entry}><loc>${location}</loc></${entry}>\n`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join('')}</${root}>\n`
}
