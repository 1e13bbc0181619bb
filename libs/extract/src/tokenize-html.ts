/** Hears the tokens of a page as positions in its text. */
export interface TokenHandler {
  openTagName(start: number, end: number): void
  /** The value is `[valueStart, valueEnd)`, as written; empty where there is none. */
  attribute(start: number, end: number, valueStart: number, valueEnd: number): void
  /** Says how to read what follows the tag. */
  openTagEnd(selfClosing: boolean): TextMode
  closeTag(start: number, end: number): void
  /** `hasReferences`: there is an `&` in it that may start a character reference. */
  text(start: number, end: number, hasReferences: boolean): void
  /** A CDATA section, which is text inside of SVG and MathML and a comment outside. */
  cdata(start: number, end: number): void
}

/** `markup`; `raw`: text up to the element's own end tag; `escapable`: the same, with references; `plain`: text to the end. */
export type TextMode = 'markup' | 'raw' | 'escapable' | 'plain'

const commentEnd = /--!?>/g

const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 9 || code === 12 || code === 13
/** A tag's name ends here: whitespace, `/` or `>`. */
const endsName = (code: number): boolean => code === 62 || code === 47 || isBlank(code)
const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122

/**
 * Cuts a whole page into tokens, the same ones as htmlparser2's tokenizer (a test compares them over real and broken pages). It skips with
 * `indexOf` what that looks at one character at a time, and leaves references for whoever wants the text. A tag, comment or value
 * that the page does not finish is dropped with all that follows.
 */
export function tokenizeHtml(html: string, handler: TokenHandler): void {
  const length = html.length
  let nextAmpersand = -1
  let at = 0

  const text = (start: number, end: number): void => {
    if (start >= end) return
    if (nextAmpersand < start) {
      nextAmpersand = html.indexOf('&', start)
      if (nextAmpersand === -1) nextAmpersand = length
    }
    handler.text(start, end, nextAmpersand < end)
  }

  while (at < length) {
    const mark = nextMarkup(html, at)
    text(at, mark)
    if (mark === length) return
    const code = html.charCodeAt(mark + 1)
    if (code === 47 /* / */) at = closeTag(mark + 2)
    else if (isLetter(code)) at = openTag(mark + 1)
    else at = declaration(mark + 1)
    if (at === -1) return
  }

  /** After `</`. Gives where the text goes on, -1 at the end of the page. */
  function closeTag(start: number): number {
    let end = start
    if (isLetter(html.charCodeAt(start))) {
      while (end < length && !endsName(html.charCodeAt(end))) end++
      if (end === length) return -1
      handler.closeTag(start, end)
    }
    return behind('>', end)
  }

  /** After `<` before `!` or `?`. */
  function declaration(start: number): number {
    if (html.startsWith('!--', start)) {
      const inside = start + 3
      if (html.charCodeAt(inside) === 62) return inside + 1
      if (html.startsWith('->', inside)) return inside + 2
      commentEnd.lastIndex = inside
      return commentEnd.test(html) ? commentEnd.lastIndex : -1
    }
    if (html.startsWith('![CDATA[', start)) {
      const end = html.indexOf(']]>', start + 8)
      if (end === -1) return -1
      handler.cdata(start + 8, end)
      return end + 3
    }
    return behind('>', start + 1)
  }

  function behind(mark: string, from: number): number {
    const found = html.indexOf(mark, from)
    return found === -1 ? -1 : found + mark.length
  }

  /** At the first letter of a start tag's name. */
  function openTag(start: number): number {
    let end = start + 1
    while (end < length && !endsName(html.charCodeAt(end))) end++
    if (end === length) return -1
    handler.openTagName(start, end)
    let i = end
    let slash = false
    for (;;) {
      if (i >= length) return -1
      const code = html.charCodeAt(i)
      if (code === 62 /* > */) return content(handler.openTagEnd(slash), start, end, i + 1)
      if (code === 47 /* / */) {
        slash = true
        i++
      } else if (isBlank(code)) i++
      else {
        slash = false
        i = attribute(i)
        if (i === -1) return -1
      }
    }
  }

  /** At the first character of an attribute's name, whatever it is. Gives where the next may start. */
  function attribute(start: number): number {
    let end = start + 1
    let code = html.charCodeAt(end)
    while (end < length && code !== 61 && !endsName(code)) code = html.charCodeAt(++end)
    let i = end
    while (i < length && isBlank(html.charCodeAt(i))) i++
    if (html.charCodeAt(i) !== 61 /* = */) {
      if (i >= length) return -1
      handler.attribute(start, end, end, end)
      return i
    }
    i++
    while (i < length && isBlank(html.charCodeAt(i))) i++
    const quote = html.charCodeAt(i)
    if (quote === 34 || quote === 39) {
      const close = html.indexOf(quote === 34 ? '"' : "'", i + 1)
      if (close === -1) return -1
      handler.attribute(start, end, i + 1, close)
      return close + 1
    }
    let close = i
    while (close < length && html.charCodeAt(close) !== 62 && !isBlank(html.charCodeAt(close))) close++
    if (close >= length) return -1
    handler.attribute(start, end, i, close)
    return close
  }

  /** Reads the content of an element that holds text only, up to its end tag `</name`. */
  function content(mode: TextMode, nameStart: number, nameEnd: number, from: number): number {
    if (mode === 'markup') return from
    const nameLength = nameEnd - nameStart
    let end = mode === 'plain' ? -1 : html.indexOf('</', from)
    while (end !== -1 && !isEndTag(end + 2, nameStart, nameLength)) end = html.indexOf('</', end + 2)
    const close = end === -1 ? length : end
    if (mode === 'escapable') text(from, close)
    else if (from < close) handler.text(from, close, false)
    return end === -1 ? -1 : closeTag(end + 2)
  }

  function isEndTag(at: number, nameStart: number, nameLength: number): boolean {
    for (let i = 0; i < nameLength; i++) {
      if ((html.charCodeAt(at + i) | 32) !== (html.charCodeAt(nameStart + i) | 32)) return false
    }
    return at + nameLength < length && endsName(html.charCodeAt(at + nameLength))
  }
}

/** Position of the next `<` that starts a tag, a comment or the like; the text's length where there is none. */
function nextMarkup(html: string, from: number): number {
  let at = html.indexOf('<', from)
  while (at !== -1) {
    const code = html.charCodeAt(at + 1)
    if (isLetter(code) || code === 33 || code === 63 || (code === 47 && at + 2 < html.length)) return at
    at = html.indexOf('<', at + 1)
  }
  return html.length
}
