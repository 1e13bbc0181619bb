import { type AnyNode, type Document, DomHandler, Element, isTag, isText } from 'domhandler'
import { Parser } from 'htmlparser2'
import { breaksText, mutesText, tag } from '../tags.ts'

/** Deeper elements are left out, their texts kept: whoever walks the tree may then recurse. */
const maxDepth = 256
/**
 * Elements that the parser keeps open at once. Each that is opened shifts all that are: without a limit a page of start tags alone costs
 * the square of its length.
 */
const maxOpen = 512
/** Of one element's text. */
const maxTextChars = 200_000

/** An element with the names that XPath asks for. */
export class PageElement extends Element {
  readonly namespaceURI = null
  readonly prefix = null
  get localName(): string {
    return this.name
  }
  get nodeName(): string {
    return this.name
  }
}

/** What the parser has open: its own business, but for the limit that it lacks. */
interface OpenElements {
  readonly stack: readonly string[]
  popElement(isImplied: boolean): void
}

class PageDomHandler extends DomHandler {
  #left = 0
  #open: OpenElements | null = null
  /** The element that begins is one too deep: the parser has been told to forget it. */
  #isForgotten = false

  override onparserinit(parser: Parser): void {
    this.#open = parser as unknown as OpenElements
    super.onparserinit(parser)
  }

  onopentagname(): void {
    if (this.#open === null || this.#open.stack.length <= maxOpen) return
    this.#isForgotten = true
    this.#open.popElement(true)
  }

  override onopentag(name: string, attribs: Record<string, string>): void {
    if (this.#isForgotten) {
      this.#isForgotten = false
      return
    }
    if (this.tagStack.length >= maxDepth) {
      this.#left++
      return
    }
    const element = new PageElement(name, attribs)
    this.addNode(element)
    this.tagStack.push(element)
  }

  override onclosetag(): void {
    if (this.#isForgotten) return
    if (this.#left > 0) this.#left--
    else super.onclosetag()
  }

  // A doctype is no node of XPath's.
  override onprocessinginstruction(): void {}
}

/** The tree of a page: paid for only where a site has selectors. Never throws. */
export function readDom(html: string): Document {
  const handler = new PageDomHandler()
  new Parser(handler).end(html)
  return handler.root
}

/** The text below a node as a browser would show it, its lines as words apart; of a script its source. */
export function nodeText(node: AnyNode): string {
  let text = ''
  const read = (at: AnyNode, isTop: boolean): void => {
    if (text.length > maxTextChars) return
    if (isText(at)) text += at.data
    else if (isTag(at)) {
      const code = (tag as Record<string, number | undefined>)[at.name] ?? tag.other
      if (!isTop && mutesText[code] === 1) return
      if (breaksText[code] === 1) text += ' '
      for (const child of at.children) read(child, false)
      if (breaksText[code] === 1) text += ' '
    } else if ('children' in at) for (const child of at.children) read(child, false)
  }
  read(node, true)
  return text
}
