import { createHash } from 'node:crypto'
import { sitemapOf, siteOfHost } from './sites.ts'

/** What somebody who asks for a page reads on it, found without the project's own extraction. */
export interface Reading {
  readonly status: number
  readonly sizeBytes: number
  /** SHA-256 of the body, hex. */
  readonly hash: string
  readonly title: string
  readonly h1: string
  readonly description: string
  /** Empty: it is no product. */
  readonly price: string
  /** Absolute. Empty: it is no redirect. */
  readonly location: string
}

/** A site of the world in one generation: pages by their URL, and URLs that it names but that may not be asked. */
export interface Served {
  readonly pages: ReadonlyMap<string, Reading>
  readonly forbidden: ReadonlySet<string>
}

/** Reads all that a site serves in a generation, from the bytes that are sent. */
export function readSite(origin: string, generation: number): Served {
  const { host } = new URL(origin)
  const site = siteOfHost(host)
  if (site === undefined) throw new Error(`no site at ${origin}`)
  const pages = new Map<string, Reading>()
  const named = new Set(site.hasSitemap ? sitemapOf(site, generation, origin) : [])
  for (const [path, { status, body, headers }] of site.pages(generation, origin)) {
    pages.set(origin + path, read(status, body, headers.location ?? ''))
    for (const [, href = ''] of body.matchAll(/<a href="(http[^"]+)"/g)) named.add(href)
    if (headers.location !== undefined) named.add(headers.location)
  }
  return { pages, forbidden: new Set([...named].filter((url) => new URL(url).host !== host)) }
}

function read(status: number, body: string, location: string): Reading {
  const found = (pattern: RegExp) => pattern.exec(body)?.[1] ?? ''
  return {
    status,
    sizeBytes: Buffer.byteLength(body),
    hash: createHash('sha256').update(body).digest('hex'),
    title: found(/<title>([^<]*)<\/title>/),
    h1: found(/<h1>([^<]*)<\/h1>/),
    description: found(/<meta name="description" content="([^"]*)"/),
    price: found(/"price":"([^"]*)"/),
    location,
  }
}
