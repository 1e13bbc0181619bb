import { decodeHTML, decodeHTMLAttribute } from 'entities'
import { impliesClose, isVoid, mayCross, sameName, tag, tagAt, tagCount, textModes } from './tags.ts'
import { type TextMode, type TokenHandler, tokenizeHtml } from './tokenize-html.ts'

/** Deeper elements are read but not nested: browsers stop at the same depth. */
const maxDepth = 512
/** Further attributes of one element are ignored. */
const maxAttributes = 256

/** What a reader of markup wants to hear. `depth` counts from 1; the element's end comes with the same depth. */
export interface MarkupHandler {
  /** A start tag with its attributes, read through `attribute`. `depth` 0: the element has no content (void, or too deep). */
  open(code: number, depth: number): void
  close(code: number, depth: number): void
  /** A piece of text as `[start, end)` of `source`: the page itself, or the piece with its references decoded. */
  text(source: string, start: number, end: number): void
}

/**
 * Reads HTML and keeps the stack of open elements: implied end tags, void elements, stray end tags. It hands out positions instead
 * of strings, because most of a page's names, attributes and texts are wanted by nobody.
 */
export class MarkupReader implements TokenHandler {
  readonly html: string
  readonly #handler: MarkupHandler
  #tagCode = 0
  #tagStart = 0
  #tagEnd = 0
  #attributes = 0
  /** Four numbers an attribute: name start and end, value start and end. */
  readonly #spans: number[] = []
  readonly #codes: number[] = []
  /** Names of the open elements that have no code, by depth; null for the others. */
  readonly #names: (string | null)[] = []
  /** How many of each such name are open: most stray end tags end nothing, and must not cost a walk. */
  readonly #openNames = new Map<string, number>()
  readonly #openCounts = new Int32Array(tagCount)
  /** Open `svg` and `math` elements. */
  #foreignDepth = 0

  constructor(html: string, handler: MarkupHandler) {
    this.html = html
    this.#handler = handler
  }

  read(): void {
    tokenizeHtml(this.html, this)
    while (this.#codes.length > 0) this.#pop()
  }

  /** Value of an attribute (name in lower case) of the element being opened; null where it has none. */
  value(name: string): string | null {
    const spans = this.#spans
    for (let i = 0; i < this.#attributes; i++) {
      const at = i * 4
      if (sameName(this.html, spans[at] as number, spans[at + 1] as number, name)) return this.#value(at)
    }
    return null
  }

  /** Attributes of the element being opened whose name (in lower case) matches. */
  attributesLike(name: RegExp): { name: string; value: string }[] {
    const found: { name: string; value: string }[] = []
    for (let i = 0; i < this.#attributes; i++) {
      const at = i * 4
      const written = this.html.slice(this.#spans[at], this.#spans[at + 1]).toLowerCase()
      if (name.test(written)) found.push({ name: written, value: this.#value(at) })
    }
    return found
  }

  /** Whether the element being opened has any attribute at all. */
  hasAttributes(): boolean {
    return this.#attributes > 0
  }

  openTagName(start: number, end: number): void {
    this.#tagCode = tagAt(this.html, start, end)
    this.#tagStart = start
    this.#tagEnd = end
    this.#attributes = 0
  }

  attribute(start: number, end: number, valueStart: number, valueEnd: number): void {
    if (this.#attributes === maxAttributes) return
    const at = this.#attributes++ * 4
    this.#spans[at] = start
    this.#spans[at + 1] = end
    this.#spans[at + 2] = valueStart
    this.#spans[at + 3] = valueEnd
  }

  openTagEnd(selfClosing: boolean): TextMode {
    const code = this.#tagCode
    const codes = this.#codes
    if (this.#foreignDepth > 0) {
      // Outside of SVG and MathML the slash means nothing.
      if (selfClosing) this.#handler.open(code, 0)
      else this.#push(code)
      return 'markup'
    }
    while (codes.length > 0 && impliesClose[code * tagCount + (codes[codes.length - 1] as number)] === 1) this.#pop()
    if (isVoid[code] === 1) this.#handler.open(code, 0)
    else this.#push(code)
    return textModes[code] as TextMode
  }

  closeTag(start: number, end: number): void {
    const code = tagAt(this.html, start, end)
    const codes = this.#codes
    if (isVoid[code] === 1 || this.#openCounts[code] === 0) return
    const name = code === tag.other ? this.html.slice(start, end).toLowerCase() : null
    if (name !== null && !this.#openNames.has(name)) return
    for (let i = codes.length - 1; i >= 0; i--) {
      const open = codes[i] as number
      if (open === code && this.#names[i] === name) {
        while (codes.length > i) this.#pop()
        return
      }
      if (!mayCross(code, open)) return
    }
  }

  text(start: number, end: number, hasReferences: boolean): void {
    if (hasReferences) {
      const decoded = decodeHTML(this.html.slice(start, end))
      this.#handler.text(decoded, 0, decoded.length)
    } else this.#handler.text(this.html, start, end)
  }

  cdata(start: number, end: number): void {
    if (this.#foreignDepth > 0) this.#handler.text(this.html, start, end)
  }

  #value(at: number): string {
    const value = this.html.slice(this.#spans[at + 2], this.#spans[at + 3])
    return value.includes('&') ? decodeHTMLAttribute(value) : value
  }

  #push(code: number): void {
    if (this.#codes.length >= maxDepth) {
      this.#handler.open(code, 0)
      return
    }
    this.#codes.push(code)
    this.#names.push(code === tag.other ? this.#openName() : null)
    this.#openCounts[code] = (this.#openCounts[code] as number) + 1
    if (code === tag.svg || code === tag.math) this.#foreignDepth++
    this.#handler.open(code, this.#codes.length)
  }

  #pop(): void {
    const code = this.#codes.pop() as number
    const name = this.#names.pop() ?? null
    if (name !== null) this.#closeName(name)
    this.#openCounts[code] = (this.#openCounts[code] as number) - 1
    if (code === tag.svg || code === tag.math) this.#foreignDepth--
    this.#handler.close(code, this.#codes.length + 1)
  }

  #openName(): string {
    const name = this.html.slice(this.#tagStart, this.#tagEnd).toLowerCase()
    this.#openNames.set(name, (this.#openNames.get(name) ?? 0) + 1)
    return name
  }

  #closeName(name: string): void {
    const open = this.#openNames.get(name) ?? 1
    if (open === 1) this.#openNames.delete(name)
    else this.#openNames.set(name, open - 1)
  }
}
