import { makePartitions } from './record-file.ts'

/**
 * What is known of a page only from the others. `sum`: what is found adds up; `most`: the greatest counts. Counts of links are of
 * pages, each once, unless said otherwise.
 */
const factKinds = {
  /** Links to the page from pages of its site, every one of them (31 a page at most). */
  inlinks: 'sum',
  /** Other pages that link to it, and those of them that do so without nofollow. */
  uniqueInlinks: 'sum',
  followedInlinks: 'sum',
  /** … and that can be indexed. */
  indexableInlinks: 'sum',
  /** Pages it links to, by what they answer. */
  outlinksToClientErrors: 'sum',
  outlinksToServerErrors: 'sum',
  outlinksUnanswered: 'sum',
  outlinksToRedirects: 'sum',
  outlinksBlocked: 'sum',
  outlinksToNoindex: 'sum',
  outlinksToCanonicalised: 'sum',
  /** The state of the canonical's target (see `page-state.ts`). 0: not in the run, or no other page. */
  canonicalTarget: 'most',
  /** hreflang targets that answer an error or not at all; redirect; can't be indexed; don't link back. */
  hreflangBroken: 'sum',
  hreflangRedirected: 'sum',
  hreflangNonIndexable: 'sum',
  hreflangWithoutReturn: 'sum',
  /** rel next and prev, AMP and mobile versions that are no page that answers 200. */
  paginationBroken: 'sum',
  ampBroken: 'sum',
  mobileBroken: 'sum',
  /** Other indexable pages with the same text there. */
  sameTitle: 'sum',
  sameDescription: 'sum',
  sameH1: 'sum',
  sameH2: 'sum',
  sameText: 'sum',
  sameBody: 'sum',
  /** Other indexable pages whose text is alike, and the likeness of the closest in per mille. */
  nearDuplicates: 'sum',
  closestLikeness: 'most',
  /** Hops of the redirects that begin here. 0: it does not redirect. */
  redirectHops: 'most',
  /** HTTP status at the end of them. 0: not in the run, no answer, or no end. */
  redirectFinalStatus: 'most',
  /** 1: they go round in circles. */
  redirectLoop: 'most',
} as const satisfies Record<string, 'sum' | 'most'>

export type FactName = keyof typeof factKinds

export const factNames = Object.keys(factKinds) as FactName[]

export type PageFacts = Readonly<Record<FactName, number>> & {
  /** Where the redirects that begin here end. Null: it does not redirect. */
  readonly redirectFinalUrl: string | null
}

export const noFacts: PageFacts = {
  ...(Object.fromEntries(factNames.map((name) => [name, 0])) as Record<FactName, number>),
  redirectFinalUrl: null,
}

/** Facts that were found, page by page in no order, given back in the order of pages. */
export interface FactTable {
  found(page: number, fact: FactName, value: number): void
  /** Where in the site's texts the end of the page's redirects is written. */
  foundText(page: number, at: number, bytes: number): void
  /** Facts of the pages 0 … count - 1. The text is read by `textAt`. */
  inOrder(count: number, textAt: (at: number, bytes: number) => string): Generator<PageFacts>
  remove(): void
}

/** Pages whose facts are in memory at once: with 31 facts 2 MB. */
const pagesPerBlock = 16_384
const textAtField = factNames.length
const textBytesField = textAtField + 1
const fields = textBytesField + 1

const fieldOf = new Map(factNames.map((name, i) => [name, i]))
const isSum = factNames.map((name) => factKinds[name] === 'sum')

export function makeFactTable(dir: string): FactTable {
  const blocks = makePartitions(dir, 'facts', 3)
  const note = (page: number, field: number, value: number): void =>
    blocks.at(Math.floor(page / pagesPerBlock)).push(page % pagesPerBlock, field, value)

  return {
    found(page, fact, value) {
      if (value > 0) note(page, fieldOf.get(fact) as number, value)
    },
    foundText(page, at, bytes) {
      note(page, textAtField, at)
      note(page, textBytesField, bytes)
    },
    *inOrder(count, textAt) {
      const values = new Uint32Array(Math.min(count, pagesPerBlock) * fields)
      for (let first = 0; first < count; first += pagesPerBlock) {
        values.fill(0)
        for (const chunk of blocks.find(first / pagesPerBlock)?.chunks() ?? [])
          for (let i = 0; i < chunk.length; i += 3) {
            const field = chunk[i + 1] as number
            const at = (chunk[i] as number) * fields + field
            const value = chunk[i + 2] as number
            values[at] = isSum[field] ? (values[at] as number) + value : Math.max(values[at] as number, value)
          }
        for (let page = 0; page < Math.min(pagesPerBlock, count - first); page++) {
          const facts: Record<string, number> = {}
          const base = page * fields
          for (let i = 0; i < factNames.length; i++) facts[factNames[i] as string] = values[base + i] as number
          const bytes = values[base + textBytesField] as number
          const redirectFinalUrl = bytes === 0 ? null : textAt(values[base + textAtField] as number, bytes)
          yield { ...(facts as Record<FactName, number>), redirectFinalUrl }
        }
      }
    },
    remove: () => blocks.remove(),
  }
}
