import { recordLimits, type Seo } from '@seine/contracts'
import type { Resolve } from '@seine/urls'
import type { PageScan } from './scan-page.ts'
import { type Cutter, collapse } from './text.ts'
import { typesOf, walkThings } from './thing.ts'

const { maxTextChars, maxHeadings, maxLinks, maxHreflang } = recordLimits
const maxJsonLdTypes = 50
const maxTypeChars = 100
const maxSocialTags = 100
const maxLangChars = 40

/** Prefixes of the metas that belong to Open Graph. */
const openGraphPrefix = /^(?:og|product|article|book|profile|music|video|fb):/

export interface PageLink {
  /** Canonical, absolute. */
  url: string
  /** True where every link to it on this page is nofollow, or the page asks so as a whole. */
  nofollow: boolean
}

export interface Links {
  links: PageLink[]
  internal: number
  external: number
}

/** Distinct links of a page in order of appearance, at most `maxLinks`: what lies beyond is neither listed nor counted. */
export function readLinks(
  scan: PageScan,
  resolve: Resolve,
  siteHosts: ReadonlySet<string>,
  pageNofollow: boolean,
  cutter: Cutter,
): Links {
  const found = new Map<string, PageLink>()
  let internal = 0
  for (const [href, nofollow] of scan.links) {
    const url = resolve(href)
    if (url === null) continue
    const known = found.get(url)
    if (known !== undefined) {
      if (!nofollow && !pageNofollow) known.nofollow = false
      continue
    }
    if (found.size === maxLinks) {
      cutter.mark('links')
      break
    }
    found.set(url, { url, nofollow: nofollow || pageNofollow })
    // A canonical URL is scheme://host/…, so this is what `URL.host` says of it.
    if (siteHosts.has(url.slice(url.indexOf('//') + 2, url.indexOf('/', 8)))) internal++
  }
  return { links: [...found.values()], internal, external: found.size - internal }
}

/** Content of the metas of one name, joined as directives are. */
export const metaContents = (scan: PageScan, name: string): string[] =>
  scan.metas.filter((meta) => meta.name === name).map((meta) => collapse(meta.content))

export function readSeo(
  scan: PageScan,
  headers: Readonly<Record<string, string>>,
  resolve: Resolve,
  jsonLd: readonly unknown[],
  links: Links,
  cutter: Cutter,
): Seo {
  const text = (field: string, value: string | null | undefined): string | null => {
    const collapsed = value == null ? '' : collapse(value)
    return collapsed === '' ? null : cutter.text(field, collapsed, maxTextChars)
  }
  const url = (field: string, href: string | undefined): string | null => {
    const absolute = href === undefined ? null : resolve(href.trim())
    return absolute !== null && cutter.fits(field, absolute, maxTextChars) ? absolute : null
  }
  const related = (rel: string): string | undefined =>
    scan.relations.find((relation) => relation.rel.split(/\s+/).includes(rel))?.href
  const headings = (field: string, values: string[]): string[] =>
    cutter
      .list(field, values, maxHeadings)
      .map((value) => cutter.text(field, value, maxTextChars))
      .filter((value) => value !== '')
  const descriptions = metaContents(scan, 'description')
  const robots = metaContents(scan, 'robots')

  return {
    title: text('title', scan.titles[0]),
    titleCount: scan.titles.length,
    description: text('description', descriptions[0]),
    descriptionCount: descriptions.length,
    keywords: text('keywords', metaContents(scan, 'keywords')[0]),
    h1: headings('h1', scan.h1),
    h2: headings('h2', scan.h2),
    canonical: url('canonical', related('canonical')),
    metaRobots: text('metaRobots', robots.join(', ')),
    xRobotsTag: text('xRobotsTag', headers['x-robots-tag']),
    metaRefresh: text('metaRefresh', scan.metaRefresh),
    relNext: url('relNext', related('next')),
    relPrev: url('relPrev', related('prev') ?? related('previous')),
    amphtml: url('amphtml', related('amphtml')),
    language: text('language', scan.language || scan.contentLanguage || headers['content-language']),
    hreflang: readHreflang(scan, resolve, cutter),
    openGraph: socialTags('openGraph', scan, (name) => openGraphPrefix.test(name), cutter),
    twitter: socialTags('twitter', scan, (name) => name.startsWith('twitter:'), cutter),
    jsonLdTypes: readTypes(jsonLd, cutter),
    wordCount: scan.wordCount,
    textChars: scan.textChars,
    internalLinks: links.internal,
    externalLinks: links.external,
    imageCount: scan.imageCount,
    imagesWithoutAlt: scan.imagesWithoutAlt,
  }
}

function readHreflang(scan: PageScan, resolve: Resolve, cutter: Cutter): Seo['hreflang'] {
  const found: Seo['hreflang'] = []
  for (const { rel, href, hreflang } of scan.relations) {
    if (hreflang === null || !rel.split(/\s+/).includes('alternate')) continue
    const url = resolve(href.trim())
    if (url === null) continue
    if (found.length === maxHreflang) {
      cutter.mark('hreflang')
      break
    }
    if (cutter.fits('hreflang', url, maxTextChars)) {
      found.push({ lang: cutter.text('hreflang', hreflang.trim(), maxLangChars), url })
    }
  }
  return found
}

/** The first content of every name; `og:image` and its like may come many times. */
function socialTags(
  field: string,
  scan: PageScan,
  isOurs: (name: string) => boolean,
  cutter: Cutter,
): Record<string, string> {
  const found = new Map<string, string>()
  for (const { name, content } of scan.metas) {
    if (!isOurs(name) || found.has(name) || name.length > maxTypeChars) continue
    if (found.size === maxSocialTags) {
      cutter.mark(field)
      break
    }
    found.set(name, cutter.text(field, collapse(content), maxTextChars))
  }
  return Object.fromEntries(found)
}

function readTypes(jsonLd: readonly unknown[], cutter: Cutter): string[] {
  const found = new Set<string>()
  for (const root of jsonLd) {
    walkThings(root, (thing) => {
      for (const type of typesOf(thing)) if (type.length <= maxTypeChars) found.add(type)
    })
  }
  return cutter.list('jsonLdTypes', [...found], maxJsonLdTypes)
}
