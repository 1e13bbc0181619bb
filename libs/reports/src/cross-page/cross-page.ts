import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { canonicalUrl } from '@seine/urls'
import { canonicalOf, isCanonicalised } from '../indexability.ts'
import type { ReportRow } from '../row.ts'
import { type HashWords, linkWordsOf, wordsOfText } from './hash-words.ts'
import { makeHreflangPairs } from './hreflang-pairs.ts'
import { makeNearDuplicates } from './near-duplicates.ts'
import { makePageCards, maxKeysHeld } from './page-cards.ts'
import { makeFactTable, type PageFacts } from './page-facts.ts'
import { answerIn, isIndexableIn, stateWordOf } from './page-state.ts'
import { makeRedirectChains } from './redirect-chains.ts'
import { makeReferences, type ReferenceKind } from './references.ts'
import { makeSameValues } from './same-values.ts'
import { isInSitemap, type SiteFacts } from './site-facts.ts'
import { makeTextPool } from './text-pool.ts'

/** What pages are to each other: gathered from all of them, then told page by page. */
export interface CrossPage extends Disposable {
  /** Takes in the next page. */
  add(row: ReportRow): void
  /** Works out what was gathered; nothing can be added afterwards. Lets other work in between. */
  resolve(signal: AbortSignal): Promise<SiteFacts>
  /** The facts of each page in the order of `add`, after `resolve`. Once. */
  facts(): Generator<PageFacts>
}

/**
 * Gathers links, redirects, canonicals, hreflang, equal and similar texts of a site in files in `dir` (made here, removed with all in it),
 * each partitioned by 64-bit hashes, and joins them a partition at a time (a Grace hash join: Kitsuregawa, Tanaka, Moto-oka 1983).
 * Memory does not grow with pages: keeps I7.
 */
export function makeCrossPage({ dir, maxKeys = maxKeysHeld }: { dir: string; maxKeys?: number }): CrossPage {
  mkdirSync(dir, { recursive: true })
  const cards = makePageCards(dir, maxKeys)
  const references = makeReferences(dir)
  const pairs = makeHreflangPairs(dir, maxKeys)
  const same = makeSameValues(dir, maxKeys)
  const near = makeNearDuplicates(dir, maxKeys)
  const chains = makeRedirectChains(dir)
  const texts = makeTextPool(join(dir, 'texts'))
  const facts = makeFactTable(dir)
  let pages = 0
  let htmlPages = 0
  let pagesWithLinks = 0
  let hasSitemap = false

  function addRedirect(page: number, own: HashWords, state: number, redirectUrl: string | null | undefined) {
    if (answerIn(state) !== 'redirect' || !redirectUrl) return null
    const text = texts.add(redirectUrl)
    const target = wordsOfText(canonicalUrl(redirectUrl) ?? redirectUrl)
    const redirect = { target, textAt: text.at, textBytes: text.bytes }
    chains.add(page, own, redirect)
    return redirect
  }

  function addReferences(page: number, own: HashWords, { record }: ReportRow): void {
    if (!record) return
    const { seo, http } = record
    const refer = (kind: ReferenceKind, url: string | null | undefined): void => {
      const target = url ? canonicalUrl(url, record.url) : null
      if (target !== null) references.refer(page, kind, wordsOfText(target), own)
    }
    if (isCanonicalised(record)) refer('canonical', canonicalOf(record))
    for (const { url } of [...(seo?.hreflang ?? []), ...(http?.hreflang ?? [])]) refer('hreflang', url)
    for (const url of [seo?.relNext, seo?.relPrev, http?.next, http?.prev]) refer('pagination', url)
    refer('amp', seo?.amphtml)
    refer('mobile', seo?.mobileAlternate)
  }

  function addTexts(page: number, { record }: ReportRow): void {
    const seo = record?.seo
    if (!seo) return
    same.add(page, 'sameTitle', seo.title)
    same.add(page, 'sameDescription', seo.description)
    same.add(page, 'sameH1', seo.h1[0])
    same.add(page, 'sameH2', seo.h2[0])
    same.add(page, 'sameText', seo.textHash)
    same.add(page, 'sameBody', record.bodyHash)
    if (seo.minhash) near.add(page, seo.minhash)
  }

  return {
    add(row) {
      const page = pages++
      const own = wordsOfText(row.ledger.url)
      const state = stateWordOf(row)
      cards.add(page, own, state, addRedirect(page, own, state, row.record?.redirectUrl))
      if (isInSitemap(row)) hasSitemap = true
      if (answerIn(state) !== 'ok') return
      const seo = row.record?.seo
      if (seo) htmlPages++
      if (seo?.outlinks !== undefined) {
        pagesWithLinks++
        for (const link of linkWordsOf(seo.outlinks)) references.link(page, link, isIndexableIn(state))
      }
      addReferences(page, own, row)
      // What search engines don't list can't be in the way of what they do.
      if (isIndexableIn(state)) addTexts(page, row)
    },
    async resolve(signal) {
      const work = [
        () => references.resolve(cards, facts, pairs),
        () => pairs.resolve(facts),
        () => chains.resolve(cards, facts),
        () => same.resolve(facts),
        () => near.resolve(facts),
      ]
      for (const resolve of work)
        for (const _ of resolve()) {
          signal.throwIfAborted()
          await setImmediate()
        }
      for (const part of [references, pairs, chains, same, near, cards]) part.remove()
      return { pages, htmlPages, knowsLinks: htmlPages > 0 && pagesWithLinks === htmlPages, hasSitemap }
    },
    facts: () => facts.inOrder(pages, texts.read),
    [Symbol.dispose]() {
      for (const part of [references, pairs, chains, same, near, cards, facts, texts]) part.remove()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
