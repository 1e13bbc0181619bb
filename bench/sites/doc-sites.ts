import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { policySchema, type siteSchema } from '@seine/contracts'
import type { z } from 'zod'
import { freePort, type StaticSite, startNginx } from './nginx.ts'
import { type DocSiteName, docPackages, docRoot, docSiteNames } from './packages.ts'
import { findPages } from './pages.ts'
import { writeSitemaps } from './sitemaps.ts'

export { accessLogFields } from './nginx.ts'

export type DocSites = {
  /** Entries for `config/sites.json`; their policy is called {@link docPolicyName}. */
  sites: z.input<typeof siteSchema>[]
  /** `python.docs.test` → `127.0.0.1`, for every site. */
  hostOverrides: Record<string, string>
  /** By site name: canonical URL → file, for every page there is. */
  pages: Record<string, Map<string, string>>
  /** By site name; written as requests end, lines as `accessLogFields` says. Gone after stop(). */
  accessLogs: Record<string, string>
  stop(): Promise<void>
}

export const docPolicyName = 'docs'

/** As fast as it goes, and room for the largest page (6 MB). */
export const docPolicy: z.input<typeof policySchema> = policySchema.parse({
  ratePerSecond: 10_000,
  burst: 1_000,
  concurrency: 64,
  limits: { maxBodyBytes: 16_000_000 },
})

/**
 * Serves real documentation on loopback, each site with its own host name and port. With `followLinks` the pages' links
 * are followed too, which finds the same pages and a few redirects. Throws where a package or nginx is missing.
 */
export async function startDocSites(
  options: { only?: readonly DocSiteName[]; followLinks?: boolean } = {},
): Promise<DocSites> {
  const names = options.only ?? docSiteNames
  const missing = names.filter((name) => docRoot(name) === null).map((name) => docPackages[name].packageName)
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}; run node bench/sites/install.ts`)

  const folder = mkdtempSync(`${tmpdir()}/doc-sites-`)
  const served: (StaticSite & { name: DocSiteName; origin: string; pages: Map<string, string> })[] = []
  for (const name of names) {
    const host = `${name}.docs.test`
    const port = await freePort()
    const origin = `http://${host}:${port}`
    const root = docRoot(name) as string
    const extras = `${folder}/${name}`
    const pages = findPages(root, origin)
    mkdirSync(extras)
    writeSitemaps(extras, origin, pages)
    served.push({ name, host, port, origin, root, extras, pages, accessLog: `${extras}/access.log` })
  }
  const nginx = await startNginx(folder, served)

  const bySite = <T>(pick: (site: (typeof served)[number]) => T): Record<string, T> =>
    Object.fromEntries(served.map((site) => [site.name, pick(site)]))
  return {
    sites: served.map(({ name, origin }) => ({
      name,
      startUrls: [`${origin}/`],
      include: ['/$', String.raw`\.html?$`],
      followLinks: options.followLinks ?? false,
      policy: docPolicyName,
    })),
    hostOverrides: Object.fromEntries(served.map(({ host }) => [host, '127.0.0.1'])),
    pages: bySite(({ pages }) => pages),
    accessLogs: bySite(({ accessLog }) => accessLog),
    async stop() {
      await nginx.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
