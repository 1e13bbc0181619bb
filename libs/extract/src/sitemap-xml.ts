import type { RawEntry, SitemapKind, SitemapReader } from './sitemap-reader.ts'
import { emptyEntry, maxAlternates, maxTextChars } from './sitemap-reader.ts'
import { makeXmlTokens } from './sitemap-tokens.ts'

const rootKinds: Record<string, SitemapKind> = {
  urlset: 'urlset',
  sitemapindex: 'index',
  rss: 'rss',
  rdf: 'rss',
  feed: 'atom',
  html: 'html',
  head: 'html',
  body: 'html',
}
/** Which element holds one entry. A document without a known root is read as what its entries say it is. */
const containers: Record<SitemapKind, Record<string, RawEntry['kind']>> = {
  urlset: { url: 'page', sitemap: 'sitemap' },
  index: { url: 'page', sitemap: 'sitemap' },
  unknown: { url: 'page', sitemap: 'sitemap' },
  rss: { item: 'page' },
  atom: { entry: 'page' },
  text: {},
  html: {},
}
type Field = 'loc' | 'lastmod' | 'changefreq' | 'priority' | 'guid' | 'published'
const sitemapFields: Record<string, Field> = {
  loc: 'loc',
  lastmod: 'lastmod',
  changefreq: 'changefreq',
  priority: 'priority',
}
const fields: Record<SitemapKind, Record<string, Field>> = {
  urlset: sitemapFields,
  index: sitemapFields,
  unknown: sitemapFields,
  rss: { link: 'loc', guid: 'guid', pubdate: 'lastmod', date: 'lastmod' },
  atom: { updated: 'lastmod', modified: 'lastmod', published: 'published', issued: 'published' },
  text: {},
  html: {},
}
/** Prefixes of extensions, whose elements are never an entry's own, wherever they stand. */
const extensionPrefix = /^(?:image|video|news|mobile|content|pagemap|media|itunes|geo|codesearch):/i
const maxEntities = 100

/** `loose`: text in the entry itself. */
type OpenEntry = RawEntry & { container: string; guid: string; published: string; loose: string }

/**
 * Reads urlset, sitemapindex, RSS (0.9x to 2.0, RDF) and Atom, by local names, so that prefixes and wrong namespaces
 * don't matter. An entry's fields are its direct children: what an extension nests (`image:loc`) is not its own. Broken
 * documents are salvaged where their meaning is clear: tags left open, several locs in one entry, a loc without its
 * element, no root.
 */
