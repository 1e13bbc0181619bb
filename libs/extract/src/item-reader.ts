import type { MarkupReader } from './markup-reader.ts'
import { tag } from './tags.ts'
import { plain } from './text.ts'
import { type Thing, termName } from './thing.ts'

const maxItems = 1_000
const maxValuesPerProperty = 300
/** Items that take over properties from elsewhere, and the places each takes them from. */
const maxReferring = 50
/** Raw characters of one property's text. */
const maxPropertyChars = 20_000
/** Properties whose text is being read at once: each open one takes every piece of text. */
const maxOpenProperties = 16

/** Hears the elements and texts of a page and builds the items that are marked up in them. */
export interface ItemReader {
  open(code: number, depth: number): void
  close(depth: number): void
  text(text: string): void
  /** After the last of the page. */
  end(): void
}

interface OpenItem {
  depth: number
  item: Thing
  /** Of a part that an item elsewhere refers to: the item that it stands in, which has its properties, too. */
  around?: Thing | undefined
}

interface OpenProperty {
  depth: number
  names: string[]
  item: Thing
  around: Thing | undefined
  text: string
}

const vocabularies = {
  microdata: { item: 'itemscope', type: 'itemtype', id: 'itemid', property: 'itemprop' },
  rdfa: { item: 'typeof', type: 'typeof', id: 'resource', property: 'property' },
} as const

/** An attribute that holds the value of an element, instead of its text (HTML Standard §5.2.4). */
const valueAttribute = new Map<number, string>([
  [tag.a, 'href'],
  [tag.area, 'href'],
  [tag.link, 'href'],
  [tag.audio, 'src'],
  [tag.embed, 'src'],
  [tag.iframe, 'src'],
  [tag.img, 'src'],
  [tag.source, 'src'],
  [tag.track, 'src'],
  [tag.video, 'src'],
  [tag.object, 'data'],
  [tag.data, 'value'],
  [tag.meter, 'value'],
  [tag.time, 'datetime'],
  [tag.input, 'value'],
])

/** Properties that take a link's target; of another property a link's text is the value, as pages mean it. */
const urlProperties = new Set([
  'url',
  'image',
  'availability',
  'itemcondition',
  'sameas',
  'logo',
  'thumbnailurl',
  'item',
])

/**
 * Microdata or RDFa (Lite) read while the page streams by. Top-level items go to `items`; an item that is a property of
 * another is its value. Properties outside of any item go to one item without a type, as many shops forget the scope.
 */
export function makeItemReader(
  reader: MarkupReader,
  syntax: keyof typeof vocabularies,
  items: Thing[],
  followsReferences = false,
): ItemReader {
  const parts = followsReferences ? referredParts(reader.html) : null
  const referring: { item: Thing; ids: string[] }[] = []
  /** Items that refer, or hold one that does: no value of another one, or they would hold each other for ever. */
  const carriers = new Set<unknown>()
  const words = vocabularies[syntax]
  const openItems: OpenItem[] = []
  const openProperties: OpenProperty[] = []
  let itemCount = 0
  let loose: Thing | null = null

  const add = (item: Thing, names: string[], value: unknown): void => {
    for (const name of names) {
      const values = Object.hasOwn(item, name) ? (item[name] as unknown[]) : []
      if (values.length === 0) item[name] = values
      if (values.length < maxValuesPerProperty) values.push(value)
    }
  }

  /** Of a part's properties both the item around it and the part itself, for the items that refer to it. */
  const addToOpen = (names: string[], value: unknown): void => {
    const { item, around } = openItems.at(-1) ?? { item: owner() }
    add(item, names, value)
    if (around !== undefined) add(around, names, value)
  }

  const owner = (): Thing => {
    const open = openItems.at(-1)
    if (open !== undefined) return open.item
    if (loose === null) {
      loose = {}
      items.push(loose)
    }
    return loose
  }

  const attributeValue = (code: number, names: string[]): string | null => {
    const content = reader.value('content')
    if (content !== null) return content
    if (syntax === 'rdfa') {
      const target = reader.value('resource')
      if (target !== null) return target
    }
    const name = valueAttribute.get(code)
    if (name === undefined) return null
    if (code === tag.a && !names.some((property) => urlProperties.has(property.toLowerCase()))) return null
    const value = reader.value(name)
    if (value !== null || code !== tag.img) return value
    return reader.value('data-src')
  }

  /** A part that items refer to collects its properties as an item would, wherever it stands. */
  const openPart = (depth: number): void => {
    const id = reader.value('id')
    const part = id === null ? undefined : parts?.get(id)
    if (part !== undefined) openItems.push({ depth, item: part, around: openItems.at(-1)?.item })
  }

  return {
    open(code, depth) {
      if (parts !== null && depth !== 0) openPart(depth)
      const property = reader.value(words.property)
      const type = reader.value(words.type)
      const opensItem = type !== null || (syntax === 'microdata' && reader.value(words.item) !== null)
      if (property === null && !opensItem) return
      const names =
        property === null
          ? []
          : property
              .split(/\s+/)
              .map(termName)
              .filter((name) => name !== '' && name !== '__proto__')
      if (opensItem) {
        if (depth === 0 || itemCount >= maxItems) return
        itemCount++
        const item: Thing = { '@type': (type ?? '').split(/\s+/).filter((name) => name !== '') }
        const id = reader.value(words.id)
        if (id !== null) item['@id'] = id
        if (names.length > 0 && openItems.length > 0) addToOpen(names, item)
        else items.push(item)
        openItems.push({ depth, item })
        const ids = parts === null ? null : reader.value('itemref')
        if (ids !== null && referring.length < maxReferring) {
          referring.push({ item, ids: ids.split(/\s+/).slice(0, maxReferring) })
          for (const open of openItems) carriers.add(open.item)
        }
        return
      }
      // Metas of Open Graph are properties in RDFa's syntax, of no item.
      if (names.length === 0 || (openItems.length === 0 && (syntax === 'rdfa' || code === tag.meta))) return
      const value = attributeValue(code, names)
      if (value !== null) addToOpen(names, value.trim())
      else if (depth !== 0 && openProperties.length < maxOpenProperties) {
        const { item, around } = openItems.at(-1) ?? { item: owner() }
        openProperties.push({ depth, names, item, around, text: '' })
      }
    },

    close(depth) {
      const property = openProperties.at(-1)
      if (property !== undefined && property.depth === depth) {
        openProperties.pop()
        const value = plain(property.text)
        if (value !== '') {
          add(property.item, property.names, value)
          if (property.around !== undefined) add(property.around, property.names, value)
        }
      }
      // A part may be an item itself.
      while (openItems.at(-1)?.depth === depth) openItems.pop()
    },

    text(text) {
      for (const property of openProperties) if (property.text.length < maxPropertyChars) property.text += text
    },

    end() {
      for (const { item, ids } of referring) {
        for (const id of ids) {
          for (const [name, values] of Object.entries(parts?.get(id) ?? {})) {
            for (const value of values as unknown[]) if (!carriers.has(value)) add(item, [name], value)
          }
        }
      }
    },
  }
}

const itemRef = /\sitemref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi

/** The parts of a page that its items refer to (HTML Standard §5.2.2), by id, empty yet. */
function referredParts(html: string): Map<string, Thing> {
  const parts = new Map<string, Thing>()
  for (const [, double, single, bare] of html.matchAll(itemRef)) {
    for (const id of (double ?? single ?? bare ?? '').split(/\s+/)) {
      if (id !== '' && parts.size < maxItems) parts.set(id, {})
    }
  }
  return parts
}
