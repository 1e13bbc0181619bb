import type { HashWords } from './hash-words.ts'
import { makeKeyTable } from './key-table.ts'
import { inParts, maxKeysHeld, partitionCount, partitionOf } from './page-cards.ts'
import type { FactTable } from './page-facts.ts'
import { makePartitions } from './record-file.ts'

/** Which pages name each other as versions in another language. */
export interface HreflangPairs {
  /** `from` names a page that answers. */
  add(from: number, own: HashWords, target: HashWords): void
  resolve(facts: FactTable): Generator<void>
  remove(): void
}

const words = 4

export function makeHreflangPairs(dir: string, maxKeys = maxKeysHeld): HreflangPairs {
  const pairs = makePartitions(dir, 'hreflang', words)
  return {
    add(from, [ownHigh, ownLow], [high, low]) {
      if (ownHigh === high && ownLow === low) return
      // One key for both directions.
      const pairHigh = (ownHigh ^ high) >>> 0
      const direction = ownHigh < high || (ownHigh === high && ownLow < low) ? 1 : 2
      pairs.at(partitionOf(pairHigh)).push(pairHigh, (ownLow ^ low) >>> 0, from, direction)
    },
    *resolve(facts) {
      const keys = Math.min(maxKeys, pairs.longest)
      const table = makeKeyTable(keys)
      const directions = new Uint8Array(keys)
      for (let partition = 0; partition < partitionCount; partition++) {
        const file = pairs.find(partition)
        if (file === undefined) continue
        inParts(file.length, maxKeys, (part, parts) => {
          table.clear()
          directions.fill(0)
          for (const pass of ['gather', 'tell'])
            for (const chunk of file.chunks())
              for (let i = 0; i < chunk.length; i += words) {
                const low = chunk[i + 1] as number
                if (low % parts !== part) continue
                const at = table.insert(chunk[i] as number, low)
                if (pass === 'gather') directions[at] = (directions[at] as number) | (chunk[i + 3] as number)
                else if (directions[at] !== 3) facts.found(chunk[i + 2] as number, 'hreflangWithoutReturn', 1)
              }
        })
        yield
      }
    },
    remove: () => pairs.remove(),
  }
}
