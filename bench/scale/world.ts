import type { policySchema, siteSchema } from '@seine/contracts'
import type { z } from 'zod'

/** Virtual sites of equal size: everything about them follows from these numbers. */
export interface World {
  readonly sites: number
  /** Of each site, its home page included. */
  readonly pagesEach: number
  readonly port: number
}

export const scaleDomain = 'scale.test'
export const scalePolicyName = 'scale'

/** As fast as it goes; several sites at once keep two fetchers busy. */
export const scalePolicy: z.input<typeof policySchema> = { ratePerSecond: 10_000, burst: 1_000, concurrency: 32 }

/** `site-007`: so that names sort as numbers do. */
export const siteNameOf = (site: number): string => `site-${String(site).padStart(3, '0')}`

export const hostNameOf = (site: number): string => `${siteNameOf(site)}.${scaleDomain}`

export const originOf = (world: Pick<World, 'port'>, site: number): string => `http://${hostNameOf(site)}:${world.port}`

/** Number of a site by its host name (a port is let be). Undefined: none of ours. */
export function siteOfHost(world: Pick<World, 'sites'>, host: string): number | undefined {
  const digits = /^site-(\d{3,})\.scale\.test(?::\d+)?$/.exec(host)?.[1]
  const site = digits === undefined ? -1 : Number(digits)
  return site >= 0 && site < world.sites ? site : undefined
}

/** Entries for `sites.json`. Links are followed: every tenth page is in no sitemap. */
export function siteEntries(world: World): z.input<typeof siteSchema>[] {
  return Array.from({ length: world.sites }, (_, site) => ({
    name: siteNameOf(site),
    startUrls: [`${originOf(world, site)}/`],
    maxDepth: 100,
    policy: scalePolicyName,
  }))
}
