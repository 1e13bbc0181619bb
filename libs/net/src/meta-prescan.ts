/**
 * Bytes searched for a declaration. The standard's prescan may stop at 1024, and its parser starts over when it meets
 * a later `<meta>`; reading on at once comes to the same without parsing twice.
 */
const maxPrescanBytes = 65_536

/**
 * The encoding label a document declares for itself, or null: WHATWG HTML "prescan a byte stream to determine its
 * encoding", with an XML declaration as the last resort. `utf-16…` is answered as `utf-8` and `x-user-defined` as
 * `windows-1252`, since a declaration that could be read was in neither.
 */
export function labelOfMeta(body: Uint8Array): string | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, maxPrescanBytes))
  const label = prescan(bytes.toString('latin1'))
  if (label === null) return null
  const name = label.trim().toLowerCase()
  if (name.startsWith('utf-16') || name === 'unicode' || name === 'ucs-2' || name === 'iso-10646-ucs-2') return 'utf-8'
  return name === 'x-user-defined' ? 'windows-1252' : label
}

function prescan(text: string): string | null {
  let at = 0
  for (;;) {
    at = text.indexOf('<', at)
    if (at === -1) return xmlEncoding(text)
    if (text.startsWith('<!--', at)) {
      // `<!-->` is a whole comment: its dashes may overlap.
      const end = text.indexOf('-->', at + 2)
      if (end === -1) return xmlEncoding(text)
      at = end + 3
    } else if (metaStart.test(text.slice(at, at + 6))) {
      const meta = readMeta(text, at + 6)
      if (meta === null) return xmlEncoding(text)
      if (meta.label !== null) return meta.label
      at = meta.end
    } else if (tagStart.test(text.slice(at, at + 3))) {
      at = skipTag(text, at)
      if (at === -1) return xmlEncoding(text)
    } else if (text[at + 1] === '!' || text[at + 1] === '/' || text[at + 1] === '?') {
      at = text.indexOf('>', at)
      if (at === -1) return xmlEncoding(text)
      at++
    } else at++
  }
}

const metaStart = /^<meta[\t\n\f\r /]$/i
const tagStart = /^<\/?[a-z]/i
const space = /[\t\n\f\r ]/

interface Attribute {
  name: string
  value: string
  end: number
}

/** The declaration in one `<meta>`, read from behind its name; null when the text ends first. */
function readMeta(text: string, from: number): { label: string | null; end: number } | null {
  const seen = new Set<string>()
  let gotPragma = false
  let needPragma: boolean | null = null
  let label: string | null = null
  let at = from
  for (;;) {
    const attribute = readAttribute(text, at)
    if (attribute === null) return null
    if (attribute === 'none') break
    at = attribute.end
    if (seen.has(attribute.name)) continue
    seen.add(attribute.name)
    if (attribute.name === 'http-equiv') gotPragma ||= attribute.value === 'content-type'
    else if (attribute.name === 'content' && label === null) {
      const found = charsetInContent(attribute.value)
      if (found !== null) {
        label = found
        needPragma = true
      }
    } else if (attribute.name === 'charset') {
      label = attribute.value
      needPragma = false
    }
  }
  if (needPragma === null || (needPragma && !gotPragma) || !isKnown(label)) label = null
  return { label, end: at }
}

function isKnown(label: string | null): boolean {
  if (label === null) return false
  try {
    new TextDecoder(label)
    return true
  } catch {
    return false // an unknown label: the search goes on
  }
}

/** Behind the tag that starts at `from`, or -1 when the text ends first. */
function skipTag(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '>' && !space.test(text[at] as string)) at++
  for (;;) {
    const attribute = readAttribute(text, at)
    if (attribute === null) return -1
    if (attribute === 'none') return skipSpace(text, at)
    at = attribute.end
  }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && (text[at] === '/' || space.test(text[at] as string))) at++
  return at
}

/** WHATWG "get an attribute": null at the end of the text, `none` at the tag's `>` (which is not passed). */
function readAttribute(text: string, from: number): Attribute | 'none' | null {
  let at = skipSpace(text, from)
  if (at >= text.length) return null
  if (text[at] === '>') return 'none'
  const nameFrom = at
  while (at < text.length) {
    const char = text[at] as string
    if ((char === '=' && at > nameFrom) || char === '/' || char === '>' || space.test(char)) break
    at++
  }
  const name = text.slice(nameFrom, at).toLowerCase()
  while (at < text.length && space.test(text[at] as string)) at++
  if (at >= text.length) return null
  if (text[at] !== '=') return { name, value: '', end: at }
  at++
  while (at < text.length && space.test(text[at] as string)) at++
  if (at >= text.length) return null
  const quote = text[at] as string
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, at + 1)
    return end === -1 ? null : { name, value: text.slice(at + 1, end).toLowerCase(), end: end + 1 }
  }
  const valueFrom = at
  while (at < text.length && text[at] !== '>' && !space.test(text[at] as string)) at++
  return at >= text.length ? null : { name, value: text.slice(valueFrom, at).toLowerCase(), end: at }
}

/** WHATWG "extracting a character encoding from a meta element": the charset in `text/html; charset=…`. */
function charsetInContent(content: string): string | null {
  const match = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^"'\t\n\f\r ;][^\t\n\f\r ;]*))/i.exec(content)
  return match === null ? null : (match[1] ?? match[2] ?? match[3] ?? null)
}

/** `<?xml … encoding="…"?>` at the very start. */
function xmlEncoding(text: string): string | null {
  if (!text.startsWith('<?xml')) return null
  const end = text.indexOf('>')
  if (end === -1) return null
  return (
    /encoding[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)')/.exec(text.slice(0, end))?.slice(1).find(Boolean) ?? null
  )
}
