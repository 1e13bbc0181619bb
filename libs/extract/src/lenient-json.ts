/** Nesting at which reading stops. */
const maxDepth = 100

/**
 * Reads the JSON that pages really carry: comments, CDATA and HTML comment marks, trailing and missing commas, raw control
 * characters in strings, single quotes, bare words, HTML-escaped quotes, several values in a row, an end that is missing.
 * Gives every top-level value that it could read, none where there is none. Never throws.
 */
export const parseLenientJson = (source: string): unknown[] => readJsonBlock(source).values

export interface JsonBlock {
  values: unknown[]
  /** It is JSON by the letter (RFC 8259). */
  isJson: boolean
}

/** {@link parseLenientJson}, and whether there was anything to be lenient about. `words`: what bare words stand for. */
export function readJsonBlock(source: string, words: ReadonlyMap<string, unknown> = noWords): JsonBlock {
  try {
    return { values: [JSON.parse(source)], isJson: true }
  } catch {
    // Not JSON: read what can be read of it.
  }
  let text = source.replace(/^\s*(?:\/\/\s*)?(?:<!--|<!\[CDATA\[)/, ' ').replace(/(?:\/\/\s*)?(?:-->|\]\]>)\s*$/, ' ')
  if (!text.includes('"') && /&(?:quot|#0*34|#x0*22);/i.test(text)) text = unescapeQuotes(text)
  return { values: new LenientReader(text, words).values(), isJson: false }
}

const unescapeQuotes = (text: string): string =>
  text
    .replace(/&(?:quot|#0*34|#x0*22);/gi, '"')
    .replace(/&(?:apos|#0*39|#x0*27);/gi, "'")
    .replace(/&lt;/gi, '<')
    .replace(/&gt;/gi, '>')
    .replace(/&amp;/gi, '&')

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
const bareWord = /[^\s,:{}[\]"']+/y
// Comments of a bounded length: this is tried behind every quote.
const blank = /(?:[\s;\u200b\ufeff]|\/\/[^\n]{0,1000}|\/\*[\s\S]{0,1000}?\*\/)+/y
const nothing = Symbol('nothing')
const noWords: ReadonlyMap<string, unknown> = new Map()

class LenientReader {
  readonly #text: string
  readonly #words: ReadonlyMap<string, unknown>
  #at = 0

  constructor(text: string, words: ReadonlyMap<string, unknown>) {
    this.#text = text
    this.#words = words
  }

  values(): unknown[] {
    const values: unknown[] = []
    while (this.#at < this.#text.length) {
      this.#skipBlank()
      const first = this.#text[this.#at]
      // Anything else at the top is debris: an extra bracket, a comma, an assignment.
      if (first === '{' || first === '[') values.push(this.#value(0))
      else this.#at++
    }
    return values.filter((value) => value !== nothing)
  }

  #skipBlank(): void {
    blank.lastIndex = this.#at
    if (blank.test(this.#text)) this.#at = blank.lastIndex
  }

  #value(depth: number, isKey = false): unknown {
    this.#skipBlank()
    const first = this.#text[this.#at]
    if (first === undefined) return nothing
    if (depth > maxDepth) {
      this.#at = this.#text.length
      return nothing
    }
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"' || first === "'") return this.#string(first)
    bareWord.lastIndex = this.#at
    const word = bareWord.exec(this.#text)?.[0]
    if (word === undefined) return nothing
    this.#at += word.length
    if (word === 'true') return true
    if (word === 'false') return false
    if (word === 'null' || word === 'undefined' || word === 'NaN') return null
    if (!isKey && this.#words.has(word)) return this.#words.get(word)
    const number = Number(word)
    return Number.isFinite(number) ? number : word
  }

  #array(depth: number): unknown[] {
    const values: unknown[] = []
    this.#at++
    for (;;) {
      this.#skipBlank()
      const next = this.#text[this.#at]
      if (next === undefined || next === '}') return values
      if (next === ']' || next === ',' || next === ':') {
        this.#at++
        if (next === ']') return values
        continue
      }
      const value = this.#value(depth + 1)
      if (value !== nothing) values.push(value)
    }
  }

  #object(depth: number): Record<string, unknown> {
    const found: Record<string, unknown> = {}
    this.#at++
    for (;;) {
      this.#skipBlank()
      const next = this.#text[this.#at]
      if (next === undefined || next === ']') return found
      if (next === '}' || next === ',' || next === ':') {
        this.#at++
        if (next === '}') return found
        continue
      }
      const key = this.#value(depth + 1, true)
      this.#skipBlank()
      if (this.#text[this.#at] !== ':') continue
      this.#at++
      this.#skipBlank()
      const after = this.#text[this.#at]
      if (after === ',' || after === '}') continue
      const value = this.#value(depth + 1)
      const name = typeof key === 'string' || typeof key === 'number' ? String(key) : ''
      if (value !== nothing && name !== '' && name !== '__proto__') found[name] = value
    }
  }

  #string(quote: string): string {
    let value = ''
    let from = this.#at + 1
    for (let at = from; ; at++) {
      const code = this.#text[at]
      if (code === undefined) {
        this.#at = at
        return value + this.#text.slice(from)
      }
      if (code === '\\') {
        const escaped = this.#text[at + 1] ?? ''
        value += this.#text.slice(from, at)
        const hex = escaped === 'u' ? /^[0-9a-fA-F]{4}/.exec(this.#text.slice(at + 2, at + 6))?.[0] : undefined
        value += hex === undefined ? (escapes[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(hex, 16))
        at += hex === undefined ? 1 : 5
        from = at + 1
      } else if (code === quote && this.#endsString(at, quote)) {
        this.#at = at + 1
        return value + this.#text.slice(from, at)
      }
    }
  }

  /** An unescaped quote inside a text (`5" pipe`) is followed by more text, the real end by punctuation. */
  #endsString(at: number, quote: string): boolean {
    blank.lastIndex = at + 1
    const next = blank.test(this.#text) ? blank.lastIndex : at + 1
    const after = this.#text[next]
    return after === undefined || ',:}]'.includes(after) || (after === quote && next > at + 1)
  }
}
