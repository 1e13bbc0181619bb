import { recordLimits, type SeoCounts, writeLink } from '@seine/contracts'
import type { Resolve } from '@seine/urls'
import type { RawLink } from './link-reader.ts'
import type { PageScan } from './scan-page.ts'
import type { Cutter } from './text.ts'

export interface PageLink {
  /** Canonical, absolute. */
  url: string
  /** True where every link to it on this page is nofollow, or the page asks so as a whole. */
  nofollow: boolean
}

export interface Links {
  links: PageLink[]
  /** Distinct targets. */
  internal: number
  external: number
  /** As the record holds them: see `link-list.ts` of the contracts. */
  outlinks: string
  counts: SeoCounts
}

const localHost = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$|\.localhost(?::\d+)?$/

/** Distinct links of a page in order of appearance, at most `maxLinks`: what lies beyond is neither listed nor counted. */
export function readLinks(
  scan: PageScan,
  resolve: Resolve,
  siteHosts: ReadonlySet<string>,
  pageNofollow: boolean,
  cutter: Cutter,
): Links {
  const found = new Map<string, PageLink & { isInternal: boolean; times: number }>()
  const counts: Record<string, number> = {}
  let internal = 0
  for (const [href, raw] of scan.links.links) {
    const url = resolve(href)
    if (url === null) continue
    const nofollow = pageNofollow || raw.nofollowTimes === raw.times
    let link = found.get(url)
    if (link === undefined) {
      if (found.size === recordLimits.maxLinks) {
        cutter.mark('links')
        break
      }
      // A canonical URL is scheme://host/…, so this is what `URL.host` says of it.
      const host = url.slice(url.indexOf('//') + 2, url.indexOf('/', 8))
      link = { url, nofollow, isInternal: siteHosts.has(host), times: 0 }
      found.set(url, link)
      if (link.isInternal) internal++
      else if (localHost.test(host)) add(counts, 'localhostLinks', raw.times)
    } else if (!nofollow) link.nofollow = false
    link.times += raw.times
    countLinks(counts, raw, link.isInternal, pageNofollow)
  }
  const links: PageLink[] = []
  let outlinks = ''
  for (const { url, nofollow, isInternal, times } of found.values()) {
    links.push({ url, nofollow })
    if (isInternal) outlinks += writeLink(url, times, nofollow)
  }
  return { links, internal, external: found.size - internal, outlinks, counts }
}

function countLinks(counts: Record<string, number>, raw: RawLink, isInternal: boolean, pageNofollow: boolean): void {
  const nofollowTimes = pageNofollow ? raw.times : raw.nofollowTimes
  if (isInternal) {
    add(counts, 'internalHyperlinks', raw.times)
    add(counts, 'internalNofollow', nofollowTimes)
    add(counts, 'anchorsWithoutText', raw.withoutText)
    add(counts, 'vagueAnchors', raw.vague)
  } else {
    add(counts, 'externalHyperlinks', raw.times)
    add(counts, 'externalNofollow', nofollowTimes)
    add(counts, 'unsafeBlankLinks', raw.unsafeBlank)
  }
}

function add(counts: Record<string, number>, name: keyof SeoCounts, times: number): void {
  if (times > 0) counts[name] = (counts[name] ?? 0) + times
}
