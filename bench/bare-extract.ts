import { Parser } from 'htmlparser2'

export type BareRecord = {
  title: string
  description: string
  canonical: string
  h1: string[]
  links: Set<string>
  words: number
}

/** The least a crawler takes from a page, in one pass of htmlparser2's callbacks and nothing else: what speed is compared with. */
export function bareExtract(html: string, url: string): BareRecord {
  const record: BareRecord = { title: '', description: '', canonical: '', h1: [], links: new Set(), words: 0 }
  let inTitle = false
  let inH1 = false
  let silent = 0

  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'a') {
        const href = attributes.href === undefined ? null : URL.parse(attributes.href, url)
        if (href !== null) {
          href.hash = ''
          record.links.add(href.href)
        }
      } else if (name === 'title') inTitle = record.title === ''
      else if (name === 'h1') {
        inH1 = true
        record.h1.push('')
      } else if (name === 'script' || name === 'style' || name === 'noscript' || name === 'template') silent++
      else if (name === 'meta' && attributes.name?.toLowerCase() === 'description') {
        record.description ||= attributes.content ?? ''
      } else if (name === 'link' && attributes.rel?.toLowerCase() === 'canonical') {
        record.canonical ||= attributes.href ?? ''
      }
    },
    ontext(text) {
      if (inTitle) record.title += text
      else if (silent === 0) {
        if (inH1) record.h1[record.h1.length - 1] += text
        record.words += text.match(/\S+/g)?.length ?? 0
      }
    },
    onclosetag(name) {
      if (name === 'title') inTitle = false
      else if (name === 'h1') inH1 = false
      else if (name === 'script' || name === 'style' || name === 'noscript' || name === 'template') silent--
    },
  })
  parser.end(html)
  return record
}
