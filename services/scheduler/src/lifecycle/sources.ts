import type { Site } from '@seine/contracts'
import { canonicalUrl, homeOf } from '@seine/urls'
import type { Candidate } from '../discovery/admission.ts'

/** The preflight task of a site: robots.txt of its home. */
export function robotsTask(site: Site): Candidate {
  return source(`${homeOf(site.startUrls[0]!)}robots.txt`, 'robots')
}

/**
 * What discovery starts from: start URLs, and the sitemaps that the site names; where it names none and robots.txt
 * announced none, the one that is usually there, whose absence is no failure.
 */
export function firstUrls(site: Site, robotsAnnouncedSitemaps: boolean): Candidate[] {
  const starts = site.startUrls.map((url): Candidate => ({ ...source(url, 'robots'), kind: 'page' }))
  if (site.sitemaps !== undefined) return [...starts, ...site.sitemaps.map((url) => source(url, 'sitemap'))]
  if (robotsAnnouncedSitemaps) return starts
  return [...starts, { ...source(`${homeOf(site.startUrls[0]!)}sitemap.xml`, 'sitemap'), optional: true }]
}

function source(url: string, kind: 'robots' | 'sitemap'): Candidate {
  return { url: canonicalUrl(url) ?? url, kind, source: 'start', depth: 0, redirects: 0 }
}
