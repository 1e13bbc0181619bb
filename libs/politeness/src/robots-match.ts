/** One `Allow` or `Disallow` line, ready to be matched. */
export interface Rule {
  readonly allow: boolean
  /** Octets of the pattern as written: the longer rule wins (RFC 9309 §2.2.2). */
  readonly specificity: number
  /** Has a `*`: costs up to the length of the path, not of the rule. */
  readonly wildcard: boolean
  matches(path: string, unescapedPath: string): boolean
}

/**
 * Compiles a rule. An empty pattern makes none: it says nothing (RFC 9309 §2.2.2).
 *
 * RFC 9309 has escaped unreserved characters (`%7E`) compared as what they stand for; Google's parser, which most
 * files are written for, compares them as written. A refusal is understood in both ways, a permission only as
 * written: whichever of the two a site means, it is obeyed.
 */
export function compileRule(allow: boolean, value: string): Rule | null {
  if (value === '') return null
  const pattern = escapePattern(value)
  const matches = globMatcher(pattern)
  const unescaped = unescapeUnreserved(pattern)
  const rule = { allow, specificity: pattern.length, wildcard: pattern.includes('*') }
  if (allow) return { ...rule, matches }
  if (unescaped === pattern)
    return { ...rule, matches: (path, plain) => matches(path) || (plain !== path && matches(plain)) }
  const matchesUnescaped = globMatcher(unescaped)
  return { ...rule, matches: (path, plain) => matches(path) || matchesUnescaped(plain) }
}

/** Brings a path into the form that rules are matched against: what can't stand in a URL escaped, hex in upper case. */
export function escapePath(path: string): string {
  return needsEscape.test(path) ? upperHex(path.replace(notInUrls, percent)) : path
}

/** Escaped unreserved characters as what they stand for (RFC 3986 §2.3). */
export function unescapeUnreserved(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-7][0-9A-F])/g, (octet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16))
    return /[\w.~-]/.test(char) ? char : octet
  })
}

function escapePattern(pattern: string): string {
  return upperHex(pattern.replace(notInUrls, percent).replace(/[\u0080-\uffff]+/g, encodeText))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what is escaped
const notInUrls = /[\x00-\x20"<>\\^`{|}\x7f]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, and escapes that may be in lower case
const needsEscape = /[%\x00-\x20"<>\\^`{|}\x7f]/
const upperHex = (text: string): string => text.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase())
const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`
// Lone surrogates would make encodeURIComponent throw.
const encodeText = (text: string): string => encodeURIComponent(text.toWellFormed())

/**
 * `*` matches any run of characters, `$` at the end the end; without it a pattern is a prefix.
 * Each piece between two `*` is looked for once, left of all later ones: taking its first place never loses a match,
 * so there is no backtracking and a hostile pattern costs no more than a harmless one of its length.
 */
function globMatcher(pattern: string): (path: string) => boolean {
  const anchored = pattern.endsWith('$')
  const pieces = (anchored ? pattern.slice(0, -1) : pattern).split(/\*+/)
  const head = pieces[0] ?? ''
  if (pieces.length === 1) return anchored ? (path) => path === head : (path) => path.startsWith(head)
  const tail = anchored ? (pieces.at(-1) ?? '') : ''
  const middle = pieces.slice(1, anchored ? -1 : undefined).filter((piece) => piece !== '')
  const minLength = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return (path) => {
    if (path.length < minLength || !path.startsWith(head) || !path.endsWith(tail)) return false
    const end = path.length - tail.length
    let from = head.length
    for (const piece of middle) {
      const at = path.indexOf(piece, from)
      if (at < 0) return false
      from = at + piece.length
    }
    return from <= end
  }
}
