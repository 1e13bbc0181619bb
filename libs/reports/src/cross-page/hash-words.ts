import { hash64 } from '@seine/contracts'

/** A 64-bit hash as two unsigned words. */
export type HashWords = readonly [high: number, low: number]

const hashBytes = 8
const linkBytes = 9

/** Of the 11 characters of a `hash64`. */
export function hashWordsOf(hash: string): HashWords {
  const bytes = Buffer.from(hash, 'base64url')
  return bytes.length < hashBytes ? [0, 0] : [bytes.readUInt32BE(0), bytes.readUInt32BE(4)]
}

export const wordsOfText = (text: string): HashWords => hashWordsOf(hash64(text))

export interface LinkWords {
  readonly high: number
  readonly low: number
  readonly times: number
  readonly nofollow: boolean
}

/**
 * The links of a record's `outlinks` as words: what `readLinks` gives, ten times as fast, because 12 characters of base64url are 9
 * bytes: the hash, then `times` and nofollow.
 */
export function* linkWordsOf(outlinks: string): Generator<LinkWords> {
  const bytes = Buffer.from(outlinks, 'base64url')
  for (let at = 0; at + linkBytes <= bytes.length; at += linkBytes) {
    const info = bytes[at + hashBytes] as number
    yield {
      high: bytes.readUInt32BE(at),
      low: bytes.readUInt32BE(at + 4),
      times: info & 31,
      nofollow: (info & 32) !== 0,
    }
  }
}
