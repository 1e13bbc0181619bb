import { hostOf, makeResolver } from '@seine/urls'
import type { Bytes, BytesReport } from './sitemap-bytes.ts'
import { sitemapBytes } from './sitemap-bytes.ts'
import { isoDate } from './sitemap-date.ts'
import { makeSitemapDecoder } from './sitemap-decoder.ts'
import type { RawEntry, SitemapKind, SitemapReader } from './sitemap-reader.ts'
import { makeTextReader } from './sitemap-text.ts'
import { makeXmlReader } from './sitemap-xml.ts'

export { defaultSitemapUrl, isWithinSitemapPath } from './sitemap-location.ts'
export type { SitemapKind } from './sitemap-reader.ts'

export type SitemapEntry = {
  /** `sitemap`: another sitemap, out of an index. */
  kind: 'page' | 'sitemap'
  /** Absolute and canonical. */
  url: string
  /** Not on the sitemap's own host (with port): the caller decides whether it counts. */
  otherHost: boolean
  /** ISO 8601: a date, or a time in UTC. Null: none, or no date. */
  lastmod: string | null
  changefreq: string | null
  /** 0 to 1. */
  priority: number | null
  /** hreflang alternates, canonical, the entry itself often among them. */
  alternates: { hreflang: string; url: string }[]
}

export type SitemapSummary = {
  /** `html`: a page instead of a sitemap (a soft 404, mostly). `unknown`: nothing that is known. Neither has entries. */
  kind: SitemapKind
  entries: number
  /** Entries left out because their URL is none that could be fetched. */
  badUrls: number
  /** There was more: more entries than `maxUrls`, more bytes than `maxBytes`, or the document broke off. */
  truncated: boolean
  /**
   * What was wrong: `max-urls`, `max-bytes`, `bad-gzip`, `token-too-long`, `unclosed`, `entities-ignored`, `bad-url`,
   * `entry-without-url`, `bad-date`, `html`, `not-a-sitemap`.
   */
  problems: string[]
}

export type Sitemap = AsyncIterable<SitemapEntry> & {
  /** Whole once the iteration has ended; so far, before. */
  summary(): SitemapSummary
}

export type SitemapOptions = {
  /** Where it was fetched from, after redirects: what relative URLs are resolved against. */
  url: string
  /** The Content-Type header: asked for its charset alone, for as a type it is wrong too often. */
  contentType: string | null
  /** Entries given at most. */
  maxUrls: number
  /** Bytes read at most, after gunzipping. */
  maxBytes: number
}

/** Characters looked at to tell XML from text. */
const sniffChars = 4_096

/**
 * Reads a sitemap of any kind while it arrives: urlset, index, plain text, RSS, Atom; gzipped or not. To be iterated once.
 * Never throws for what is in the document; throws what the source of the bytes throws. Keeps the entries of one slice of
 * bytes, whatever the size of the document. keeps I7
 */
export function parseSitemap(chunks: Bytes, options: SitemapOptions): Sitemap {
  const bytes: BytesReport = { truncated: false, badGzip: false }
  const problems = new Set<string>()
  let reader: SitemapReader | null = null
  let entries = 0
  let badUrls = 0
  let truncated = false

  const resolve = makeResolver(options.url)
  const home = hostOf(options.url)

  const entryOf = (raw: RawEntry): SitemapEntry | null => {
    const url = resolve(raw.loc)
    if (url === null) {
      badUrls++
      problems.add('bad-url')
      return null
    }
    const lastmod = raw.lastmod === '' ? null : isoDate(raw.lastmod)
    if (lastmod === null && raw.lastmod !== '') problems.add('bad-date')
    const priority = raw.priority === '' ? Number.NaN : Number(raw.priority)
    return {
      kind: raw.kind,
      url,
      otherHost: hostOf(url) !== home,
      lastmod,
      changefreq: raw.changefreq === '' ? null : raw.changefreq.toLowerCase().slice(0, 20),
      priority: priority >= 0 && priority <= 1 ? priority : null,
      alternates: raw.alternates.flatMap(({ hreflang, href }) => {
        const url = resolve(href)
        return url === null ? [] : [{ hreflang: hreflang.slice(0, 35), url }]
      }),
    }
  }

  async function* read(): AsyncGenerator<SitemapEntry, void> {
    for await (const batch of batches()) {
      for (const raw of batch) {
        const entry = entryOf(raw)
        if (entry === null) continue
        if (entries === options.maxUrls) {
          truncated = true
          problems.add('max-urls')
          return
        }
        entries++
        yield entry
      }
    }
  }

  /** What is in one slice of bytes at a time. */
  async function* batches(): AsyncGenerator<RawEntry[], void> {
    const decoder = makeSitemapDecoder(options.contentType)
    let head = ''
    for await (const slice of sitemapBytes(chunks, options.maxBytes, bytes)) {
      const text = decoder.push(slice)
      if (reader === null) {
        head = (head + text).trimStart()
        if (head.length < sniffChars) continue
        // Of so much and no more, however much came at once: the same document is read the same way.
        reader = readerFor(head.slice(0, sniffChars))
        yield reader.push(head)
      } else {
        yield reader.push(text)
      }
      if (reader.kind() === 'html' || reader.problems().includes('token-too-long')) return
    }
    const rest = reader === null ? head + decoder.end() : decoder.end()
    reader ??= readerFor(rest)
    yield reader.push(rest)
    yield reader.end({ complete: !bytes.truncated })
  }

  return {
    [Symbol.asyncIterator]: read,
    summary() {
      const kind = reader?.kind() ?? 'unknown'
      const found = [...problems, ...(reader?.problems() ?? [])]
      if (bytes.badGzip) found.push('bad-gzip')
      else if (bytes.truncated) found.push('max-bytes')
      if (kind === 'html') found.push('html')
      if (kind === 'unknown') found.push('not-a-sitemap')
      const broken = found.includes('token-too-long') || found.includes('unclosed')
      return { kind, entries, badUrls, truncated: truncated || bytes.truncated || broken, problems: found }
    },
  }
}

/** XML where there is a tag first, or after what a server printed by mistake (a warning); text otherwise. */
function readerFor(head: string): SitemapReader {
  const xml = /^\s*</.test(head) || /<(?:\?xml|(?:\w+:)?(?:urlset|sitemapindex|rss|feed|rdf))\b/i.test(head)
  return xml ? makeXmlReader() : makeTextReader()
}
