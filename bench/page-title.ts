import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node

/** Titles stand in the head: parse5 takes milliseconds for a page, so it is given the rest only where there was none. */
const headChars = 65_536

/** The title of a page as a browser has it (`document.title`), '' where there is none. By parse5, which the crawler doesn't use. */
export function pageTitle(bytes: Uint8Array): string {
  const html = decode(bytes)
  const title = titleOf(parse(html.slice(0, headChars))) ?? (html.length > headChars ? titleOf(parse(html)) : null)
  return title === null ? '' : collapse(title)
}

export function collapse(text: string): string {
  return text.replace(/[\t\n\f\r ]+/g, ' ').trim()
}

function titleOf(node: Node): string | null {
  if (node.nodeName === 'title' && 'namespaceURI' in node && node.namespaceURI.endsWith('/xhtml')) {
    return node.childNodes.map((child) => ('value' in child ? child.value : '')).join('')
  }
  for (const child of 'childNodes' in node ? node.childNodes : []) {
    const title = titleOf(child)
    if (title !== null) return title
  }
  return null
}

/** The charset the page names; UTF-8 where that fits, windows-1252 otherwise: what a browser does without a header. */
function decode(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')
  const named = /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1]
  if (named !== undefined) return new TextDecoder(named).decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
