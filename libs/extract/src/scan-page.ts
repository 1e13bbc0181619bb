import { type ItemReader, makeItemReader } from './item-reader.ts'
import { LinkReader } from './link-reader.ts'
import { MarkupFacts } from './markup-facts.ts'
import { type MarkupHandler, MarkupReader } from './markup-reader.ts'
import { breaksSentence, breaksText, mutesText, tag } from './tags.ts'
import { collapse } from './text.ts'
import { TextMeter } from './text-meter.ts'
import type { Thing } from './thing.ts'

/** Raw characters kept of one text: whitespace in it is collapsed later, so this is more than a record takes. */
const maxRawTextChars = 20_000
const maxJsonLdBlocks = 50
const maxMetas = 500
const maxHeadings = 1_000
/** Scripts that hold data, those that may, and the longest of either that is looked at. */
const maxDataScripts = 20
const maxPlainScripts = 200
const maxDataChars = 1_000_000

/** What one pass over a page's markup found, nothing resolved or cut yet. */
export interface PageScan {
  base: string | null
  language: string | null
  titles: string[]
  h1: string[]
  h2: string[]
  /** `name` or else `property` in lower case, with content, in document order. */
  metas: { name: string; content: string }[]
  metaRefresh: string | null
  contentLanguage: string | null
  /** `<link>` elements that have a rel and an href. */
  relations: { rel: string; href: string; hreflang: string | null; media: string | null }[]
  links: LinkReader
  text: TextMeter
  markup: MarkupFacts
  jsonLd: string[]
  /** What scripts of type `application/json` hold. */
  dataScripts: string[]
  /** … and the source of scripts without a type, or of one that is run. */
  plainScripts: string[]
  microdata: Thing[]
  rdfa: Thing[]
  /** What there was more of than is kept: `links`, `metas`, `relations`, `jsonLd`. */
  overflow: Set<string>
}

/** One pass over the markup. Never throws, whatever the markup. */
export function scanPage(html: string): PageScan {
  let scanner = new PageScanner(html, false)
  scanner.read()
  if (scanner.hasReferences) {
    // What they refer to may stand before them. Pages that do so are rare, and looking for them in every page is not free.
    scanner = new PageScanner(html, true)
    scanner.read()
  }
  const { scan } = scanner
  scan.text.breakSentence()
  scan.markup.end()
  if (scan.links.hasOverflow) scan.overflow.add('links')
  return scan
}

const isHeading = (code: number): boolean => code >= tag.h1 && code <= tag.h6

class PageScanner implements MarkupHandler {
  readonly reader: MarkupReader
  readonly scan: PageScan = {
    base: null,
    language: null,
    titles: [],
    h1: [],
    h2: [],
    metas: [],
    metaRefresh: null,
    contentLanguage: null,
    relations: [],
    links: new LinkReader(),
    text: new TextMeter(),
    markup: new MarkupFacts(),
    jsonLd: [],
    dataScripts: [],
    plainScripts: [],
    microdata: [],
    rdfa: [],
    overflow: new Set(),
  }
  readonly #html: string
  /** Whether items of microdata get the properties that they refer to. */
  readonly #followsReferences: boolean
  /** There are such items. */
  hasReferences = false
  #microdata: ItemReader | null = null
  #rdfa: ItemReader | null = null
  /** Depth of the element whose content is no text of the page, and of one with `hidden`; 0 where there is none. */
  #mutedDepth = 0
  #hiddenDepth = 0
  /** … of a nav or footer: its text is the site's, not the page's. */
  #frameDepth = 0
  /** The title or heading being read. */
  #captureDepth = 0
  #captureCode = 0
  #captured = ''
  #scriptDepth = 0
  #scripts: string[] = []
  #scriptStart = 0
  #scriptEnd = 0

  constructor(html: string, followsReferences: boolean) {
    this.#html = html
    this.#followsReferences = followsReferences
    this.reader = new MarkupReader(html, this)
  }

