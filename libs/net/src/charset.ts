import { TextDecoder } from 'node:util'
import { labelOfMeta } from './meta-prescan.ts'

export interface DecodedText {
  text: string
  /** The WHATWG name of the encoding, lower case. */
  charset: string
}

/**
 * Reads a body as a browser would (WHATWG HTML, "encoding sniffing"): byte order mark, then the charset of the
 * `content-type` header, then the document's own `<meta>` or XML declaration; failing all, UTF-8 where every byte
 * fits it and windows-1252 otherwise. Bytes that don't fit become U+FFFD; the mark itself is not part of the text.
 */
export function decodeText(body: Uint8Array, contentTypeHeader: string | null): DecodedText {
  const marked = charsetOfMark(body)
  if (marked !== null) return decodeAs(marked, body)
  const declared = knownCharset(charsetParameter(contentTypeHeader)) ?? knownCharset(labelOfMeta(body))
  if (declared !== null) return decodeAs(declared, body)
  return undeclared(body)
}

function charsetOfMark(body: Uint8Array): string | null {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8'
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be'
  // `<?x` in two bytes each: an XML declaration tells UTF-16 as well as a mark does.
  if (startsWith(body, '<\0?\0x\0')) return 'utf-16le'
  if (startsWith(body, '\0<\0?\0x')) return 'utf-16be'
  return null
}

function startsWith(body: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (body[i] !== text.charCodeAt(i)) return false
  return true
}

const charsetPattern = /(?:^|;)\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]+))/i

function charsetParameter(contentType: string | null): string | null {
  if (contentType === null) return null
  const match = charsetPattern.exec(contentType)
  // Servers write charset='utf-8' too.
  return match === null ? null : (match[1] ?? match[2] ?? '').replace(/^'|'$/g, '')
}

const decoders = new Map<string, TextDecoder>()

function decoderOf(charset: string): TextDecoder {
  let decoder = decoders.get(charset)
  if (decoder === undefined) {
    decoder = new TextDecoder(charset)
    decoders.set(charset, decoder)
  }
  return decoder
}

function decodeAs(charset: string, body: Uint8Array): DecodedText {
  return { text: decoderOf(charset).decode(body), charset }
}

/** The encoding a label names (WHATWG Encoding, "get an encoding"), or null. */
function knownCharset(label: string | null): string | null {
  if (label === null || label === '') return null
  const name = label.trim().toLowerCase()
  if (name === 'utf-8' || name === 'utf8') return 'utf-8'
  try {
    return new TextDecoder(name).encoding
  } catch {
    return null // not a label of the standard: as if it were absent
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

function undeclared(body: Uint8Array): DecodedText {
  try {
    const text = strictUtf8.decode(body)
    // ASCII is both; the standard's default is the one to name.
    return { text, charset: text.length === body.length ? 'windows-1252' : 'utf-8' }
  } catch {
    return decodeAs('windows-1252', body)
  }
}
