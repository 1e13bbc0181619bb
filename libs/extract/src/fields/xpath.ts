import { type AnyNode, type Document, isComment, isTag, isText } from 'domhandler'
import fontoxpath from 'fontoxpath'
import type { PageElement } from './page-dom.ts'

/** What an XPath gives: nodes, or texts (attributes are their value). */
export type XPathResult = PageElement | string

interface Attribute {
  nodeType: 2
  name: string
  localName: string
  nodeName: string
  namespaceURI: null
  prefix: null
  value: string
  owner: PageElement
}

/**
 * Steps over the tree that one expression may take on one page: about half a second. To put what it found in order fontoxpath walks up from two
 * nodes and along their siblings for each comparison, which a megabyte of siblings at the depth limit makes 17 s of CPU.
 */
export const maxXPathSteps = 5_000_000
/** Siblings that are passed in the time of a step upwards. */
const siblingsAStep = 64

/** A page's tree as fontoxpath walks it. Throws once that takes too many steps. */
class Facade {
  readonly #attributes = new WeakMap<PageElement, Attribute[]>()
  #steps = 0

  #step(steps: number): void {
    this.#steps += steps
    if (this.#steps > maxXPathSteps) throw new Error(`takes more than ${maxXPathSteps} steps on this page`)
  }

  getAllAttributes(node: PageElement): Attribute[] {
    let attributes = this.#attributes.get(node)
    if (attributes === undefined) {
      attributes = Object.entries(node.attribs).map(([name, value]) => ({
        nodeType: 2,
        name,
        localName: name,
        nodeName: name,
        namespaceURI: null,
        prefix: null,
        value,
        owner: node,
      }))
      this.#attributes.set(node, attributes)
    }
    return attributes
  }
  getAttribute(node: PageElement, name: string): string | null {
    return node.attribs[name] ?? null
  }
  getChildNodes(node: AnyNode): AnyNode[] {
    if (!('children' in node)) return []
    this.#step(node.children.length / siblingsAStep)
    return node.children
  }
  getData(node: AnyNode | Attribute): string {
    if ('value' in node) return node.value
    return isText(node) || isComment(node) ? node.data : ''
  }
  getFirstChild(node: AnyNode): AnyNode | null {
    this.#step(1)
    return ('children' in node ? node.children[0] : undefined) ?? null
  }
  getLastChild(node: AnyNode): AnyNode | null {
    this.#step(1)
    return ('children' in node ? node.children.at(-1) : undefined) ?? null
  }
  getNextSibling(node: AnyNode): AnyNode | null {
    this.#step(1)
    return node.next
  }
  getParentNode(node: AnyNode | Attribute): AnyNode | null {
    this.#step(1)
    return 'owner' in node ? node.owner : node.parent
  }
  getPreviousSibling(node: AnyNode): AnyNode | null {
    this.#step(1)
    return node.prev
  }
}

/** Evaluates XPath 3.1 on a page's tree. Throws where the expression is none, or goes wrong on this page. */
export function selectXPath(expression: string, document: Document): XPathResult[] {
  // Our facade has the methods that fontoxpath's interface asks for; its node types are those of browsers.
  const results = fontoxpath.evaluateXPath(
    expression,
    document as never,
    new Facade() as never,
    null,
    fontoxpath.evaluateXPath.ALL_RESULTS_TYPE,
  ) as unknown[]
  return results.flatMap((result): XPathResult[] => {
    if (result === null || result === undefined) return []
    if (typeof result !== 'object') return [String(result)]
    if ('owner' in result) return [(result as unknown as Attribute).value]
    const node = result as AnyNode
    if (isText(node) || isComment(node)) return [node.data]
    return isTag(node) ? [node as PageElement] : []
  })
}
