/** What is read of a robots.txt (RFC 9309 §2.5 asks for 500 KiB at least); the rest is ignored. */
export const maxRobotsBytes = 512_000
/** Longer lines are cut, as in Google's parser: eight times what a URL may have, for `Disallow: ` and escapes. */
export const maxRobotsLineChars = 16_663

/** `other-rule`: belongs to its group in some dialect, says nothing to us. */
export type Key = 'user-agent' | 'allow' | 'disallow' | 'crawl-delay' | 'sitemap' | 'other-rule'

const keys: Readonly<Record<string, Key>> = {
  // With the misspellings that Google's parser accepts.
  'user-agent': 'user-agent',
  useragent: 'user-agent',
  'user agent': 'user-agent',
  allow: 'allow',
  disallow: 'disallow',
  dissallow: 'disallow',
  dissalow: 'disallow',
  disalow: 'disallow',
  diasllow: 'disallow',
  disallaw: 'disallow',
  'crawl-delay': 'crawl-delay',
  crawldelay: 'crawl-delay',
  'crawl delay': 'crawl-delay',
  noindex: 'other-rule',
  'request-rate': 'other-rule',
  'visit-time': 'other-rule',
  'clean-param': 'other-rule',
  sitemap: 'sitemap',
  'site-map': 'sitemap',
}

/** The lines of a robots.txt that say something, comments and blanks gone. */
export function* readEntries(body: string | Uint8Array): Generator<{ key: Key; value: string }> {
  for (const line of readText(body).split(/\r\n|\n|\r/)) {
    const entry = readLine(line)
    if (entry) yield entry
  }
}

function readText(body: string | Uint8Array): string {
  const cut = body.length > maxRobotsBytes
  const head = cut ? body.slice(0, maxRobotsBytes) : body
  // TextDecoder drops the BOM of its own encoding.
  const text = typeof head === 'string' ? head.replace(/^\uFEFF/, '') : new TextDecoder(encodingOf(head)).decode(head)
  if (!cut) return text
  // Half a rule would match more than the whole one.
  return text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1)
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
}

function readLine(line: string): { key: Key; value: string } | null {
  const text = (line.slice(0, maxRobotsLineChars).split('#', 1)[0] ?? '').trim()
  const colon = text.indexOf(':')
  if (colon >= 0) return entryOf(text.slice(0, colon), text.slice(colon + 1))
  // Google's parser, and with it most of the web, lets the colon be forgotten where two words are all there is.
  const words = /^(\S+)\s+(\S+)$/.exec(text)
  return words ? entryOf(words[1] ?? '', words[2] ?? '') : null
}

function entryOf(name: string, value: string): { key: Key; value: string } | null {
  const word = name.trim().toLowerCase()
  const key = Object.hasOwn(keys, word) ? keys[word] : undefined
  return key ? { key, value: value.trim() } : null
}
