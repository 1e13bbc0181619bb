import type { RawEntry, SitemapReader } from './sitemap-reader.ts'
import { emptyEntry, maxTextChars } from './sitemap-reader.ts'

/** A plain text sitemap: one absolute URL a line; other lines mean nothing. */
export function makeTextReader(): SitemapReader {
  let line = ''
  let kind: 'text' | 'unknown' = 'unknown'

  const take = (entries: RawEntry[]) => {
    const loc = line.trim()
    if (/^https?:\/\//i.test(loc) && loc.length <= maxTextChars) {
      kind = 'text'
      entries.push({ ...emptyEntry('page'), loc })
    }
    line = ''
  }
  return {
    push(text) {
      const entries: RawEntry[] = []
      let from = 0
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
        line += text.slice(from, at)
        from = at + 1
        take(entries)
      }
      // What is too long for a URL is kept only as long as it takes to see that.
      line = (line + text.slice(from)).slice(0, maxTextChars + 1)
      return entries
    },
    end({ complete }) {
      const entries: RawEntry[] = []
      if (complete) take(entries)
      return entries
    },
    kind: () => kind,
    problems: () => [],
  }
}
