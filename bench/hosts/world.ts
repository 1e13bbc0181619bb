import type { policySchema, siteSchema } from '@seine/contracts'
import type { z } from 'zod'

/** Virtual hosts that are all alike, a site each: everything about them follows from these numbers. */
export interface World {
  readonly hosts: number
  /** Of each host, its home page included. */
  readonly pagesEach: number
  /** From a request to its answer. */
  readonly answerMs: number
  readonly port: number
}

export type Policy = z.input<typeof policySchema>

export const worldDomain = 'hosts.test'
export const worldPolicyName = 'hosts'

export const siteNameOf = (host: number): string => `host-${String(host).padStart(4, '0')}`

export const originOf = ({ port }: Pick<World, 'port'>, host: number): string =>
  `http://${siteNameOf(host)}.${worldDomain}:${port}`

/** Number of a host by the header that names it. Undefined: none of ours. */
export function hostOfHeader({ hosts }: Pick<World, 'hosts'>, header: string): number | undefined {
  const digits = /^host-(\d{4,})\.hosts\.test(?::\d+)?$/.exec(header)?.[1]
  const host = digits === undefined ? -1 : Number(digits)
  return host >= 0 && host < hosts ? host : undefined
}

/** Entries for `sites.json`. */
export function siteEntries(world: World): z.input<typeof siteSchema>[] {
  return Array.from({ length: world.hosts }, (_, host) => ({
    name: siteNameOf(host),
    startUrls: [`${originOf(world, host)}/`],
    policy: worldPolicyName,
  }))
}

/** Path of a page; the first is the home page. */
export const pathOf = (page: number): string => (page === 0 ? '/' : `/page-${page}`)

/** About a thousand bytes. */
export function renderPage(host: number, page: number): string {
  const title = `Page ${page} of ${siteNameOf(host)}`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="description" content="${title}, which has little to say"></head><body><h1>${title}</h1>
<p>${`Words of page ${page} at ${host}. `.repeat(24)}</p></body></html>\n`
}

export const robotsTxt = (origin: string): string => `User-agent: *\nDisallow:\n\nSitemap: ${origin}/sitemap.xml\n`

export function sitemap(origin: string, pagesEach: number): string {
  const entries = Array.from({ length: pagesEach }, (_, page) => `<url><loc>${origin}${pathOf(page)}</loc></url>\n`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join('')}</urlset>\n`
}
