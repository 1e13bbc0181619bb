import { type ItemReader, makeItemReader } from './item-reader.ts'
import { type MarkupHandler, MarkupReader } from './markup-reader.ts'
import { breaksText, mutesText, tag } from './tags.ts'
import { collapse } from './text.ts'
import type { Thing } from './thing.ts'

/** Raw characters kept of one text: whitespace in it is collapsed later, so this is more than a record takes. */
const maxRawTextChars = 20_000
const maxJsonLdBlocks = 50
const maxMetas = 500
const maxHeadings = 1_000
const maxRawLinks = 20_000

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
  relations: { rel: string; href: string; hreflang: string | null }[]
  /** href without its fragment → true where every link to it is nofollow. */
  links: Map<string, boolean>
  imageCount: number
  imagesWithoutAlt: number
  wordCount: number
  textChars: number
  /** There is a sign of a currency in the text. */
  showsMoney: boolean
  jsonLd: string[]
  microdata: Thing[]
  rdfa: Thing[]
  /** What there was more of than is kept: `links`, `metas`, `relations`, `jsonLd`. */
  overflow: Set<string>
}

const isCjk = (code: number): boolean =>
  (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff)

const moneySigns = new Set([...'€£¥￥￡₹₽₺₪₩₫₴₦₱฿₸₾ł円元원č₡₲价價'].map((sign) => sign.charCodeAt(0)))

/** A dollar in a text may be a variable of a shell: it is money beside a digit or where it stands alone. */
function isMoneySign(text: string, at: number, code: number): boolean {
  if (code !== 36) return moneySigns.has(code)
  const next = text.charCodeAt(at + 1)
  return (next >= 48 && next <= 57) || next === 60 || next === 32 || next === 0xa0 || Number.isNaN(next)
}

