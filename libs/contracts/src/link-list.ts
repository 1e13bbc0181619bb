const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const hashChars = 11
const entryChars = hashChars + 1
const maxTimes = 31
const nofollowBit = 32

/**
 * 64 bits of a text as 11 characters of base64url: two lanes of multiply and rotate with MurmurHash3's finish. For joining URLs that
 * are known to each other, not against people who look for collisions: among a million URLs two collide once in 37 million runs.
 */
export function hash64(text: string): string {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x5f356495)
    a = (a << 13) | (a >>> 19)
    b = (b << 17) | (b >>> 15)
  }
  return hashText(finish(a ^ text.length, b), finish(b ^ text.length, a))
}

/** The last step of MurmurHash3: every bit of `a` in every bit of the result, with something of `b`. */
function finish(a: number, b: number): number {
  let mixed = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 15), 0x27d4eb2f)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Two halves of a 64-bit hash as 11 characters of base64url. */
export function hashText(high: number, low: number): string {
  const at = (bits: number): string => digits[bits & 63] as string
  return (
    at(high >>> 26) +
    at(high >>> 20) +
    at(high >>> 14) +
    at(high >>> 8) +
    at(high >>> 2) +
    at(((high & 3) << 4) | (low >>> 28)) +
    at(low >>> 22) +
    at(low >>> 16) +
    at(low >>> 10) +
    at(low >>> 4) +
    at((low & 15) << 2)
  )
}

/** A link of a page's `outlinks`. */
export interface LinkEntry {
  /** `hash64` of the target's canonical URL. */
  hash: string
  /** How often the page links there; 31 stands for more, too. */
  times: number
  /** True where every link to it on the page is nofollow. */
  nofollow: boolean
}

/** 12 characters a link: its hash, then one base64url digit, `times` with 32 added for nofollow. */
export const writeLink = (url: string, times: number, nofollow: boolean): string =>
  hash64(url) + digits[Math.min(times, maxTimes) + (nofollow ? nofollowBit : 0)]

/** The links of a record's `seo.outlinks`, in order of appearance. */
export function* readLinks(outlinks: string): Generator<LinkEntry> {
  for (let at = 0; at + entryChars <= outlinks.length; at += entryChars) {
    const info = digits.indexOf(outlinks[at + hashChars] as string)
    yield {
      hash: outlinks.slice(at, at + hashChars),
      times: info & maxTimes,
      nofollow: (info & nofollowBit) !== 0,
    }
  }
}
