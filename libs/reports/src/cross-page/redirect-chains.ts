import type { HashWords } from './hash-words.ts'
import { type PageCards, partitionCount, partitionOf, type RedirectCard } from './page-cards.ts'
import type { FactTable } from './page-facts.ts'
import { answerIn, statusIn } from './page-state.ts'
import { makePartitions, type Partitions } from './record-file.ts'

/** Hops after which a chain of redirects is followed no further: it then ends at the last target. */
export const maxChainHops = 20

/** Follows every redirect to its end, all of them a hop at a time. */
export interface RedirectChains {
  add(page: number, own: HashWords, redirect: RedirectCard): void
  resolve(cards: PageCards, facts: FactTable): Generator<void>
  remove(): void
}

// A chain on its way: the hash it is at, the page it began at, where the target is written, and a hash that it was at
// before: one that meets it again goes round in circles (Brent 1980: it is taken anew at hops 1, 2, 4, 8, …).
const words = 7

export function makeRedirectChains(dir: string): RedirectChains {
  let open: Partitions = makePartitions(dir, 'chains-0', words)
  let chains = 0
  return {
    add(page, [ownHigh, ownLow], { target: [high, low], textAt, textBytes }) {
      chains++
      open.at(partitionOf(high)).push(high, low, page, textAt, textBytes, ownHigh, ownLow)
    },
    *resolve(cards, facts) {
      for (let hops = 1; chains > 0; hops++) {
        const next = makePartitions(dir, `chains-${hops}`, words)
        let further = 0
        const end = (page: number, status: number, textAt: number, textBytes: number, isLoop: boolean): void => {
          facts.found(page, 'redirectHops', hops)
          facts.found(page, 'redirectFinalStatus', status)
          if (isLoop) facts.found(page, 'redirectLoop', 1)
          facts.foundText(page, textAt, textBytes)
        }
        for (let partition = 0; partition < partitionCount; partition++) {
          const file = open.find(partition)
          if (file === undefined) continue
          let visits = 0
          cards.visit(partition, (lookup) => {
            visits++
            for (const chunk of file.chunks())
              for (let i = 0; i < chunk.length; i += words) {
                const [high, low, page, textAt, textBytes, seenHigh, seenLow] = chunk.subarray(
                  i,
                  i + words,
                ) as unknown as Chain
                if (!lookup.isOfPart(low)) continue
                const at = lookup.find(high, low)
                const state = at < 0 ? 0 : (lookup.states[at] as number)
                const targetBytes = at < 0 ? 0 : (lookup.textBytes[at] as number)
                const isLoop = high === seenHigh && low === seenLow
                if (isLoop || answerIn(state) !== 'redirect' || targetBytes === 0 || hops === maxChainHops) {
                  end(page, isLoop ? 0 : statusIn(state), textAt, textBytes, isLoop)
                  continue
                }
                further++
                const isMark = (hops & (hops - 1)) === 0
                const targetHigh = lookup.targetHighs[at] as number
                next
                  .at(partitionOf(targetHigh))
                  .push(
                    targetHigh,
                    lookup.targetLows[at],
                    page,
                    lookup.textAts[at],
                    targetBytes,
                    isMark ? high : seenHigh,
                    isMark ? low : seenLow,
                  )
              }
          })
          // No page of the run lies in this partition at all.
          if (visits === 0)
            for (const chunk of file.chunks())
              for (let i = 0; i < chunk.length; i += words)
                end(chunk[i + 2] as number, 0, chunk[i + 3] as number, chunk[i + 4] as number, false)
          yield
        }
        open.remove()
        open = next
        chains = further
      }
    },
    remove: () => open.remove(),
  }
}

type Chain = [
  high: number,
  low: number,
  page: number,
  textAt: number,
  textBytes: number,
  seenHigh: number,
  seenLow: number,
]
