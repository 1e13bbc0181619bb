import { Tokenizer } from 'htmlparser2'

/** Longest tag without its attributes' values, comment, section or declaration that is read to its end. */
export const maxTokenChars = 1_048_576
/** An attribute whose value is longer is left out: it is no URL. */
const maxAttributeChars = 8_192

export type XmlEvents = {
  /** Names as written, prefix included. Attributes only where `wantsAttributes` said so. */
  open(name: string, attributes: ReadonlyMap<string, string>): void
  close(name: string): void
  text(text: string): void
  /** `<!DOCTYPE …>`, `<!ENTITY …>`: what is between `<!` and the next `>`. */
  declaration(text: string): void
  wantsAttributes(name: string): boolean
}

export type XmlTokens = {
  /** False once a token is longer than {@link maxTokenChars}: nothing more is read then. */
  push(text: string): boolean
}

/**
 * XML tokens from text that comes in pieces, well-formed or not: htmlparser2's tokenizer without its parser, because the
 * parser keeps a stack that a document of unclosed tags makes as long as itself and searches at every closing tag. Only
 * the five entities of XML and numbers are decoded; entities that the document declares are not, so they can't expand.
 */
export function makeXmlTokens(events: XmlEvents): XmlTokens {
  let held = ''
  let heldFrom = 0
  let doneTo = 0
  let tag = ''
  let attributes: Map<string, string> | null = null
  let attribute = ''
  let value = ''

  const slice = (start: number, end: number) => held.slice(start - heldFrom, end - heldFrom)
  const opened = (end: number) => {
    doneTo = end
    events.open(tag, attributes ?? none)
  }
  const tokenizer = new Tokenizer(
    { xmlMode: true, decodeEntities: true },
    {
      onopentagname(start, end) {
        tag = slice(start, end)
        attributes = events.wantsAttributes(tag) ? new Map() : null
      },
      onattribname(start, end) {
        attribute = attributes === null ? '' : slice(start, end)
        value = ''
      },
      onattribdata(start, end) {
        // A long value comes in pieces: what is held of it would be copied, and kept, for each of them.
        doneTo = end
        if (attributes !== null && value.length <= maxAttributeChars) value += slice(start, end)
      },
      onattribentity(codepoint) {
        if (value.length <= maxAttributeChars) value += String.fromCodePoint(codepoint)
      },
      onattribend() {
        const isShort = value.length <= maxAttributeChars
        if (attributes !== null && isShort && !attributes.has(attribute)) attributes.set(attribute, value)
        value = ''
      },
      onopentagend: opened,
      onselfclosingtag(end) {
        opened(end)
        events.close(tag)
      },
      onclosetag(start, end) {
        doneTo = end
        events.close(slice(start, end))
      },
      ontext(start, end) {
        doneTo = end
        events.text(slice(start, end))
      },
      ontextentity(codepoint, end) {
        doneTo = end
        events.text(String.fromCodePoint(codepoint))
      },
      oncdata(start, end, endOffset) {
        doneTo = end
        events.text(slice(start, end - endOffset))
      },
      oncomment(_start, end) {
        doneTo = end
      },
      ondeclaration(start, end) {
        doneTo = end
        events.declaration(slice(start, end))
      },
      onprocessinginstruction(_start, end) {
        doneTo = end
      },
      onend() {},
    },
  )

  return {
    push(text) {
      held = held.slice(doneTo - heldFrom) + text
      heldFrom = doneTo
      if (held.length > maxTokenChars + text.length) return false
      tokenizer.write(text)
      return true
    },
  }
}

const none: ReadonlyMap<string, string> = new Map()
