import type { SeoCounts } from '@seine/contracts'
import type { MarkupReader } from './markup-reader.ts'
import { tag } from './tags.ts'

const maxAltChars = 100

/** Elements that belong into the head (HTML Standard §4.2.1); any other one ends it. */
const headElements = new Set([
  ...[tag.html, tag.head, tag.title, tag.meta, tag.link, tag.base, tag.script, tag.style, tag.noscript, tag.template],
])

/** The attribute of an element that loads something into the page. */
const loads: (string | undefined)[] = []
for (const [code, attribute] of [
  [tag.img, 'src'],
  [tag.script, 'src'],
  [tag.iframe, 'src'],
  [tag.source, 'src'],
  [tag.video, 'src'],
  [tag.audio, 'src'],
  [tag.track, 'src'],
  [tag.embed, 'src'],
  [tag.object, 'data'],
] as const)
  loads[code] = attribute
const loadingRels = /\b(?:stylesheet|icon|preload|modulepreload|manifest)\b/i

/** Counts what the issue catalogue asks of a page's markup while the page streams by. */
export class MarkupFacts {
  readonly counts: { [Name in keyof SeoCounts]?: number } = {}
  imageCount = 0
  imagesWithoutAlt = 0
  /** How many of h1, h2, … h6. */
  readonly headings = [0, 0, 0, 0, 0, 0]
  /** What comes now is still read as the page's head. */
  inHead = true
  #headDepth = 0
  #heads = 0
  #bodies = 0
  #lastLevel = 0
  #headingDepth = 0
  #charsBefore = 0
  #headingAlt = false

  add(name: keyof SeoCounts): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1
  }

  /** Every element whose content or attributes the page shows or loads. `depth` 0: it has no content. */
  open(code: number, depth: number, reader: MarkupReader): void {
    if (this.inHead || code === tag.head || code === tag.body) this.#headOrBody(code, depth)
    if (code === tag.form) this.add('forms')
    if (!reader.hasAttributes()) return
    const attribute = loads[code]
    if (attribute !== undefined) this.load(reader.value(attribute))
    if (code === tag.img) this.#image(reader)
    else if (code === tag.form && isHttp(reader.value('action'))) this.add('insecureForms')
  }

  close(depth: number): void {
    if (depth === this.#headDepth) this.#headDepth = 0
  }

  link(rel: string, href: string): void {
    if (loadingRels.test(rel)) this.load(href)
    if (this.inHead) return
    if (/\bcanonical\b/i.test(rel)) this.add('canonicalsOutsideHead')
  }

  load(url: string | null): void {
    if (url === null) return
    if (isHttp(url)) this.add('mixedContent')
    else if (url.startsWith('//')) this.add('protocolRelative')
  }

  /** `chars`: visible characters of the page so far. */
  openHeading(level: number, depth: number, chars: number): void {
    const headings = this.headings
    headings[level - 1] = (headings[level - 1] as number) + 1
    if (this.#lastLevel === 0 && level !== 1) this.add('firstHeadingNotH1')
    if (this.#lastLevel !== 0 && level > this.#lastLevel + 1) this.add('headingSkips')
    this.#lastLevel = level
    this.#headingDepth = depth
    this.#charsBefore = chars
    this.#headingAlt = false
  }

  closeHeading(level: number, depth: number, chars: number): void {
    if (depth !== this.#headingDepth) return
    this.#headingDepth = 0
    if (chars !== this.#charsBefore) return
    if (!this.#headingAlt) this.add('emptyHeadings')
    else if (level === 1) this.add('h1OfAltText')
  }

  /** What is only known at the end. */
  end(): void {
    if (this.#heads === 0) this.add('missingHead')
    if (this.#bodies === 0) this.add('missingBody')
  }

  #headOrBody(code: number, depth: number): void {
    if (code === tag.head) {
      if (this.#heads++ > 0) this.add('extraHeads')
      else this.#headDepth = depth
    } else if (code === tag.body) {
      if (this.#bodies++ > 0) this.add('extraBodies')
      this.inHead = false
    } else if (!headElements.has(code)) {
      if (this.#headDepth !== 0) this.add('invalidInHead')
      this.inHead = false
    }
  }

  #image(reader: MarkupReader): void {
    this.imageCount++
    const alt = reader.value('alt')
    if (alt === null) this.imagesWithoutAlt++
    else if (alt.trim() === '') this.add('imagesEmptyAlt')
    else {
      if (alt.length > maxAltChars) this.add('imagesLongAlt')
      this.#headingAlt = true
    }
    if (reader.value('width') === null || reader.value('height') === null) this.add('imagesWithoutSize')
  }
}

const isHttp = (url: string | null): boolean => url !== null && /^\s*http:/i.test(url)
