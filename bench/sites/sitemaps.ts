import { statSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

/** Above this many pages a site has an index of gzipped sitemaps. Sitemaps.org allows ten times as many in one; this way both forms are used. */
const maxUrlsOfOne = 5_000

/** Writes `robots.txt` and `sitemap.xml`, and the parts where there are many pages, into a folder. */
export function writeSitemaps(folder: string, origin: string, pages: ReadonlyMap<string, string>): void {
  writeFileSync(`${folder}/robots.txt`, `User-agent: *\nDisallow:\n\nSitemap: ${origin}/sitemap.xml\n`)
  const entries = [...pages].map(([url, path]) => entry('url', url, statSync(path).mtime))
  if (entries.length <= maxUrlsOfOne) {
    writeFileSync(`${folder}/sitemap.xml`, document('urlset', entries))
    return
  }
  const parts: string[] = []
  for (let at = 0; at < entries.length; at += maxUrlsOfOne) {
    const name = `sitemap-${parts.length + 1}.xml.gz`
    writeFileSync(`${folder}/${name}`, gzipSync(document('urlset', entries.slice(at, at + maxUrlsOfOne))))
    parts.push(entry('sitemap', `${origin}/${name}`, null))
  }
  writeFileSync(`${folder}/sitemap.xml`, document('sitemapindex', parts))
}

function document(root: string, entries: string[]): string {
  const namespace = 'http://www.sitemaps.org/schemas/sitemap/0.9'
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">\n${entries.join('')}</${root}>\n`
}

function entry(name: string, url: string, modified: Date | null): string {
  const lastmod = modified === null ? '' : `<lastmod>${modified.toISOString()}</lastmod>`
  return `<${name}><loc>${url.replaceAll('&', '&amp;')}</loc>${lastmod}</${name}>\n`
}
