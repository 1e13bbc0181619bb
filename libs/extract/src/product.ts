import type { Product, Seo } from '@seine/contracts'
import { breadcrumbsOf } from './breadcrumbs.ts'
import { gtinTypeOf } from './gtin.ts'
import { parseLenientJson } from './lenient-json.ts'
import type { PageIdentity } from './main-product.ts'
import { draftFromMicroformats } from './microformat.ts'
import { mergeDrafts, type ProductDraft, type SourcedDraft } from './product-draft.ts'
import { draftFromMetas } from './product-meta.ts'
import { maySell, readVisible } from './product-page.ts'
import { draftFromState } from './product-state.ts'
import { draftFromThings } from './product-thing.ts'
import type { PageScan } from './scan-page.ts'
import { readScriptStates } from './script-state.ts'
import type { Cutter } from './text.ts'

export interface ProductPage {
  /** Canonical. */
  url: string
  /** What relative addresses of images are resolved against. */
  base: string
  html: string
  scan: PageScan
  jsonLd: readonly unknown[]
  seo: Seo
  /** What the site's selectors say of it, and whether that alone makes a product. Null: nothing. */
  selected: { draft: ProductDraft; mayBe: boolean } | null
}

/**
 * The product that a page is about, each field from the first source that has it: the site's selectors, JSON-LD, microdata, RDFa, metas, microformats,
 * the state that scripts are handed, the visible page.
 * Only where these leave the price, availability or number open is the page read a second time, for what it shows. `inferred`
 * is the availability of what has a price or a button to buy, and says nothing else. Null where the page is about no product, or many.
 */
export function readProduct(
  { url, base, html, scan, jsonLd, seo, selected }: ProductPage,
  cutter: Cutter,
): Product | null {
  const page: PageIdentity = {
    url,
    canonical: seo.canonical,
    names: [...scan.h1.slice(0, 3), seo.openGraph['og:title'] ?? '', seo.title ?? ''],
    language: seo.language,
  }
  const drafts: SourcedDraft[] = selected?.mayBe ? [{ source: 'selector', draft: selected.draft }] : []
  const doubtful: SourcedDraft[] = []
  const things = { 'json-ld': jsonLd, microdata: scan.microdata, rdfa: scan.rdfa }
  for (const [source, roots] of Object.entries(things)) {
    const found = roots.length === 0 ? null : draftFromThings(roots, page)
    if (found === null) continue
    drafts.push({ source, draft: found.draft })
    doubtful.push({ source, draft: found.doubtful })
  }
  const meta = scan.metas.length === 0 ? null : draftFromMetas(scan, page)
  if (meta !== null) drafts.push({ source: 'meta', draft: meta })

  const mayBeSold = drafts.length > 0 || scan.text.showsMoney
  const microformat = mayBeSold && isIncomplete(drafts) ? draftFromMicroformats(html, page) : null
  if (microformat !== null) drafts.push({ source: 'microformat', draft: microformat })
  if (isIncomplete(drafts) && (drafts.length > 0 || maySell(html, scan))) {
    const visible = readVisible(html, page)
    const state = draftFromState(statesOf(scan), page, visible.amounts)
    // What a page's scripts know makes no product of a page that looks like none.
    if (state !== null && (drafts.length > 0 || visible.sellsOne)) drafts.push({ source: 'state', draft: state })
    if (drafts.length > 0 || visible.sellsOne) {
      drafts.push({ source: 'page', draft: visible.draft })
      const canBeHad = visible.buys || drafts.some(({ draft }) => draft.price != null)
      drafts.push({ source: 'inferred', draft: { availability: canBeHad ? 'InStock' : null } })
    }
  }
  if (drafts.length === 0) return null
  for (const [source, roots] of Object.entries(things)) {
    const breadcrumbs = breadcrumbsOf(roots, drafts.find(({ draft }) => draft.name != null)?.draft.name ?? null)
    if (breadcrumbs.length > 0) drafts.push({ source, draft: { breadcrumbs, category: breadcrumbs.join(' > ') } })
  }
  if (selected?.mayBe === false) drafts.unshift({ source: 'selector', draft: selected.draft })
  for (const { draft } of drafts) {
    draft.images = absolute(draft.images ?? [], base)
    for (const variant of draft.variants ?? []) variant.url &&= URL.parse(variant.url, base)?.href ?? null
  }
  const product = mergeDrafts([...drafts, ...doubtful], cutter)
  return { ...product, gtinType: product.gtin === null ? null : gtinTypeOf(product.gtin) }
}

/** Whether structured data leaves open what the visible page may tell. */
const isIncomplete = (drafts: readonly SourcedDraft[]): boolean =>
  !(['price', 'availability', 'sku'] as const).every((field) => drafts.some(({ draft }) => draft[field] != null))

function* statesOf({ dataScripts, plainScripts }: PageScan): Generator<unknown> {
  for (const script of dataScripts) yield* parseLenientJson(script)
  yield* readScriptStates(plainScripts)
}

const absolute = (urls: readonly string[], base: string): string[] =>
  urls.map((url) => URL.parse(url.trim(), base)?.href).filter((url) => url !== undefined)
