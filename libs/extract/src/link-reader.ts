import type { MarkupReader } from './markup-reader.ts'

const maxRawLinks = 20_000
/** A longer text of a link says what it leads to. */
const maxVagueChars = 20

/** Texts of links that say nothing of their target, in letters and spaces alone. */
const vagueTexts = new Set([
  ...[
    'click here',
    'click',
    'here',
    'more',
    'read more',
    'learn more',
    'find out more',
    'more info',
    'see more',
    'view more',
  ],
  ...[
    'this',
    'this page',
    'link',
    'go',
    'start',
    'continue',
    'continue reading',
    'details',
    'view',
    'show',
    'this link',
  ],
  ...['hier', 'hier klicken', 'klicken sie hier', 'mehr', 'weiterlesen', 'mehr erfahren', 'mehr lesen', 'weiter'],
  ...['ici', 'cliquez ici', 'en savoir plus', 'lire la suite', 'plus', 'voir plus', 'lire plus', 'suite'],
  ...['aquí', 'haga clic aquí', 'leer más', 'más', 'ver más', 'más información', 'saber más', 'haz clic aquí'],
  ...['qui', 'clicca qui', 'leggi tutto', 'leggi di più', 'scopri di più', 'continua', 'altro', 'di più'],
  ...[
    'aqui',
    'clique aqui',
    'leia mais',
    'saiba mais',
    'mais',
    'ver mais',
    'hier klikken',
    'klik hier',
    'lees meer',
    'meer',
  ],
  ...[
    'tutaj',
    'kliknij tutaj',
    'więcej',
    'czytaj więcej',
    'zde',
    'více',
    'číst dále',
    'viac',
    'läs mer',
    'les mer',
    'læs mere',
  ],
  ...[
    'здесь',
    'тут',
    'подробнее',
    'далее',
    'читать далее',
    'こちら',
    'もっと見る',
    '続きを読む',
    '更多',
    '查看更多',
    '点击这里',
  ],
])

/** What the links to one target have in common. */
export interface RawLink {
  times: number
  nofollowTimes: number
  /** Links without text and without an image that has some. */
  withoutText: number
  vague: number
  /** Opens a window that can reach back to the page. */
  unsafeBlank: number
}

/** Reads the links of a page with their texts, by target as written, its fragment cut off. */
export class LinkReader {
  readonly links = new Map<string, RawLink>()
  hasOverflow = false
  /** The open link. */
  #link: RawLink | null = null
  #depth = 0
  #charsBefore = 0
  #text = ''
  #isNamed = false

  /** `chars`: visible characters of the page so far. `isHidden`: nobody sees the link, so that its text does not matter. */
  open(reader: MarkupReader, depth: number, chars: number, isHidden: boolean): void {
    this.#link = null
    const href = reader.value('href')
    if (href === null) return
    const hash = href.indexOf('#')
    // A link within the page is none to a page.
    if (hash === 0) return
    const target = hash === -1 ? href : href.slice(0, hash)
    const link = this.#of(target)
    if (link === null) return
    link.times++
    const rel = reader.value('rel')
    if (rel !== null && /\bnofollow\b/i.test(rel)) link.nofollowTimes++
    if (reader.value('target') === '_blank' && (rel === null || !/\bno(?:opener|referrer)\b/i.test(rel)))
      link.unsafeBlank++
    if (depth === 0 || isHidden) return
    this.#link = link
    this.#depth = depth
    this.#charsBefore = chars
    this.#text = ''
    this.#isNamed = isNamed(reader, 'aria-label') || isNamed(reader, 'title')
  }

  /** An image inside of a link names it. */
  image(reader: MarkupReader): void {
    if (this.#link !== null && isNamed(reader, 'alt')) this.#isNamed = true
  }

  text(source: string, start: number, end: number): void {
    if (this.#link !== null && this.#text.length <= maxVagueChars) this.#text += source.slice(start, end)
  }

  close(depth: number, chars: number): void {
    const link = this.#link
    if (link === null || depth !== this.#depth) return
    this.#link = null
    const length = chars - this.#charsBefore
    if (length === 0) {
      if (!this.#isNamed) link.withoutText++
    } else if (length <= maxVagueChars && isVague(this.#text)) link.vague++
  }

  #of(target: string): RawLink | null {
    let link = this.links.get(target)
    if (link !== undefined) return link
    if (this.links.size === maxRawLinks) {
      this.hasOverflow = true
      return null
    }
    link = { times: 0, nofollowTimes: 0, withoutText: 0, vague: 0, unsafeBlank: 0 }
    this.links.set(target, link)
    return link
  }
}

function isNamed(reader: MarkupReader, attribute: string): boolean {
  const value = reader.value(attribute)
  return value !== null && value.trim() !== ''
}

function isVague(text: string): boolean {
  const simple = text.trim().toLowerCase()
  if (vagueTexts.has(simple)) return true
  if (!/[^\p{L} ]/u.test(simple)) return false
  const words = simple.replace(/[^\p{L}\s]+/gu, '').replace(/\s+/g, ' ')
  return vagueTexts.has(words.trim())
}
