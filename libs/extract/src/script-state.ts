import { readJsonBlock } from './lenient-json.ts'

/** Of the literals of one page that are read as data; further ones are left out. */
export const stateLimits = {
  maxLiterals: 50,
  maxLiteralChars: 1_000_000,
  /** Of all scripts, literals or not. */
  maxChars: 3_000_000,
} as const

/** Whatever is assigned or pushed, where it may be data: `window.__STATE__ = {`, `dataLayer.push({`, `= JSON.parse("`, `=(function(a){return {`. */
const assigned = /(?:[\w$\]]\s*=|\.push\()\s*(?=[{[]|JSON\s*\.\s*parse\(|\(function\()/g
/** How data goes on, and code seldom does: a key, or a list of objects. */
const beginsData = /(?:\{\s*(?:"[^"\n]{0,100}"|'[^'\n]{0,100}'|[\w$]{1,100})\s*:|\[\s*[{["'])/y
const parsed = /JSON\s*\.\s*parse\(\s*(?:decodeURIComponent\(\s*)?(?=["'])/y
/** A function that gives an object made of its arguments, called where it stands. */
const called = /\(function\(([\w$,\s]{0,20000})\)\s*\{\s*return\s*(?=\{)/y
/** What any product's data has somewhere: other literals are not worth reading. */
const sells = /price|sku|gtin|\bean\b|stock|availab/i

/** How minified scripts write them. */
const minified: ReadonlyMap<string, unknown> = new Map([
  ['!0', true],
  ['!1', false],
])

/**
 * What a page's scripts without a type of data are handed as data: object and array literals that are assigned or pushed, also as a
 * string for `JSON.parse`. Nothing is run. Within {@link stateLimits}; never throws.
 */
export function* readScriptStates(scripts: readonly string[]): Generator<unknown> {
  let chars = 0
  let literals = 0
  for (const script of scripts) {
    chars += script.length
    if (chars > stateLimits.maxChars) return
    if (!sells.test(script)) continue
    let from = 0
    for (;;) {
      assigned.lastIndex = from
      if (!assigned.test(script)) break
      const found = readAt(script, assigned.lastIndex)
      from = found.end
      if (found.values.length === 0) continue
      yield* found.values
      if (++literals === stateLimits.maxLiterals) return
    }
  }
}

interface Found {
  values: unknown[]
  /** Where to go on. */
  end: number
}

function readAt(script: string, start: number): Found {
  const nothing: Found = { values: [], end: start + 1 }
  const text = matchAt(parsed, script, start)
  if (text !== null) return readText(script, start + text[0].length)
  const call = matchAt(called, script, start)
  if (call !== null) return readCall(script, start + call[0].length, (call[1] ?? '').split(','))
  if (matchAt(beginsData, script, start) === null) return nothing
  const end = endOf(script, start)
  if (end === null) return { values: [], end: script.length }
  return { values: readLiteral(script.slice(start, end)), end }
}

/** A string that holds JSON. */
function readText(script: string, start: number): Found {
  const end = endOfString(script, start)
  const [list] = readJsonBlock(`[${script.slice(start, end)}]`).values
  const text = Array.isArray(list) && typeof list[0] === 'string' ? list[0] : ''
  return { values: readLiteral(text.startsWith('%') ? decoded(text) : text), end }
}

/** `{a: b}}("x", 1)` with the names that its function gives to its arguments: each stands for one. */
function readCall(script: string, start: number, names: readonly string[]): Found {
  const end = endOf(script, start)
  const opens = end === null ? -1 : script.indexOf('(', end)
  const closes = opens === -1 ? null : endOf(script, opens)
  if (end === null || closes === null) return { values: [], end: script.length }
  const [list] = readJsonBlock(`[${script.slice(opens + 1, closes - 1)}]`).values
  const values = Array.isArray(list) ? list : []
  const words = new Map([...minified, ...names.map((name, index) => [name.trim(), values[index] ?? null] as const)])
  return { values: readLiteral(script.slice(start, end), words), end: closes }
}

function readLiteral(literal: string, words: ReadonlyMap<string, unknown> = minified): unknown[] {
  if (literal.length > stateLimits.maxLiteralChars || (words === minified && !sells.test(literal))) return []
  return readJsonBlock(literal, words).values
}

function matchAt(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start
  return pattern.exec(text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

const code = { quote: 34, apostrophe: 39, backtick: 96, backslash: 92, slash: 47, star: 42 } as const
const opening = new Set([...'{[('].map((mark) => mark.charCodeAt(0)))
const closing = new Set([...'}])'].map((mark) => mark.charCodeAt(0)))

/** Behind the bracket that closes the one at `start`. Null: none does. */
function endOf(script: string, start: number): number | null {
  let depth = 0
  for (let at = start; at < script.length; at++) {
    const here = script.charCodeAt(at)
    if (opening.has(here)) depth++
    else if (closing.has(here) && --depth === 0) return at + 1
    else if (here === code.quote || here === code.apostrophe || here === code.backtick) at = endOfString(script, at) - 1
    else if (here === code.slash && script.charCodeAt(at + 1) === code.star) {
      const end = script.indexOf('*/', at + 2)
      if (end === -1) return null
      at = end + 1
    }
  }
  return null
}

/** Behind the quote that closes the one at `start`, or the script's end. */
function endOfString(script: string, start: number): number {
  const quote = script.charCodeAt(start)
  for (let at = start + 1; at < script.length; at++) {
    const here = script.charCodeAt(at)
    if (here === code.backslash) at++
    else if (here === quote) return at + 1
  }
  return script.length
}
