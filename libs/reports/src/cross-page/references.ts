import type { HashWords, LinkWords } from './hash-words.ts'
import type { HreflangPairs } from './hreflang-pairs.ts'
import { type CardLookup, type PageCards, partitionCount, partitionOf } from './page-cards.ts'
import type { FactName, FactTable } from './page-facts.ts'
import { answerIn, isCanonicalisedIn, isIndexableIn, isNoindexIn } from './page-state.ts'
import { makePartitions } from './record-file.ts'

/** How a page names another one besides by links. */
export const referenceKinds = ['canonical', 'hreflang', 'pagination', 'amp', 'mobile'] as const
export type ReferenceKind = (typeof referenceKinds)[number]

/** Where pages point at each other: finds what the targets are, and how many point at them. */
export interface References {
  link(from: number, link: LinkWords, fromIsIndexable: boolean): void
  refer(from: number, kind: ReferenceKind, to: HashWords, own: HashWords): void
  resolve(cards: PageCards, facts: FactTable, pairs: HreflangPairs): Generator<void>
  remove(): void
}

const nofollowBit = 32
const indexableBit = 64
const linkWords = 4
const referenceWords = 6

export function makeReferences(dir: string): References {
  const links = makePartitions(dir, 'links', linkWords)
  const references = makePartitions(dir, 'references', referenceWords)

  function resolveLinks(partition: number, lookup: CardLookup, facts: FactTable): void {
    const { pages, states, count } = lookup
    const inlinks = new Uint32Array(count)
    const unique = new Uint32Array(count)
    const followed = new Uint32Array(count)
    const indexable = new Uint32Array(count)
    for (const chunk of links.find(partition)?.chunks() ?? [])
      for (let i = 0; i < chunk.length; i += linkWords) {
        const at = lookup.find(chunk[i] as number, chunk[i + 1] as number)
        if (at < 0) continue
        const from = chunk[i + 2] as number
        const info = chunk[i + 3] as number
        inlinks[at] = (inlinks[at] as number) + (info & 31)
        const fact = outlinkFact(states[at] as number)
        if (fact !== null) facts.found(from, fact, 1)
        // A page that links to itself leads nobody there.
        if (from === pages[at]) continue
        unique[at] = (unique[at] as number) + 1
        if ((info & nofollowBit) === 0) followed[at] = (followed[at] as number) + 1
        if ((info & indexableBit) !== 0) indexable[at] = (indexable[at] as number) + 1
      }
    for (let at = 0; at < count; at++) {
      const page = pages[at] as number
      facts.found(page, 'inlinks', inlinks[at] as number)
      facts.found(page, 'uniqueInlinks', unique[at] as number)
      facts.found(page, 'followedInlinks', followed[at] as number)
      facts.found(page, 'indexableInlinks', indexable[at] as number)
    }
  }

  function resolveReferences(partition: number, lookup: CardLookup, facts: FactTable, pairs: HreflangPairs): void {
    for (const chunk of references.find(partition)?.chunks() ?? [])
      for (let i = 0; i < chunk.length; i += referenceWords) {
        const high = chunk[i] as number
        const low = chunk[i + 1] as number
        const at = lookup.find(high, low)
        if (at < 0) continue
        const from = chunk[i + 2] as number
        const kind = referenceKinds[chunk[i + 3] as number] as ReferenceKind
        const state = lookup.states[at] as number
        const fact = referenceFact(kind, state)
        if (kind === 'canonical') facts.found(from, 'canonicalTarget', state)
        else if (fact !== null) facts.found(from, fact, 1)
        // Whether a page that does not answer would link back is not known.
        if (kind === 'hreflang' && answerIn(state) === 'ok')
          pairs.add(from, [chunk[i + 4] as number, chunk[i + 5] as number], [high, low])
      }
  }

  return {
    link(from, { high, low, times, nofollow }, fromIsIndexable) {
      const info = times | (nofollow ? nofollowBit : 0) | (fromIsIndexable ? indexableBit : 0)
      links.at(partitionOf(high)).push(high, low, from, info)
    },
    refer(from, kind, [high, low], [ownHigh, ownLow]) {
      const file = references.at(partitionOf(high))
      file.push(high, low, from, referenceKinds.indexOf(kind), ownHigh, ownLow)
    },
    *resolve(cards, facts, pairs) {
      for (let partition = 0; partition < partitionCount; partition++) {
        cards.visit(partition, (lookup) => {
          resolveLinks(partition, lookup, facts)
          resolveReferences(partition, lookup, facts, pairs)
        })
        yield
      }
    },
    remove() {
      links.remove()
      references.remove()
    },
  }
}

/** What a link to such a page is worth knowing as. Null: nothing is wrong with it. */
function outlinkFact(state: number): FactName | null {
  switch (answerIn(state)) {
    case 'client-error':
      return 'outlinksToClientErrors'
    case 'server-error':
      return 'outlinksToServerErrors'
    case 'no-answer':
      return 'outlinksUnanswered'
    case 'redirect':
      return 'outlinksToRedirects'
    case 'blocked':
      return 'outlinksBlocked'
    default:
      if (isNoindexIn(state)) return 'outlinksToNoindex'
      return isCanonicalisedIn(state) ? 'outlinksToCanonicalised' : null
  }
}

function referenceFact(kind: ReferenceKind, state: number): FactName | null {
  const answer = answerIn(state)
  const isBroken = answer !== 'ok' && answer !== 'other'
  switch (kind) {
    case 'hreflang':
      if (answer === 'redirect') return 'hreflangRedirected'
      if (isBroken) return 'hreflangBroken'
      return isIndexableIn(state) ? null : 'hreflangNonIndexable'
    case 'pagination':
      return isBroken ? 'paginationBroken' : null
    case 'amp':
      return isBroken ? 'ampBroken' : null
    case 'mobile':
      return isBroken ? 'mobileBroken' : null
    default:
      return null
  }
}