  read(): void {
    this.reader.read()
    this.#microdata?.end()
    this.#rdfa?.end()
  }

  open(code: number, depth: number): void {
    if (breaksText[code] === 1) this.#breakText(code)
    if (this.#mutedDepth !== 0) return
    const { reader, scan } = this
    scan.markup.open(code, depth, reader)
    if (mutesText[code] === 1 && depth !== 0) {
      this.#mutedDepth = depth
      if (code === tag.script) this.#openScript(depth)
      return
    }
    if (code === tag.title || code === tag.h1 || code === tag.h2) {
      this.#captureDepth = depth
      this.#captureCode = code
      this.#captured = ''
      if (code === tag.title && !scan.markup.inHead) scan.markup.add('titlesOutsideHead')
    } else this.#readElement(code, depth)
    if (isHeading(code) && this.#hiddenDepth === 0) {
      scan.markup.openHeading(code - tag.h1 + 1, depth, scan.text.textChars)
    }
    if ((code === tag.nav || code === tag.footer) && this.#frameDepth === 0) {
      this.#frameDepth = depth
      scan.text.isContent = depth === 0
    }
    if (!reader.hasAttributes()) return
    if (this.#hiddenDepth === 0 && depth !== 0 && reader.value('hidden') !== null) this.#hiddenDepth = depth
    this.#readItem(code, depth)
  }

  close(code: number, depth: number): void {
    if (breaksText[code] === 1) this.#breakText(code)
    const { scan } = this
    if (depth === this.#mutedDepth) {
      this.#mutedDepth = 0
      if (depth === this.#scriptDepth) this.#closeScript()
    } else if (depth === this.#captureDepth) this.#closeCapture(code)
    if (isHeading(code)) scan.markup.closeHeading(code - tag.h1 + 1, depth, scan.text.textChars)
    else if (code === tag.a) scan.links.close(depth, scan.text.textChars)
    else if (code === tag.head) scan.markup.close(depth)
    if (depth === this.#frameDepth) {
      this.#frameDepth = 0
      scan.text.isContent = true
    }
    if (depth === this.#hiddenDepth) this.#hiddenDepth = 0
    this.#microdata?.close(depth)
    this.#rdfa?.close(depth)
  }

  text(source: string, start: number, end: number): void {
    if (this.#mutedDepth !== 0) {
      if (this.#scriptDepth !== 0) {
        if (this.#scriptStart === 0) this.#scriptStart = start
        this.#scriptEnd = end
      }
      return
    }
    if (this.#captureDepth !== 0 || this.#microdata !== null || this.#rdfa !== null)
      this.#keep(source.slice(start, end))
    if (this.#hiddenDepth !== 0 || this.#captureCode === tag.title) return
    const { text, links, markup } = this.scan
    text.read(source, start, end)
    links.text(source, start, end)
    if (markup.inHead && text.textChars !== 0) markup.inHead = false
  }

  #keep(text: string): void {
    if (this.#captureDepth !== 0 && this.#hiddenDepth === 0 && this.#captured.length < maxRawTextChars)
      this.#captured += text
    this.#microdata?.text(text)
    this.#rdfa?.text(text)
  }

  /** The readers of microdata and RDFa are made when their first attribute is seen: most pages have neither. */
  #readItem(code: number, depth: number): void {
    const reader = this.reader
    if (
      this.#microdata === null &&
      (reader.value('itemscope') !== null ||
        reader.value('itemprop') !== null ||
        (this.#followsReferences && reader.value('id') !== null))
    ) {
      this.#microdata = makeItemReader(reader, 'microdata', this.scan.microdata, this.#followsReferences)
    }
    if (this.#rdfa === null && reader.value('typeof') !== null) {
      this.#rdfa = makeItemReader(reader, 'rdfa', this.scan.rdfa)
    }
    if (this.#microdata !== null) {
      if (reader.value('itemref') !== null) this.hasReferences = true
      this.#microdata.open(code, depth)
    }
    this.#rdfa?.open(code, depth)
  }

  #readElement(code: number, depth: number): void {
    const scan = this.scan
    const reader = this.reader
    if (code === tag.a || code === tag.area) {
      scan.links.open(reader, depth, scan.text.textChars, this.#hiddenDepth !== 0)
    } else if (code === tag.img) scan.links.image(reader)
    else if (code === tag.meta) this.#readMeta()
    else if (code === tag.link) this.#readRelation()
    else if (code === tag.base) scan.base ??= reader.value('href')
    else if (code === tag.html) scan.language ??= reader.value('lang') ?? reader.value('xml:lang')
  }

  #readRelation(): void {
    const { scan, reader } = this
    const rel = reader.value('rel')
    const href = reader.value('href')
    if (rel === null || href === null) return
    const hreflang = reader.value('hreflang')
    scan.markup.link(rel, href)
    if (hreflang !== null && !scan.markup.inHead) scan.markup.add('hreflangOutsideHead')
    if (scan.relations.length === maxMetas) scan.overflow.add('relations')
    else scan.relations.push({ rel: rel.toLowerCase(), href, hreflang, media: reader.value('media') })
  }

  #readMeta(): void {
    const reader = this.reader
    const scan = this.scan
    const content = reader.value('content')
    if (content === null) return
    const equivalent = reader.value('http-equiv')?.toLowerCase()
    if (equivalent === 'refresh') scan.metaRefresh ??= content
    else if (equivalent === 'content-language') scan.contentLanguage ??= content
    const name = reader.value('name') ?? reader.value('property')
    if (name === null) return
    if (scan.metas.length === maxMetas) {
      scan.overflow.add('metas')
      return
    }
    const lower = name.trim().toLowerCase()
    scan.metas.push({ name: lower, content })
    if (scan.markup.inHead) return
    if (lower === 'description') scan.markup.add('descriptionsOutsideHead')
    else if (lower === 'robots') scan.markup.add('directivesOutsideHead')
  }

  #openScript(depth: number): void {
    const { scan } = this
    const type = this.reader.value('type')
    const isData = type !== null && /json/i.test(type)
    if (!isData && type !== null && !/^\s*$|javascript|module/i.test(type)) return
    const isLinked = isData && /ld\+json/i.test(type)
    const scripts = isLinked ? scan.jsonLd : isData ? scan.dataScripts : scan.plainScripts
    if (scripts.length === (isLinked ? maxJsonLdBlocks : isData ? maxDataScripts : maxPlainScripts)) {
      if (isLinked) scan.overflow.add('jsonLd')
      return
    }
    this.#scriptDepth = depth
    this.#scripts = scripts
    this.#scriptStart = 0
    this.#scriptEnd = 0
  }

  #closeScript(): void {
    this.#scriptDepth = 0
    const length = this.#scriptEnd - this.#scriptStart
    if (length === 0 || (this.#scripts !== this.scan.jsonLd && length > maxDataChars)) return
    this.#scripts.push(this.#html.slice(this.#scriptStart, this.#scriptEnd))
  }

  #closeCapture(code: number): void {
    const found = collapse(this.#captured)
    const list = code === tag.title ? this.scan.titles : code === tag.h1 ? this.scan.h1 : this.scan.h2
    if (list.length < maxHeadings && (found !== '' || code === tag.title)) list.push(found)
    this.#captureDepth = 0
    this.#captureCode = 0
  }

  #breakText(code: number): void {
    if (breaksSentence[code] === 1) this.scan.text.breakSentence()
    else this.scan.text.breakWord()
    if (this.#captureDepth !== 0) this.#captured += ' '
    this.#microdata?.text(' ')
    this.#rdfa?.text(' ')
  }
}