/** One pass over the markup. Never throws, whatever the markup. */
export function scanPage(html: string): PageScan {
  const scanner = new PageScanner(html)
  scanner.reader.read()
  return scanner.scan
}

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
    links: new Map(),
    imageCount: 0,
    imagesWithoutAlt: 0,
    wordCount: 0,
    textChars: 0,
    showsMoney: false,
    jsonLd: [],
    microdata: [],
    rdfa: [],
    overflow: new Set(),
  }
  readonly #html: string
  #microdata: ItemReader | null = null
  #rdfa: ItemReader | null = null
  /** Depth of the element whose content is no text of the page, and of one with `hidden`; 0 where there is none. */
  #mutedDepth = 0
  #hiddenDepth = 0
  #inWord = false
  /** Whitespace since the last visible character. */
  #gap = false
  /** The title or heading being read. */
  #captureDepth = 0
  #captureCode = 0
  #captured = ''
  #jsonLdDepth = 0
  #jsonLdStart = 0
  #jsonLdEnd = 0

  constructor(html: string) {
    this.#html = html
    this.reader = new MarkupReader(html, this)
  }

  open(code: number, depth: number): void {
    if (breaksText[code] === 1) this.#breakWord()
    if (this.#mutedDepth !== 0) return
    const reader = this.reader
    if (mutesText[code] === 1 && depth !== 0) {
      this.#mutedDepth = depth
      if (code === tag.script) this.#openScript(depth)
      return
    }
    if (code === tag.title || code === tag.h1 || code === tag.h2) {
      this.#captureDepth = depth
      this.#captureCode = code
      this.#captured = ''
    } else this.#readElement(code)
    if (!reader.hasAttributes()) return
    if (this.#hiddenDepth === 0 && depth !== 0 && reader.value('hidden') !== null) this.#hiddenDepth = depth
    this.#readItem(code, depth)
  }

  close(code: number, depth: number): void {
    if (breaksText[code] === 1) this.#breakWord()
    if (depth === this.#mutedDepth) {
      this.#mutedDepth = 0
      if (depth === this.#jsonLdDepth) this.#closeScript()
    } else if (depth === this.#captureDepth) this.#closeCapture(code)
    if (depth === this.#hiddenDepth) this.#hiddenDepth = 0
    this.#microdata?.close(depth)
    this.#rdfa?.close(depth)
  }

  text(source: string, start: number, end: number): void {
    if (this.#mutedDepth !== 0) {
      if (this.#jsonLdDepth !== 0) {
        if (this.#jsonLdStart === 0) this.#jsonLdStart = start
        this.#jsonLdEnd = end
      }
      return
    }
    if (this.#captureDepth !== 0 || this.#microdata !== null || this.#rdfa !== null)
      this.#keep(source.slice(start, end))
    if (this.#hiddenDepth === 0) this.#count(source, start, end)
  }

  #keep(text: string): void {
    if (this.#captureDepth !== 0 && this.#hiddenDepth === 0 && this.#captured.length < maxRawTextChars)
      this.#captured += text
    this.#microdata?.text(text)
    this.#rdfa?.text(text)
  }

  /** Words are runs of anything but whitespace; an ideograph or kana is a word of its own. */
  #count(text: string, start: number, end: number): void {
    if (this.#captureCode === tag.title) return
    const scan = this.scan
    let inWord = this.#inWord
    let gap = this.#gap
    let words = scan.wordCount
    let chars = scan.textChars
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i)
      if (code <= 32) {
        inWord = false
        gap = true
        continue
      }
      if (gap) {
        if (chars !== 0) chars++ // the one space that all whitespace collapses to
        gap = false
      }
      chars++
      if (code === 0xa0) inWord = false
      else {
        if (!inWord || (code >= 0x3040 && isCjk(code))) words++
        inWord = true
        if ((code === 36 || code > 0xa1) && isMoneySign(text, i, code)) scan.showsMoney = true
      }
    }
    this.#gap = gap
    this.#inWord = inWord
    scan.wordCount = words
    scan.textChars = chars
  }

  /** The readers of microdata and RDFa are made when their first attribute is seen: most pages have neither. */
  #readItem(code: number, depth: number): void {
    const reader = this.reader
    if (this.#microdata === null && (reader.value('itemscope') !== null || reader.value('itemprop') !== null)) {
      this.#microdata = makeItemReader(reader, 'microdata', this.scan.microdata)
    }
    if (this.#rdfa === null && reader.value('typeof') !== null) {
      this.#rdfa = makeItemReader(reader, 'rdfa', this.scan.rdfa)
    }
    this.#microdata?.open(code, depth)
    this.#rdfa?.open(code, depth)
  }

  #readElement(code: number): void {
    const scan = this.scan
    const reader = this.reader
    if (code === tag.a || code === tag.area) {
      this.#readLink()
    } else if (code === tag.img) {
      scan.imageCount++
      if (reader.value('alt') === null) scan.imagesWithoutAlt++
    } else if (code === tag.meta) this.#readMeta()
    else if (code === tag.link) {
      const rel = reader.value('rel')
      const href = reader.value('href')
      if (rel === null || href === null) return
      if (scan.relations.length === maxMetas) scan.overflow.add('relations')
      else scan.relations.push({ rel: rel.toLowerCase(), href, hreflang: reader.value('hreflang') })
    } else if (code === tag.base) scan.base ??= reader.value('href')
    else if (code === tag.html) scan.language ??= reader.value('lang') ?? reader.value('xml:lang')
  }

  #readLink(): void {
    const href = this.reader.value('href')
    if (href === null) return
    const hash = href.indexOf('#')
    // A link within the page is none to a page.
    if (hash === 0) return
    const target = hash === -1 ? href : href.slice(0, hash)
    const rel = this.reader.value('rel')
    const nofollow = rel !== null && /\bnofollow\b/i.test(rel)
    const links = this.scan.links
    const known = links.get(target)
    if (known === undefined) {
      if (links.size < maxRawLinks) links.set(target, nofollow)
      else this.scan.overflow.add('links')
    } else if (known && !nofollow) links.set(target, false)
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
    if (scan.metas.length === maxMetas) scan.overflow.add('metas')
    else scan.metas.push({ name: name.trim().toLowerCase(), content })
  }

  #openScript(depth: number): void {
    const type = this.reader.value('type')
    if (type === null || !/ld\+json/i.test(type)) return
    if (this.scan.jsonLd.length === maxJsonLdBlocks) {
      this.scan.overflow.add('jsonLd')
      return
    }
    this.#jsonLdDepth = depth
    this.#jsonLdStart = 0
    this.#jsonLdEnd = 0
  }

  #closeScript(): void {
    this.#jsonLdDepth = 0
    if (this.#jsonLdEnd > this.#jsonLdStart) this.scan.jsonLd.push(this.#html.slice(this.#jsonLdStart, this.#jsonLdEnd))
  }

  #closeCapture(code: number): void {
    const found = collapse(this.#captured)
    const list = code === tag.title ? this.scan.titles : code === tag.h1 ? this.scan.h1 : this.scan.h2
    if (list.length < maxHeadings && (found !== '' || code === tag.title)) list.push(found)
    this.#captureDepth = 0
    this.#captureCode = 0
  }

  #breakWord(): void {
    this.#inWord = false
    this.#gap = true
    if (this.#captureDepth !== 0) this.#captured += ' '
    this.#microdata?.text(' ')
    this.#rdfa?.text(' ')
  }
}
