import type { Product, Seo } from '@seine/contracts'
import { makeResolver } from '@seine/urls'
import { parseLenientJson } from './lenient-json.ts'
import type { PageIdentity } from './main-product.ts'
import { mergeDrafts, type SourcedDraft } from './product-draft.ts'
import { draftFromMetas } from './product-meta.ts'
import { maySell, readVisible } from './product-page.ts'
import { draftFromThings } from './product-thing.ts'
import { scanPage } from './scan-page.ts'
import { metaContents, type PageLink, readLinks, readSeo } from './seo.ts'
import { makeCutter } from './text.ts'

export interface Page {
  /** Canonical: relative links are resolved against it, unless the page has a `<base href>`. */
  url: string
  html: string
  /** Response headers by lower-case name. */
  headers: Readonly<Record<string, string>>
  /** `URL.host` of every host that belongs to the site: links to them are internal. */
  siteHosts: ReadonlySet<string>
}

export interface Extraction {
  seo: Seo
  /** Null: the page is not about one product. */
  product: Product | null
  /** Distinct links, in order of appearance, at most `recordLimits.maxLinks`. */
  links: PageLink[]
  /** Names of the fields that were cut at a limit; `links` among them, `product.` before a product's field. */
  cut: string[]
}

/** Reads a page: its SEO fields, its product, its links. Never throws, however broken the markup. */
export function extractPage({ url, html, headers, siteHosts }: Page): Extraction {
  const cutter = makeCutter()
  const scan = scanPage(html)
  const home = makeResolver(url)
  const base = scan.base === null ? null : home(scan.base.trim())
  const resolve = base === null ? home : makeResolver(base)
  const jsonLd = scan.jsonLd.flatMap(parseLenientJson)
  const robots = [...metaContents(scan, 'robots'), headers['x-robots-tag'] ?? ''].join(',')
  const links = readLinks(scan, resolve, siteHosts, /\b(?:nofollow|none)\b/i.test(robots), cutter)
  const seo = readSeo(scan, headers, resolve, jsonLd, links, cutter)

  const page: PageIdentity = {
    url,
    canonical: seo.canonical,
    names: [...scan.h1.slice(0, 3), seo.openGraph['og:title'] ?? '', seo.title ?? ''],
  }
  const drafts: SourcedDraft[] = []
  const doubtful: SourcedDraft[] = []
  const add = (source: string, draft: SourcedDraft['draft'] | null): void => {
    if (draft !== null) drafts.push({ source, draft: { ...draft, images: absolute(draft.images ?? [], base ?? url) } })
  }
  for (const [source, roots] of [
    ['json-ld', jsonLd],
    ['microdata', scan.microdata],
    ['rdfa', scan.rdfa],
  ] as const) {
    const found = roots.length === 0 ? null : draftFromThings(roots, page)
    if (found === null) continue
    add(source, found.draft)
    doubtful.push({ source, draft: found.doubtful })
  }
  if (scan.metas.length > 0) add('meta', draftFromMetas(scan))
  if (isIncomplete(drafts) && (drafts.length > 0 || maySell(html, scan))) {
    const visible = readVisible(html, url, page.names)
    if (drafts.length > 0 || visible.sellsOne) {
      add('page', { ...visible.draft, name: scan.h1[0] ?? null })
      // What has a price or a button to buy, and says nothing else, can be had.
      const priced = drafts.some(({ draft }) => draft.price != null)
      add('inferred', { availability: priced || visible.buys ? 'InStock' : null })
    }
  }
  const product = drafts.length === 0 ? null : mergeDrafts([...drafts, ...doubtful], cutter)
  return { seo, product, links: links.links, cut: cutter.fields }
}

/** Whether structured data leaves open what the visible page may tell. */
const isIncomplete = (drafts: readonly SourcedDraft[]): boolean =>
  !(['price', 'availability', 'sku'] as const).every((field) => drafts.some(({ draft }) => draft[field] != null))

const absolute = (urls: readonly string[], base: string): string[] =>
  urls.map((url) => URL.parse(url.trim(), base)?.href).filter((url) => url !== undefined)
