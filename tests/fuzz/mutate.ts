import type { Random } from './random.ts'

/** No input is longer, in characters. */
export const maxInputChars = 1_000_000
/** One input in so many is grown to that length: what is quadratic shows there. */
const growEvery = 60

const odd = [
  '\0',
  '\ufeff',
  '\u2028',
  '\u202e',
  '\ud800',
  '\udc00',
  '\u00ad',
  '😀',
  'ß',
  'İ',
  'ﬁ',
  '\u0301',
  '\u00a0',
  '\r',
  '\n\n',
  '\t',
  '%00',
  '%zz',
  '&#0;',
  '&#x110000;',
  '\\u0000',
  '\x1b',
  '\uffff',
]
const numbers = ['0', '-1', '1e309', '-0', '999999999999999999999', '0x10', '1.', '.5', 'NaN', '2147483648', '1e-400']

/** What a target's texts consist of: mutations put its pieces in, and cut along them. */
export interface Grammar {
  readonly pieces: readonly string[]
}

/** A few changes to a text, most of them along the pieces of its grammar. `other` is what it may be crossed with. */
export function mutateText(text: string, other: string, grammar: Grammar, random: Random): string {
  let mutated = text
  for (let left = 1 + random.int(6); left > 0; left--) mutated = change(mutated, other, grammar, random)
  if (random.int(growEvery) === 0) mutated = grow(mutated, grammar, random)
  return mutated.slice(0, maxInputChars)
}

function change(text: string, other: string, grammar: Grammar, random: Random): string {
  const [from, to] = slice(text, random)
  const token = () => random.pick(random.chance(0.7) ? grammar.pieces : random.chance(0.5) ? odd : numbers)
  const kept = (middle: string) => text.slice(0, from) + middle + text.slice(to)
  switch (random.int(9)) {
    case 0:
      return kept('')
    case 1:
      return kept(text.slice(from, to).repeat(2 + random.int(5)))
    case 2:
      return kept(token())
    case 3:
      return text.slice(0, from) + token() + text.slice(from)
    case 4: {
      const [otherFrom, otherTo] = slice(other, random)
      return kept(other.slice(otherFrom, otherTo))
    }
    case 5:
      return text.slice(0, random.int(text.length + 1))
    case 6:
      return text.replace(/\d+/, () => random.pick(numbers))
    case 7: {
      const [a, b] = [from, slice(text, random)[0]].sort((x, y) => x - y) as [number, number]
      return text.slice(b) + text.slice(a, b) + text.slice(0, a)
    }
    default:
      return kept(random.chance(0.5) ? text.slice(from, to).toUpperCase() : token() + text.slice(from, to) + token())
  }
}

/** A short slice mostly, so that the rest keeps its structure. */
function slice(text: string, random: Random): [number, number] {
  const from = random.int(text.length + 1)
  const length = random.chance(0.8) ? random.int(40) : random.int(text.length - from + 1)
  return [from, Math.min(text.length, from + length)]
}

/** Says a slice or a few pieces over and over, up to the longest input. */
function grow(text: string, { pieces }: Grammar, random: Random): string {
  const [from, to] = slice(text, random)
  const unit = random.chance(0.5) && to > from ? text.slice(from, to) : pieced(pieces, 1 + random.int(3), random)
  const chars = random.pick([20_000, 100_000, maxInputChars])
  const grown = unit.repeat(Math.ceil(chars / unit.length)).slice(0, chars)
  return random.chance(0.5) ? text.slice(0, from) + grown + text.slice(from) : grown
}

/** Pieces of a grammar in a row, as no document has them. */
export function pieced(pieces: readonly string[], count: number, random: Random): string {
  let text = ''
  for (let left = count; left > 0; left--) text += random.pick(pieces)
  return text === '' ? ' ' : text
}

/** Now and then some bytes are changed, lost or doubled, or the end is missing. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0 || random.chance(0.6)) return bytes
  const mutated = Uint8Array.from(bytes)
  for (let left = random.int(8); left > 0; left--) mutated[random.int(mutated.length)] = random.int(256)
  const cut = random.int(mutated.length)
  if (random.chance(0.2)) return mutated.subarray(0, cut)
  if (random.chance(0.2)) return Buffer.concat([mutated.subarray(0, cut), mutated.subarray(Math.max(0, cut - 16))])
  return mutated
}
