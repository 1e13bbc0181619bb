import { type SampleHost, text, xml } from '../host.ts'
import { urlset } from '../markup.ts'
import { faultHost } from './fault-host.ts'

/** Pages of each healthy host, its home page not counted. */
export const healthyPages = 200
export const healthyNames = Array.from({ length: 10 }, (_, i) => `healthy-${i + 1}`)

/** Hosts that do nothing wrong: what the others may not slow down. */
export function healthyHosts(): SampleHost[] {
  return healthyNames.map((name) =>
    faultHost({
      name,
      about: 'nothing wrong',
      pages: healthyPages,
      robots: ({ origin }) => text(`User-agent: *\nAllow: /\nSitemap: ${origin}/sitemap.xml\n`),
      other: ({ origin }) =>
        xml(urlset(Array.from({ length: healthyPages }, (_, i) => ({ loc: `${origin}/page/${i + 1}` })))),
    }),
  )
}
