import { wordsOfText } from './hash-words.ts'
import { makeKeyTable } from './key-table.ts'
import { inParts, maxKeysHeld, partitionCount, partitionOf } from './page-cards.ts'
import type { FactName, FactTable } from './page-facts.ts'
import { makePartitions } from './record-file.ts'

export const sameFacts = [
  'sameTitle',
  'sameDescription',
  'sameH1',
  'sameH2',
  'sameText',
  'sameBody',
] as const satisfies FactName[]
export type SameFact = (typeof sameFacts)[number]

/** Texts that several pages have alike. */
export interface SameValues {
  /** Blanks make no difference. Nothing happens without a text. */
  add(page: number, fact: SameFact, text: string | null | undefined): void
  resolve(facts: FactTable): Generator<void>
  remove(): void
}

const words = 4

export function makeSameValues(dir: string, maxKeys = maxKeysHeld): SameValues {
  const values = makePartitions(dir, 'values', words)
  return {
    add(page, fact, text) {
      const tidy = text?.replace(/\s+/g, ' ').trim()
      if (!tidy) return
      const kind = sameFacts.indexOf(fact)
      const [high, low] = wordsOfText(`${kind}${tidy}`)
      values.at(partitionOf(high)).push(high, low, page, kind)
    },
    *resolve(facts) {
      const keys = Math.min(maxKeys, values.longest)
      const table = makeKeyTable(keys)
      const counts = new Uint32Array(keys)
      for (let partition = 0; partition < partitionCount; partition++) {
        const file = values.find(partition)
        if (file === undefined) continue
        inParts(file.length, maxKeys, (part, parts) => {
          table.clear()
          counts.fill(0)
          for (const pass of ['count', 'tell'])
            for (const chunk of file.chunks())
              for (let i = 0; i < chunk.length; i += words) {
                const low = chunk[i + 1] as number
                if (low % parts !== part) continue
                const at = table.insert(chunk[i] as number, low)
                if (pass === 'count') counts[at] = (counts[at] as number) + 1
                else
                  facts.found(
                    chunk[i + 2] as number,
                    sameFacts[chunk[i + 3] as number] as SameFact,
                    (counts[at] as number) - 1,
                  )
              }
        })
        yield
      }
    },
    remove: () => values.remove(),
  }
}
