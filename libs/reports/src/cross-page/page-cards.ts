import { makeKeyTable } from './key-table.ts'
import { makePartitions, type RecordFile } from './record-file.ts'

/** By the first bits of its hash a page lies in one of so many partitions, and so does everything that asks for it. */
const partitionBits = 6
export const partitionCount = 2 ** partitionBits
export const partitionOf = (high: number): number => high >>> (32 - partitionBits)

/** Keys held in memory at once; a partition with more is gone through several times, each time for a part of them. */
export const maxKeysHeld = 131_072

/** Calls `round` for each part of a partition's keys: those whose low word is `part` modulo `parts`. */
export function inParts(keys: number, maxKeys: number, round: (part: number, parts: number) => void): void {
  // Parts of hashes are not of one size: room for a fifth more than the mean, with some to spare where there are few.
  const parts = keys <= maxKeys ? 1 : Math.ceil((keys * 1.2 + 1_000) / maxKeys)
  for (let part = 0; part < parts; part++) round(part, parts)
}

/** All pages of a site by the hash of their URL: number, state (see `page-state.ts`), and where a redirect leads. */
export interface PageCards {
  add(page: number, hash: readonly [number, number], state: number, redirect: RedirectCard | null): void
  /** Looks the pages of one partition up; `visit` is called for each part of them that fits into memory. */
  visit(partition: number, visit: (lookup: CardLookup) => void): void
  remove(): void
}

export interface RedirectCard {
  readonly target: readonly [number, number]
  /** Where the target is written. */
  readonly textAt: number
  readonly textBytes: number
}

export interface CardLookup {
  /** Pages that were looked up. */
  readonly count: number
  /** Place of the page's card, -1 where it is no page of this part. */
  find(high: number, low: number): number
  /** Whether the key belongs to this part at all. */
  isOfPart(low: number): boolean
  readonly pages: Uint32Array
  readonly states: Uint32Array
  /** Words of the target's hash and place and bytes of its text; all 0: the page does not redirect. */
  readonly targetHighs: Uint32Array
  readonly targetLows: Uint32Array
  readonly textAts: Uint32Array
  readonly textBytes: Uint32Array
}

const cardWords = 8

export function makePageCards(dir: string, maxKeys = maxKeysHeld): PageCards {
  const cards = makePartitions(dir, 'cards', cardWords)
  let held: (Omit<CardLookup, 'count' | 'isOfPart'> & { table: ReturnType<typeof makeKeyTable> }) | undefined

  function room() {
    if (held !== undefined) return held
    const keys = Math.min(maxKeys, cards.longest)
    const table = makeKeyTable(keys)
    const words = (): Uint32Array => new Uint32Array(keys)
    held = {
      table,
      find: table.find,
      pages: words(),
      states: words(),
      targetHighs: words(),
      targetLows: words(),
      textAts: words(),
      textBytes: words(),
    }
    return held
  }
  function load(file: RecordFile, part: number, parts: number): CardLookup {
    const { table, ...lookup } = room()
    table.clear()
    let count = 0
    for (const chunk of file.chunks())
      for (let i = 0; i < chunk.length; i += cardWords) {
        const low = chunk[i + 1] as number
        if (low % parts !== part) continue
        const at = table.insert(chunk[i] as number, low)
        lookup.pages[at] = chunk[i + 2] as number
        lookup.states[at] = chunk[i + 3] as number
        lookup.targetHighs[at] = chunk[i + 4] as number
        lookup.targetLows[at] = chunk[i + 5] as number
        lookup.textAts[at] = chunk[i + 6] as number
        lookup.textBytes[at] = chunk[i + 7] as number
        count = Math.max(count, at + 1)
      }
    return { ...lookup, count, isOfPart: (low) => low % parts === part }
  }

  return {
    add(page, [high, low], state, redirect) {
      const [targetHigh, targetLow] = redirect?.target ?? [0, 0]
      const file = cards.at(partitionOf(high))
      file.push(high, low, page, state, targetHigh, targetLow, redirect?.textAt ?? 0, redirect?.textBytes ?? 0)
    },
    visit(partition, visit) {
      const file = cards.find(partition)
      if (file === undefined) return
      inParts(file.length, maxKeys, (part, parts) => visit(load(file, part, parts)))
    },
    remove() {
      cards.remove()
      held = undefined
    },
  }
}
