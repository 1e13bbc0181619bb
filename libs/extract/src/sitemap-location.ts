/** Where a site's sitemap is looked for when nothing says where it is. Takes any URL of the site. */
export function defaultSitemapUrl(home: string): string {
  return new URL('/sitemap.xml', home).href
}

/**
 * Whether a sitemap may speak for a URL by the location rule of sitemaps.org: same scheme and host, and in the sitemap's
 * folder or below. Many sites break it, and search engines forgive it on the site's own host, so it is a hint only.
 */
export function isWithinSitemapPath(sitemapUrl: string, url: string): boolean {
  return url.startsWith(new URL('.', sitemapUrl).href)
}
