/** Bytes looked at for the encoding: an XML declaration is at the very start and short. */
const headBytes = 256

export type SitemapDecoder = { push(bytes: Uint8Array): string; end(): string }

/**
 * Bytes of an XML or text document to text, in pieces. The encoding is that of the byte order mark, of the zero bytes of
 * UTF-16, of the content type's charset, of the XML declaration, or UTF-8, in this order; broken sequences become U+FFFD.
 */
export function makeSitemapDecoder(contentType: string | null): SitemapDecoder {
  let head: Uint8Array = new Uint8Array(0)
  let decoder: InstanceType<typeof TextDecoder> | null = null

  return {
    push(bytes) {
      if (decoder !== null) return decoder.decode(bytes, { stream: true })
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes])
      if (head.length < headBytes) return ''
      decoder = new TextDecoder(encodingOf(head, contentType))
      return decoder.decode(head, { stream: true })
    },
    end() {
      return decoder === null ? new TextDecoder(encodingOf(head, contentType)).decode(head) : decoder.decode()
    },
  }
}

function encodingOf(head: Uint8Array, contentType: string | null): string {
  const [a, b, c] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a !== 0 && b === 0) return 'utf-16le'
  if (a === 0 && b !== 0) return 'utf-16be'

  const ascii = Buffer.from(head.subarray(0, headBytes)).toString('latin1')
  const named = [
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '')?.[1],
    /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)/i.exec(ascii)?.[1],
  ]
  // One byte a character, so it can't be UTF-16, whatever it says.
  return named.find((label) => label !== undefined && !/^utf-?(16|32)/i.test(label) && isKnown(label)) ?? 'utf-8'
}

function isKnown(label: string): boolean {
  try {
    new TextDecoder(label)
    return true
  } catch {
    return false
  }
}
