/** What a document is, by what is in it rather than by what it is called. */
export type SitemapKind = 'urlset' | 'index' | 'text' | 'rss' | 'atom' | 'html' | 'unknown'

/** Longest text of one field, and longest line: what is longer is no URL. */
export const maxTextChars = 8_192

/** Most hreflang alternates kept of one entry. */
export const maxAlternates = 200

/** An entry as it is written, references neither resolved nor checked. */
export type RawEntry = {
  kind: 'page' | 'sitemap'
  loc: string
  lastmod: string
  changefreq: string
  priority: string
  alternates: { hreflang: string; href: string }[]
}

/** Turns text into entries, piece by piece, keeping no more than the entry it is in. */
export type SitemapReader = {
  push(text: string): RawEntry[]
  /** `complete`: the document ended by itself; otherwise it was cut, and its last line may be half a URL. */
  end(how: { complete: boolean }): RawEntry[]
  kind(): SitemapKind
  problems(): string[]
}

export function emptyEntry(kind: RawEntry['kind']): RawEntry {
  return { kind, loc: '', lastmod: '', changefreq: '', priority: '', alternates: [] }
}
