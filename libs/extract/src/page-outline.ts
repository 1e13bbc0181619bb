import { type MarkupHandler, MarkupReader } from './markup-reader.ts'
import { breaksText, isVoid, mutesText, tag } from './tags.ts'
import { plain } from './text.ts'

/** Elements and pieces of text kept; what lies beyond is not looked at. */
const maxElements = 60_000
const maxPieceChars = 2_000
/** Of an element's text; whatever is looked for is shorter. */
const maxTextChars = 1_000

/** An element of the outline. */
export interface OutlineElement {
  code: number
  /** Index of the parent, -1 at the top. */
  parent: number
  /** class, id, itemprop, name and the like, in lower case. */
  hint: string
  /** The pieces of text inside are `[from, to)`. */
  from: number
  to: number
  disabled: boolean
}

export interface OutlineId {
  /** Name of the attribute or field in lower case: `data-sku`, `product_id`. */
  name: string
  value: string
}

/** The visible text of a page with the elements around it, flat: enough to ask what stands where, far less than a DOM. */
export interface PageOutline {
  elements: OutlineElement[]
  /** Texts in document order; a line break of the page is a piece of its own, ` `. */
  pieces: string[]
  /** Innermost element of each piece. */
  owners: number[]
  /** Characters of text before each piece. */
  offsets: number[]
  /** Attributes and hidden fields whose name says that they hold an id of a product. */
  ids: OutlineId[]
  /** Collapsed; the beginning of a long one. */
  textOf(element: OutlineElement): string
}

const idName =
  /^(?:data-)?(?:(?:default-|current-|main-)?(?:sku|asin|ean|gtin|mpn)(?:[-_]?id)?|(?:master|parent|catalog)?[-_]?(?:product|prod|item|article|artikel|article|goods|offer|listing|ad|deal)[-_]?(?:id|code|no|nr|number|sku|num)|pid|products_id|id[-_]product)$/
/** Attributes whose words say what an element is for. */
const hintName =
  /^(?:class|id|itemprop|property|name|aria-label|data-(?:qa|test|hook|role|action|feature|auto|selector|cy|ui)[\w-]*)$/
const maxHintChars = 300
const hiddenClass = /(?:^|[\s_-])(?:hidden|hide|d-none|visually-hidden|sr-only|is-hidden)(?:$|\s)/

export function readOutline(html: string): PageOutline {
  const reader = new OutlineReader(html)
  reader.read()
  return reader.outline
}

class OutlineReader implements MarkupHandler {
  readonly outline: PageOutline
  readonly #reader: MarkupReader
  readonly #elements: OutlineElement[] = []
  readonly #pieces: string[] = []
  readonly #owners: number[] = []
  readonly #offsets: number[] = []
  readonly #ids: OutlineId[] = []
  /** Open elements, by depth. */
  readonly #open: number[] = []
  #mutedDepth = 0
  #chars = 0
  #fresh = true

  constructor(html: string) {
    this.#reader = new MarkupReader(html, this)
    this.outline = {
      elements: this.#elements,
      pieces: this.#pieces,
      owners: this.#owners,
      offsets: this.#offsets,
      ids: this.#ids,
      textOf: (element) => plain(this.#pieces.slice(element.from, element.to).join('').slice(0, maxTextChars)),
    }
  }

  read(): void {
    this.#reader.read()
  }

  open(code: number, depth: number): void {
    if (this.#mutedDepth !== 0) return
    if (breaksText[code] === 1) this.#break()
    if (mutesText[code] === 1 || code === tag.title || this.#isHidden(code)) {
      if (depth !== 0) this.#mutedDepth = depth
      return
    }
    const reader = this.#reader
    this.#collectIds(code)
    if (this.#elements.length >= maxElements) return
    const element: OutlineElement = {
      code,
      parent: this.#open.at(-1) ?? -1,
      hint: reader.hasAttributes() ? this.#hint() : '',
      from: this.#pieces.length,
      to: this.#pieces.length,
      disabled: reader.value('disabled') !== null || reader.value('aria-disabled') === 'true',
    }
    if (isVoid[code] === 0 && depth !== 0) {
      this.#open[depth - 1] = this.#elements.length
      this.#open.length = depth
    }
    this.#elements.push(element)
    this.#fresh = true
    if (code === tag.input) this.#readInput(element)
  }

  close(code: number, depth: number): void {
    if (depth === this.#mutedDepth) {
      this.#mutedDepth = 0
      return
    }
    if (this.#mutedDepth !== 0) return
    if (this.#open.length >= depth) {
      const element = this.#elements[this.#open[depth - 1] ?? -1]
      if (element !== undefined) element.to = this.#pieces.length
      this.#open.length = depth - 1
      this.#fresh = true
    }
    if (breaksText[code] === 1) this.#break()
  }

  text(source: string, start: number, end: number): void {
    if (this.#mutedDepth === 0) this.#add(source.slice(start, Math.min(end, start + maxPieceChars)))
  }

  #add(text: string): void {
    const last = this.#pieces.length - 1
    if (this.#fresh || last < 0) this.#push(text)
    else if ((this.#pieces[last] as string).length < maxPieceChars) this.#pieces[last] += text
    this.#chars += text.length
  }

  #push(text: string): void {
    this.#pieces.push(text)
    this.#owners.push(this.#open.at(-1) ?? -1)
    this.#offsets.push(this.#chars)
    this.#fresh = false
  }

  #break(): void {
    if (this.#pieces.at(-1) !== ' ') this.#push(' ')
    this.#fresh = true
  }

  #isHidden(code: number): boolean {
    const reader = this.#reader
    if (!reader.hasAttributes() || code === tag.body || code === tag.html || code === tag.input) return false
    if (reader.value('hidden') !== null) return true
    const style = reader.value('style')
    if (style !== null && /display\s*:\s*none/i.test(style)) return true
    const name = reader.value('class')
    return name !== null && hiddenClass.test(name) && !/sr-only|visually-hidden/.test(name)
  }

  #hint(): string {
    let hint = ''
    for (const { value } of this.#reader.attributesLike(hintName)) if (value !== '') hint += `${value} `
    return hint.slice(0, maxHintChars).toLowerCase()
  }

  #collectIds(code: number): void {
    if (this.#ids.length >= 2_000 || !this.#reader.hasAttributes()) return
    for (const { name, value } of this.#reader.attributesLike(idName)) this.#ids.push({ name, value })
    if (code !== tag.input) return
    const name = (this.#reader.value('name') ?? '').toLowerCase().replace(/[[\]]/g, '')
    const value = this.#reader.value('value')
    if (value !== null && idName.test(name)) this.#ids.push({ name, value })
  }

  /** The face of a button that is an input is its value. */
  #readInput(element: OutlineElement): void {
    const type = (this.#reader.value('type') ?? '').toLowerCase()
    if (type !== 'submit' && type !== 'button' && type !== 'image') return
    const face = this.#reader.value('value') ?? this.#reader.value('alt') ?? ''
    this.#push(face)
    this.#owners[this.#owners.length - 1] = this.#elements.length - 1
    element.to = this.#pieces.length
    this.#fresh = true
  }
}
