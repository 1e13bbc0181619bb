import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'
import { impliesClose, isVoid, mayCross, sameName, tag, tagAt, tagCount } from './tags.ts'

/** Deeper elements are read but not nested: browsers stop at the same depth. */
const maxDepth = 512
/** Further attributes of one element are ignored. */
const maxAttributes = 256

/** What a reader of markup wants to hear. `depth` counts from 1; the element's end comes with the same depth. */
export interface MarkupHandler {
  /** A start tag with its attributes, read through `attribute`. `depth` 0: the element has no content (void, or too deep). */
  open(code: number, depth: number): void
  close(code: number, depth: number): void
  /** A piece of text as `html[start, end)`; entities come apart through `character`. */
  text(start: number, end: number): void
  character(text: string): void
}

/**
 * Reads HTML as htmlparser2's tokenizer cuts it, and keeps the stack of open elements: implied end tags, void elements, stray end
 * tags. It hands out positions instead of strings, because most of a page's names, attributes and texts are wanted by nobody.
 */
export class MarkupReader implements TokenizerCallbacks {
  readonly html: string
  readonly #handler: MarkupHandler
  #tagCode = 0
  #tagStart = 0
  #tagEnd = 0
  #attributes = 0
  /** Four numbers an attribute: name start and end, value start and end. */
  readonly #spans: number[] = []
  /** Values that had an entity in them, by attribute; else null. */
  readonly #decoded: (string | null)[] = []
  readonly #codes: number[] = []
  /** Names of the open elements that have no code, by depth; null for the others. */
  readonly #names: (string | null)[] = []
  /** How many of each such name are open: most stray end tags end nothing, and must not cost a walk. */
  readonly #openNames = new Map<string, number>()
  readonly #openCounts = new Int32Array(tagCount)
  #svgDepth = 0

  constructor(html: string, handler: MarkupHandler) {
    this.html = html
    this.#handler = handler
  }

  read(): void {
    const tokenizer = new Tokenizer({}, this)
    tokenizer.write(this.html)
    tokenizer.end()
  }

  /** Value of an attribute (name in lower case) of the element being opened; null where it has none. */
  attribute(name: string): string | null {
    const spans = this.#spans
    for (let i = 0; i < this.#attributes; i++) {
      const at = i * 4
      if (!sameName(this.html, spans[at] as number, spans[at + 1] as number, name)) continue
      return this.#decoded[i] ?? this.html.slice(spans[at + 2], spans[at + 3])
    }
    return null
  }

  /** Attributes of the element being opened whose name (in lower case) matches. */
  attributesLike(name: RegExp): { name: string; value: string }[] {
    const found: { name: string; value: string }[] = []
    for (let i = 0; i < this.#attributes; i++) {
      const at = i * 4
      const written = this.html.slice(this.#spans[at], this.#spans[at + 1]).toLowerCase()
      if (!name.test(written)) continue
      found.push({
        name: written,
        value: this.#decoded[i] ?? this.html.slice(this.#spans[at + 2], this.#spans[at + 3]),
      })
    }
    return found
  }

  /** Whether the element being opened has any attribute at all. */
  hasAttributes(): boolean {
    return this.#attributes > 0
  }

  /** Where the element being opened sits: inside SVG, `title` and `a` are other elements. */
  get insideSvg(): boolean {
    return this.#svgDepth > 0
  }

  onopentagname(start: number, end: number): void {
    this.#tagCode = tagAt(this.html, start, end)
    this.#tagStart = start
    this.#tagEnd = end
    this.#attributes = 0
  }

  onattribname(start: number, end: number): void {
    if (this.#attributes === maxAttributes) return
    const at = this.#attributes * 4
    this.#spans[at] = start
    this.#spans[at + 1] = end
    this.#spans[at + 2] = 0
    this.#spans[at + 3] = 0
    this.#decoded[this.#attributes] = null
    this.#attributes++
  }

  onattribdata(start: number, end: number): void {
    const last = this.#attributes - 1
    const at = last * 4
    const decoded = this.#decoded[last]
    if (typeof decoded === 'string') this.#decoded[last] = decoded + this.html.slice(start, end)
    else {
      this.#spans[at + 2] = start
      this.#spans[at + 3] = end
    }
  }

  onattribentity(codepoint: number): void {
    const last = this.#attributes - 1
    const at = last * 4
    const before = this.#decoded[last] ?? this.html.slice(this.#spans[at + 2], this.#spans[at + 3])
    this.#decoded[last] = before + String.fromCodePoint(codepoint)
  }

  onattribend(): void {}

  onopentagend(): void {
    const code = this.#tagCode
    const codes = this.#codes
    while (codes.length > 0 && impliesClose[code * tagCount + (codes[codes.length - 1] as number)] === 1) this.#pop()
    if (isVoid[code] === 1 || codes.length >= maxDepth) {
      this.#handler.open(code, 0)
      return
    }
    codes.push(code)
    this.#names.push(code === tag.other ? this.#openName() : null)
    this.#openCounts[code] = (this.#openCounts[code] as number) + 1
    if (code === tag.svg) this.#svgDepth++
    this.#handler.open(code, codes.length)
  }

  onselfclosingtag(): void {
    // Outside SVG the slash means nothing.
    if (this.#svgDepth > 0) this.#handler.open(this.#tagCode, 0)
    else this.onopentagend()
  }

  onclosetag(start: number, end: number): void {
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

  ontext(start: number, end: number): void {
    this.#handler.text(start, end)
  }

  ontextentity(codepoint: number): void {
    this.#handler.character(String.fromCodePoint(codepoint))
  }

  oncdata(start: number, end: number, endOffset: number): void {
    if (this.#svgDepth > 0) this.#handler.text(start, end - endOffset)
  }

  onend(): void {
    while (this.#codes.length > 0) this.#pop()
  }

  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  isInForeignContext(): boolean {
    return this.#svgDepth > 0
  }

  #pop(): void {
    const code = this.#codes.pop() as number
    const name = this.#names.pop() ?? null
    if (name !== null) this.#closeName(name)
    this.#openCounts[code] = (this.#openCounts[code] as number) - 1
    if (code === tag.svg) this.#svgDepth--
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
