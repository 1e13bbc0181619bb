import { hashText, minhashSlots, writeMinhash } from '@seine/contracts'
import {
  characters,
  foldMask,
  foldOf,
  isCjk,
  isHighMark,
  isMoneySign,
  isVowel,
  moneyBit,
  sentenceEnds,
  tableSize,
} from './characters.ts'

/** Words of a shingle: long enough that texts of one topic share few, short enough that a changed word spoils few. */
const shingleWords = 4
/** A line that no mark ends is a sentence from this many words on: labels and entries of menus are none. */
const fewestWords = 4

/** A word's hash with one more letter (FNV-1a, but no letter leaves it at 0). */
const hashed = (hash: number, letter: number): number => (Math.imul(hash ^ letter, 0x01000193) + 0x3ade68b1) | 0
const hashOfWord = (word: string): number => [...word].reduce((hash, letter) => hashed(hash, letter.charCodeAt(0)), 0)
const lorem = hashOfWord('lorem')
const ipsum = hashOfWord('ipsum')

/** MurmurHash3's finish. */
function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** More than any hash of a shingle that is kept. */
const empty = 0xffffffff

const base = 0x2c1b3c6d
/** What the oldest word of a shingle weighs. */
let oldest = 1
for (let i = 0; i < shingleWords; i++) oldest = Math.imul(oldest, base)

/**
 * Measures the visible text of a page piece by piece: words, characters, sentences, syllables, and a signature of its content. Every
 * character of a page passes here, so that each is looked at once.
 */
export class TextMeter {
  /** Runs of anything but whitespace; an ideograph or kana is a word of its own. */
  wordCount = 0
  /** With whitespace collapsed to one space. */
  textChars = 0
  /** There is a sign of a currency. */
  showsMoney = false
  sentences = 0
  /** Words and groups of vowels inside of sentences. */
  sentenceWords = 0
  vowelGroups = 0
  /** … and of words that end in a vowel `e` of its own, which some languages don't speak. */
  silentEndings = 0
  /** `lorem ipsum` is in the text. */
  isFiller = false
  /** Whether what is read belongs to the page's content: nothing else enters the signature. */
  isContent = true

  #inWord = false
  /** Whitespace since the last visible character. */
  #gap = false
  #hash = 0
  #groups = 0
  #afterVowel = 0
  /** Where the last piece was, for the end of a word that its end does not end. */
  #source = ''
  #start = 0
  #end = 0
  #lastHash = 0
  #runWords = 0
  #runGroups = 0
  #runSilent = 0
  readonly #lastWords = new Int32Array(shingleWords)
  #contentWords = 0
  #rolling = 0
  #laneA = 0x1b873593
  #laneB = 0x52dce729
  readonly #least = new Uint32Array(minhashSlots).fill(empty)

