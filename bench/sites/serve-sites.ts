import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { policySchema, type siteSchema } from '@seine/contracts'
import type { z } from 'zod'
import { freePort, type StaticSite, startNginx } from './nginx.ts'
import { writeSitemaps } from './sitemaps.ts'

export type SiteSource = {
  name: string
  /** Its host name, or an address of the loopback interface. */
  host: string
  /**
   * Where its files are, and which of them it is made of: by URL, in the sitemap's order. `folder` is empty and its own,
   * for pages that have to be made.
   */
  open(origin: string, folder: string): { root: string; pages: Map<string, string> }
}

export type ServedSites = {
  /** Entries for `config/sites.json`; their policy is called {@link fastPolicyName}. */
  sites: z.input<typeof siteSchema>[]
  /** `python.docs.test` → `127.0.0.1`, for every site that has a name. */
  hostOverrides: Record<string, string>
  /** By site name: canonical URL → file, for every page there is. */
  pages: Record<string, Map<string, string>>
  /** By site name; written as requests end, lines as `accessLogFields` says. Gone after stop(). */
  accessLogs: Record<string, string>
  stop(): Promise<void>
}

export const fastPolicyName = 'fast'

/** As fast as it goes, and room for the largest page (6 MB). */
export const fastPolicy: z.input<typeof policySchema> = policySchema.parse({
  ratePerSecond: 10_000,
  burst: 1_000,
  concurrency: 64,
  limits: { maxBodyBytes: 16_000_000 },
})

const address = '127.0.0.1'

/** Serves sites by nginx on loopback, each on a port of its own, with robots.txt and sitemaps of their pages. */
export async function serveSites(
  sources: readonly SiteSource[],
  options: { followLinks?: boolean } = {},
): Promise<ServedSites> {
  const folder = mkdtempSync(`${tmpdir()}/served-sites-`)
  const served: (StaticSite & { name: string; origin: string; pages: Map<string, string> })[] = []
  for (const { name, host, open } of sources) {
    const port = await freePort()
    const origin = `http://${host}:${port}`
    const extras = `${folder}/${name}`
    const made = `${folder}/${name}-pages`
    for (const path of [extras, made]) mkdirSync(path)
    const { root, pages } = open(origin, made)
    writeSitemaps(extras, origin, pages)
    served.push({ name, host, port, origin, root, extras, pages, accessLog: `${extras}/access.log` })
  }
  const nginx = await startNginx(folder, served)

  const bySite = <T>(pick: (site: (typeof served)[number]) => T): Record<string, T> =>
    Object.fromEntries(served.map((site) => [site.name, pick(site)]))
  return {
    sites: served.map(({ name, origin, pages }) => ({
      name,
      startUrls: [pages.has(`${origin}/`) ? `${origin}/` : (pages.keys().next().value ?? `${origin}/`)],
      include: ['/$', String.raw`\.html?$`],
      followLinks: options.followLinks ?? false,
      policy: fastPolicyName,
    })),
    hostOverrides: Object.fromEntries(served.filter(({ host }) => host !== address).map(({ host }) => [host, address])),
    pages: bySite(({ pages }) => pages),
    accessLogs: bySite(({ accessLog }) => accessLog),
    async stop() {
      await nginx.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
