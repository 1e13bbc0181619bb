import { recordLimits, type Seo, type SeoCounts } from '@seine/contracts'
import type { Resolve } from '@seine/urls'
import type { JsonBlock } from './lenient-json.ts'
import type { Links } from './page-links.ts'
import { pixelWidth } from './pixel-width.ts'
import { readabilityOf } from './readability.ts'
import type { PageScan } from './scan-page.ts'
import { schemaProblems } from './schema-problems.ts'
import { isSoft404 } from './soft-404.ts'
import { type Cutter, collapse } from './text.ts'
import { typesOf, walkThings } from './thing.ts'

const { maxTextChars, maxHeadings, maxHreflang } = recordLimits
/** Desktop results of the leading search engine. */
const titleSizePixels = 20
const descriptionSizePixels = 14
const maxJsonLdTypes = 50
const maxTypeChars = 100
const maxSocialTags = 100
const maxLangChars = 40

/** Prefixes of the metas that belong to Open Graph. */
const openGraphPrefix = /^(?:og|product|article|book|profile|music|video|fb):/

/** Content of the metas of one name, joined as directives are. */
export const metaContents = (scan: PageScan, name: string): string[] =>
  scan.metas.filter((meta) => meta.name === name).map((meta) => collapse(meta.content))

export interface SeoPage {
  /** Canonical. */
  url: string
  headers: Readonly<Record<string, string>>
  scan: PageScan
  resolve: Resolve
  jsonLd: readonly JsonBlock[]
  links: Links
  /** Targets of the Link header that the page is judged by, too. */
  httpCanonical: string | undefined
}

export function readSeo(page: SeoPage, cutter: Cutter): Seo {
  const { scan, headers, resolve, links } = page
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

  const title = text('title', scan.titles[0])
  const description = text('description', descriptions[0])
  const language = text('language', scan.language || scan.contentLanguage || headers['content-language'])
  const roots = page.jsonLd.flatMap(({ values }) => values)
  const h1 = headings('h1', scan.h1)

  return {
    title,
    titleCount: scan.titles.length,
    description,
    descriptionCount: descriptions.length,
    keywords: text('keywords', metaContents(scan, 'keywords')[0]),
    h1,
    h2: headings('h2', scan.h2),
    canonical: url('canonical', related('canonical')),
    metaRobots: text('metaRobots', robots.join(', ')),
    xRobotsTag: text('xRobotsTag', headers['x-robots-tag']),
    metaRefresh: text('metaRefresh', scan.metaRefresh),
    relNext: url('relNext', related('next')),
    relPrev: url('relPrev', related('prev') ?? related('previous')),
    amphtml: url('amphtml', related('amphtml')),
    language,
    hreflang: readHreflang(scan, resolve, cutter),
    openGraph: socialTags('openGraph', scan, (name) => openGraphPrefix.test(name), cutter),
    twitter: socialTags('twitter', scan, (name) => name.startsWith('twitter:'), cutter),
    jsonLdTypes: readTypes(roots, cutter),
    wordCount: scan.text.wordCount,
    textChars: scan.text.textChars,
    internalLinks: links.internal,
    externalLinks: links.external,
    imageCount: scan.markup.imageCount,
    imagesWithoutAlt: scan.markup.imagesWithoutAlt,
    counts: countsOf(page, [title ?? '', ...h1.slice(0, 2)]),
    headings: scan.markup.headings,
    ...readabilityOf(scan.text, language),
    titlePixels: title === null ? 0 : pixelWidth(title, titleSizePixels),
    descriptionPixels: description === null ? 0 : pixelWidth(description, descriptionSizePixels),
    viewport: text('viewport', metaContents(scan, 'viewport')[0]),
    mobileAlternate: url('mobileAlternate', mobileAlternate(scan)),
    schemaProblems: schemaProblems([...roots, ...scan.microdata, ...scan.rdfa]),
    outlinks: links.outlinks,
    textHash: scan.text.textHash(),
    minhash: scan.text.minhash(),
  }
}

/** The page's markup, links, canonicals and structured data, counted; names in the contract. */
function countsOf({ url, scan, resolve, jsonLd, links, httpCanonical }: SeoPage, names: string[]): SeoCounts {
  const counts: Record<string, number | undefined> = { ...scan.markup.counts, ...links.counts }
  // Over http nothing is worse off than the page itself.
  if (!url.startsWith('https:')) delete counts.mixedContent
  const canonicals = scan.relations
    .filter(({ rel }) => rel.split(/\s+/).includes('canonical'))
    .map(({ href }) => href.trim())
  const targets = new Set(canonicals.map((href) => resolve(href)))
  if (httpCanonical !== undefined) targets.add(httpCanonical)
  targets.delete(null)
  counts.keywordsElements = scan.metas.filter(({ name }) => name === 'keywords').length
  counts.canonicalElements = canonicals.length
  counts.canonicalTargets = targets.size
  counts.relativeCanonicals = canonicals.filter((href) => !/^[a-z][a-z\d+.-]*:/i.test(href)).length
  counts.fragmentCanonicals = canonicals.filter((href) => href.includes('#')).length
  counts.jsonLdBlocks = jsonLd.length
  counts.jsonLdErrors = jsonLd.filter(({ isJson }) => !isJson).length
  counts.microdataItems = scan.microdata.length
  counts.rdfaItems = scan.rdfa.length
  counts.loremIpsum = scan.text.isFiller ? 1 : 0
  counts.soft404 = isSoft404(names) ? 1 : 0
  for (const name in counts) if (!counts[name]) delete counts[name]
  return counts
}

const mobileAlternate = (scan: PageScan): string | undefined =>
  scan.relations.find(
    ({ rel, media }) => media !== null && /\balternate\b/.test(rel) && /max-(?:device-)?width|handheld/i.test(media),
  )?.href

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