  /** Reads `text[start, end)`. */
  read(text: string, start: number, end: number): void {
    let inWord = this.#inWord
    let gap = this.#gap
    let words = this.wordCount
    let chars = this.textChars
    let hash = this.#hash
    let groups = this.#groups
    let afterVowel = this.#afterVowel
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i)
      if (code <= 32) {
        if (inWord) {
          this.#endWord(text, start, i, hash, groups)
          inWord = false
        }
        gap = true
        continue
      }
      if (gap) {
        if (chars !== 0) chars++ // the one space that all whitespace collapses to
        gap = false
      }
      chars++
      if (code === 0xa0) {
        if (inWord) this.#endWord(text, start, i, hash, groups)
        inWord = false
        continue
      }
      const isIdeograph = code >= 0x3040 && isCjk(code)
      if (!inWord || isIdeograph) {
        if (inWord) this.#endWord(text, start, i, hash, groups)
        inWord = true
        words++
        hash = 0
        groups = 0
        afterVowel = 0
      }
      if (code < tableSize) {
        const info = characters[code] as number
        const vowel = info >>> 15
        groups += vowel & ~afterVowel
        afterVowel = vowel
        if ((info & foldMask) !== 0) hash = hashed(hash, info & foldMask)
        if ((info & moneyBit) !== 0 && isMoneySign(text, i, code)) this.showsMoney = true
      } else {
        if (!isHighMark(code)) hash = hashed(hash, code)
        if (isMoneySign(text, i, code)) this.showsMoney = true
      }
    }
    this.#inWord = inWord
    this.#gap = gap
    this.wordCount = words
    this.textChars = chars
    this.#hash = hash
    this.#groups = groups
    this.#afterVowel = afterVowel
    this.#source = text
    this.#start = start
    this.#end = end
  }

  /** The words before and behind are two. */
  breakWord(): void {
    if (this.#inWord) this.#endWord(this.#source, this.#start, this.#end, this.#hash, this.#groups)
    this.#inWord = false
    this.#gap = true
  }

  /** … and in two sentences. */
  breakSentence(): void {
    this.breakWord()
    if (this.#runWords < fewestWords) this.#dropRun()
    else this.#closeSentence()
  }

  /** 64 bits of the words of the content, whatever stands between them; null where there are none. */
  textHash(): string | null {
    if (this.#contentWords === 0) return null
    return hashText(mixed(this.#laneA ^ this.#contentWords) >>> 0, mixed(this.#laneB ^ this.#laneA) >>> 0)
  }

  /** See `text-signature.ts` of the contracts; null where there is no content. */
  minhash(): string | null {
    if (this.#contentWords === 0) return null
    if (this.#contentWords < shingleWords) this.#shingle(this.#rolling)
    const least = this.#least
    const slots = new Uint16Array(minhashSlots)
    // An empty slot takes the next one's hash over, changed by how far it came (Shrivastava, Li 2014). Twice round: the last may be empty.
    let next = -1
    for (let at = 2 * minhashSlots - 1; at >= 0; at--) {
      const slot = at % minhashSlots
      if (least[slot] !== empty) next = at
      slots[slot] = next === -1 ? 0 : (least[next % minhashSlots] as number) + (next - at) * 0x9e37
    }
    return writeMinhash(slots)
  }

  /** The word whose last part is at the end of `piece[from, to)`. */
  #endWord(piece: string, from: number, to: number, hash: number, groups: number): void {
    // It was over with the piece before.
    const isBefore = from === to
    const text = isBefore ? this.#source : piece
    const start = isBefore ? this.#start : from
    let last = (isBefore ? this.#end : to) - 1
    let ends = false
    // Not beyond the word: a page of marks alone would be read again for each of them.
    while (last > start && foldOf(text.charCodeAt(last)) === 0 && !isBlank(text.charCodeAt(last))) {
      if (sentenceEnds.has(text.charCodeAt(last))) ends = true
      last--
    }
    if (last === start && sentenceEnds.has(text.charCodeAt(last))) ends = true
    if (hash !== 0) {
      if (hash === ipsum && this.#lastHash === lorem) this.isFiller = true
      this.#lastHash = hash
      this.#runWords++
      this.#runGroups += groups === 0 ? 1 : groups
      if (groups > 1 && isSilentEnding(text, start, last)) this.#runSilent++
      if (this.isContent) this.#sign(hash)
    }
    if (ends) this.#closeSentence()
  }

  #closeSentence(): void {
    if (this.#runWords > 0) {
      this.sentences++
      this.sentenceWords += this.#runWords
      this.vowelGroups += this.#runGroups
      this.silentEndings += this.#runSilent
    }
    this.#dropRun()
  }

  #dropRun(): void {
    this.#runWords = 0
    this.#runGroups = 0
    this.#runSilent = 0
  }

  #sign(word: number): void {
    const at = this.#contentWords++ % shingleWords
    const rolling = (Math.imul(this.#rolling, base) + word - Math.imul(this.#lastWords[at] as number, oldest)) | 0
    this.#rolling = rolling
    this.#lastWords[at] = word
    this.#laneA = Math.imul((this.#laneA << 13) | (this.#laneA >>> 19), 5) + (word ^ 0x6b64e654)
    this.#laneB = Math.imul((this.#laneB << 17) | (this.#laneB >>> 15), 0x27d4eb2d) ^ word
    if (this.#contentWords >= shingleWords) this.#shingle(rolling)
  }

  #shingle(rolling: number): void {
    const hash = mixed(rolling)
    const slot = hash >>> 25
    const value = hash & 0x1ffffff
    if (value < (this.#least[slot] as number)) this.#least[slot] = value
  }
}

const isBlank = (code: number): boolean => code <= 32 || code === 0xa0

/** `rate`, `note`, but not `tree`, `table`. */
function isSilentEnding(text: string, start: number, last: number): boolean {
  if ((text.charCodeAt(last) | 32) !== 101 || last - 2 < start) return false
  const before = text.charCodeAt(last - 1)
  if (isVowel(before)) return false
  return (before | 32) !== 108 || isVowel(text.charCodeAt(last - 2))
}
