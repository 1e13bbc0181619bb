import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { minhashSlots, readMinhash } from '@seine/contracts'
import { makeKeyTable } from './key-table.ts'
import { inParts, maxKeysHeld, partitionCount, partitionOf } from './page-cards.ts'
import type { FactTable } from './page-facts.ts'
import { makePartitions } from './record-file.ts'

/** Texts that have so much in common are near duplicates; what the leading desktop crawler takes, too. */
export const nearDuplicateLikeness = 0.9
/**
 * Bands of a signature's slots. Two texts are compared when a whole band is equal: of those at the threshold 99.99 % (1 - (1 - 0.9^8)^16), of
 * those half alike 6 %.
 */
const bands = 16
const bandSlots = minhashSlots / bands
const signatureBytes = minhashSlots * 2
const words = 4
/**
 * Pages a page is compared with in one band, the last ones before it. In a crowd of pages with one text the numbers are therefore
 * lower bounds; without the limit a crowd would cost its square.
 */
export const maxNeighbours = 16
/** Signatures held in memory, by number. */
const cachedSignatures = 4_096

/** Finds pages whose texts are alike: locality-sensitive hashing of their minhashes (Indyk, Motwani 1998). */
export interface NearDuplicates {
  add(page: number, minhash: string): void
  resolve(facts: FactTable): Generator<void>
  remove(): void
}

export function makeNearDuplicates(dir: string, maxKeys = maxKeysHeld): NearDuplicates {
  const banded = makePartitions(dir, 'bands', words)
  const signatures = makeSignatureFile(join(dir, 'signatures.bin'))

  function compare(a: number, b: number, band: number): number {
    if (a === b) return 0
    const one = signatures.at(a)
    const other = signatures.at(b)
    // Equal in an earlier band: they were compared there.
    for (let earlier = 0; earlier < band; earlier++) if (bandIsEqual(one, other, earlier)) return 0
    let equal = 0
    for (let i = 0; i < minhashSlots; i++) if (one[i] === other[i]) equal++
    return equal / minhashSlots
  }

  return {
    add(page, minhash) {
      const slots = readMinhash(minhash)
      const number = signatures.add(slots)
      for (let band = 0; band < bands; band++) {
        const [high, low] = bandHash(slots, band)
        banded.at(partitionOf(high)).push(high, low, page, number * bands + band)
      }
    },
    *resolve(facts) {
      const keys = Math.min(maxKeys, banded.longest)
      const table = makeKeyTable(keys)
      // Numbers of entries begin with 1.
      const held = keys + 1
      /** Entries of this part, each with the one before it of the same band hash; 0: none. */
      const last = new Uint32Array(keys)
      const before = new Uint32Array(held)
      const pages = new Uint32Array(held)
      const numbers = new Uint32Array(held)
      for (let partition = 0; partition < partitionCount; partition++) {
        const file = banded.find(partition)
        if (file === undefined) continue
        inParts(file.length, maxKeys, (part, parts) => {
          table.clear()
          last.fill(0)
          let entries = 0
          for (const chunk of file.chunks())
            for (let i = 0; i < chunk.length; i += words) {
              const low = chunk[i + 1] as number
              if (low % parts !== part) continue
              const at = table.insert(chunk[i] as number, low)
              const page = chunk[i + 2] as number
              const tagged = chunk[i + 3] as number
              const number = Math.floor(tagged / bands)
              let neighbour = last[at] as number
              for (let n = 0; n < maxNeighbours && neighbour > 0; n++) {
                const like = compare(number, numbers[neighbour] as number, tagged % bands)
                if (like >= nearDuplicateLikeness)
                  for (const one of [page, pages[neighbour] as number]) {
                    facts.found(one, 'nearDuplicates', 1)
                    facts.found(one, 'closestLikeness', Math.round(like * 1_000))
                  }
                neighbour = before[neighbour] as number
              }
              // A crowd may be larger than the room for keys: entries go round, and what lies too far back is forgotten.
              entries = (entries % (held - 1)) + 1
              before[entries] = last[at] as number
              pages[entries] = page
              numbers[entries] = number
              last[at] = entries
            }
        })
        yield
      }
    },
    remove() {
      banded.remove()
      signatures.remove()
    },
  }
}

function bandIsEqual(one: Uint16Array, other: Uint16Array, band: number): boolean {
  for (let i = band * bandSlots; i < (band + 1) * bandSlots; i++) if (one[i] !== other[i]) return false
  return true
}

function bandHash(slots: Uint16Array, band: number): [high: number, low: number] {
  let a = 0x9e3779b1 ^ band
  let b = 0x85ebca6b ^ band
  for (let i = band * bandSlots; i < (band + 1) * bandSlots; i++) {
    const slot = slots[i] as number
    a = Math.imul(a ^ slot, 0x2c1b3c6d)
    b = Math.imul(b ^ slot, 0x297a2d39)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b)
  b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35)
  return [(a ^ (a >>> 13)) >>> 0, (b ^ (b >>> 13)) >>> 0]
}

/** Signatures by number in a file, a few in memory. Written and read synchronously: see `record-file.ts`. */
function makeSignatureFile(file: string) {
  const pending = Buffer.alloc(64 * signatureBytes)
  let count = 0
  let handle = -1
  const cache = new Map<number, Uint16Array>()
  const flush = (): void => {
    if (handle < 0) handle = openSync(file, 'wx+')
    const held = count % 64 || 64
    writeSync(handle, pending, 0, held * signatureBytes, (count - held) * signatureBytes)
  }
  let isFlushed = true
  return {
    add(slots: Uint16Array): number {
      pending.set(new Uint8Array(slots.buffer, slots.byteOffset, signatureBytes), (count % 64) * signatureBytes)
      isFlushed = false
      count++
      if (count % 64 === 0) {
        flush()
        isFlushed = true
      }
      return count - 1
    },
    at(number: number): Uint16Array {
      const known = cache.get(number)
      if (known !== undefined) return known
      if (!isFlushed) flush()
      isFlushed = true
      const slots = new Uint16Array(minhashSlots)
      readSync(handle, new Uint8Array(slots.buffer), 0, signatureBytes, number * signatureBytes)
      // All at once: what is needed together was added together, so that order of use says little.
      if (cache.size === cachedSignatures) cache.clear()
      cache.set(number, slots)
      return slots
    },
    remove() {
      if (handle >= 0) closeSync(handle)
      handle = -1
      rmSync(file, { force: true })
      cache.clear()
    },
  }
}