export function makeXmlReader(): SitemapReader {
  let kind: SitemapKind = 'unknown'
  let entries: RawEntry[] = []
  let entry: OpenEntry | null = null
  /** The field whose text is being read, and the element it is in. */
  let field: Field | null = null
  let fieldName = ''
  let buffer = ''
  /** Elements open inside the entry that are none of its fields: while there are any, nothing is the entry's. */
  let foreign: string[] = []
  let htmlDoctype = false
  const declared = new Set<string>()
  const problems = new Set<string>()

  const commit = () => {
    if (entry !== null && field !== null) {
      const text = clean(buffer, declared)
      if (text !== '' && entry[field] === '') entry[field] = text
    }
    field = null
    buffer = ''
  }
  const flush = () => {
    commit()
    if (entry !== null) {
      const { container: _, guid, published, loose, ...raw } = entry
      if (raw.loc === '') raw.loc = [guid, clean(loose, declared)].find((text) => /^https?:\/\/\S+$/i.test(text)) ?? ''
      if (raw.lastmod === '') raw.lastmod = published
      if (raw.loc !== '') entries.push(raw)
      else problems.add('entry-without-url')
    }
    entry = null
    foreign = []
  }
  const begin = (container: string, entryKind: RawEntry['kind']) => {
    flush()
    entry = { ...emptyEntry(entryKind), container, guid: '', published: '', loose: '' }
    if (kind === 'unknown') kind = entryKind === 'page' ? 'urlset' : 'index'
  }

  const tokens = makeXmlTokens({
    wantsAttributes: (name) => /(?:^|:)(?:link|guid)$/i.test(name),

    open(name, attributes) {
      const local = localName(name)
      if (kind === 'unknown') {
        kind = rootKinds[local] ?? (htmlDoctype ? 'html' : 'unknown')
        if (kind !== 'unknown') return
      }
      const container = extensionPrefix.test(name) ? undefined : containers[kind][local]
      if (container !== undefined) return begin(local, container)
      if (entry === null) return
      if (local === 'link' && foreign.length === 0) {
        commit()
        if (takeLink(entry, kind, attributes)) return
      }
      const next = foreign.length > 0 || extensionPrefix.test(name) ? undefined : fields[kind][local]
      if (next === undefined) {
        if (foreign.length < maxForeign) foreign.push(local)
        return
      }
      commit()
      if (next === 'loc' && entry.loc !== '' && kind !== 'rss') begin(entry.container, entry.kind)
      if (next === 'guid' && attributes.get('isPermaLink')?.toLowerCase() === 'false') return
      field = next
      fieldName = local
    },

    close(name) {
      const local = localName(name)
      if (entry === null) return
      if (local === entry.container && (foreign.length === 0 || !foreign.includes(local))) return flush()
      const at = foreign.lastIndexOf(local)
      if (at !== -1) foreign.length = at
      else if (local === fieldName) commit()
    },

    text(text) {
      if (entry === null || foreign.length > 0) return
      if (field !== null) {
        if (buffer.length <= maxTextChars) buffer += text
      } else if (kind !== 'rss' && kind !== 'atom' && entry.loose.length <= maxTextChars) {
        entry.loose += text
      }
    },

    declaration(text) {
      if (/^doctype\s+html\b/i.test(text)) htmlDoctype = true
      for (const [, name] of text.matchAll(/(?:^|<!)ENTITY\s+(?:%\s+)?([^\s%"'<>;&]{1,100})/g)) {
        problems.add('entities-ignored')
        if (name !== undefined && declared.size < maxEntities) declared.add(name)
      }
    },
  })

  const take = (): RawEntry[] => {
    const taken = entries
    entries = []
    return taken
  }
  return {
    push(text) {
      if (!tokens.push(text)) problems.add('token-too-long')
      return take()
    },
    end() {
      if (entry !== null) {
        problems.add('unclosed')
        // Half a field is worse than none: a cut URL is another page's.
        field = null
        buffer = ''
        if (entry.loc === '') entry = null
        flush()
      }
      return take()
    },
    kind: () => kind,
    problems: () => [...problems],
  }
}

/** Deeper elements of an extension are not told apart; the entry's own end puts that right. */
const maxForeign = 64

type Links = { loc: string; alternates: RawEntry['alternates'] }

/** A link by attribute: Atom's own, or an hreflang alternate. False where the link is not one of these. */
function takeLink(entry: Links, kind: SitemapKind, attributes: ReadonlyMap<string, string>): boolean {
  const href = attributes.get('href')?.trim()
  if (href === undefined) return kind !== 'rss'
  const rel = attributes.get('rel')?.toLowerCase() ?? 'alternate'
  const hreflang = attributes.get('hreflang')
  if (kind === 'atom' || kind === 'rss') {
    if (rel === 'alternate' && entry.loc === '') entry.loc = unescapeTwice(href)
  } else if (rel === 'alternate' && hreflang !== undefined && entry.alternates.length < maxAlternates) {
    entry.alternates.push({ hreflang, href: unescapeTwice(href) })
  }
  return true
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1).toLowerCase()
}

/** Empty where it is too long. A reference to an entity of the document's own is nothing. */
function clean(text: string, declared: ReadonlySet<string>): string {
  if (text.length > maxTextChars) return ''
  const trimmed = unescapeTwice(text.trim())
  if (declared.size === 0 || !trimmed.includes('&')) return trimmed
  return trimmed.replace(/&([^\s&;]{1,100});/g, (found, name) => (declared.has(name) ? '' : found)).trim()
}

/** Generators that escape twice are common; a URL that means `&amp;` is not. */
function unescapeTwice(text: string): string {
  return text.includes('&amp;') ? text.replaceAll('&amp;', '&') : text
}
