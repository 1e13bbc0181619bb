import type { PageRecord, Product, Seo } from '@seine/contracts'
import { makeResolver } from '@seine/urls'
import type { FieldReader, FieldReading } from './fields/field-reader.ts'
import { draftFromFields, extractedOf, missingRequired } from './fields/product-of-fields.ts'
import { readHttpFacts } from './http-facts.ts'
import { parseLenientJson, readJsonBlock } from './lenient-json.ts'
import { type PageLink, readLinks } from './page-links.ts'
import { readProduct } from './product.ts'
import { scanPage } from './scan-page.ts'
import { readScriptStates } from './script-state.ts'
import { metaContents, readSeo } from './seo.ts'
import { makeCutter } from './text.ts'

export interface Page {
  /** Canonical: relative links are resolved against it, unless the page has a `<base href>`. */
  url: string
  html: string
  /** Response headers by lower-case name. */
  headers: Readonly<Record<string, string>>
  /** `URL.host` of every host that belongs to the site: links to them are internal. */
  siteHosts: ReadonlySet<string>
  /** The site's selectors. Absent: it has none. */
  fields?: FieldReader | null | undefined
}

export interface Extraction {
  seo: Seo
  /** Null: the page is not about one product. */
  product: Product | null
  /** Distinct links, in order of appearance, at most `recordLimits.maxLinks`. */
  links: PageLink[]
  /** Names of the fields that were cut at a limit; `links` among them, `product.` before a product's field. */
  cut: string[]
  /** What each of the site's selectors gave. */
  fields: FieldReading[]
  /** Values of selectors that are no field of a product. Null: the site has no selectors. */
  extracted: PageRecord['extracted'] | null
  /** Names of required selectors that matched nothing. */
  missingRequired: string[]
}

/** Reads a page: its SEO fields, its product, its links. Never throws, however broken the markup. */
export function extractPage({ url, html, headers, siteHosts, fields: reader }: Page): Extraction {
  const cutter = makeCutter()
  const scan = scanPage(html)
  for (const field of scan.overflow) cutter.mark(field)
  const home = makeResolver(url)
  const base = scan.base === null ? null : home(scan.base.trim())
  const resolve = base === null ? home : makeResolver(base)
  const jsonLd = scan.jsonLd.map((script) => readJsonBlock(script))
  const http = readHttpFacts({ url, headers })

  const directives = [...metaContents(scan, 'robots'), headers['x-robots-tag'] ?? ''].join(',').toLowerCase().split(',')
  const nofollow = directives.some((directive) => ['nofollow', 'none'].includes(directive.trim()))
  const links = readLinks(scan, resolve, siteHosts, nofollow, cutter)
  const seo = readSeo({ url, headers, scan, resolve, jsonLd, links, httpCanonical: http.canonical }, cutter)
  const things = jsonLd.flatMap(({ values }) => values)
  const json = (): unknown[] => [
    ...things,
    ...scan.dataScripts.flatMap(parseLenientJson),
    ...readScriptStates(scan.plainScripts),
  ]
  const absolute = (reference: string): string | null => URL.parse(reference, base ?? url)?.href ?? null
  const fields = reader?.read({ url, html, resolve: absolute, language: seo.language, json }) ?? []
  const product = readProduct(
    { url, base: base ?? url, html, scan, jsonLd: things, seo, selected: draftFromFields(fields) },
    cutter,
  )
  return {
    seo,
    product,
    links: links.links,
    fields,
    extracted: reader ? extractedOf(fields, cutter) : null,
    missingRequired: missingRequired(fields),
    cut: cutter.fields,
  }
}
