import type { TextMode } from './tokenize-html.ts'

/** Elements that extraction treats specially, as small numbers; every other element is `tag.other`. */
const names = [
  'other',
  ...['a', 'abbr', 'address', 'area', 'article', 'aside', 'audio', 'b', 'base', 'blockquote', 'body', 'br', 'button'],
  ...['caption', 'code', 'col', 'data', 'dd', 'del', 'details', 'div', 'dl', 'dt', 'em', 'embed', 'fieldset'],
  ...['figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'head', 'header', 'hr', 'html'],
  ...[
    'i',
    'iframe',
    'img',
    'input',
    'label',
    'li',
    'link',
    'main',
    'math',
    'meta',
    'meter',
    'nav',
    'noembed',
    'noframes',
    'noscript',
  ],
  ...[
    'object',
    'ol',
    'optgroup',
    'option',
    'p',
    'param',
    'picture',
    'plaintext',
    'pre',
    's',
    'script',
    'section',
    'select',
  ],
  ...['source', 'span', 'strike', 'strong', 'style', 'summary', 'svg', 'table', 'tbody', 'td', 'template'],
  ...['textarea', 'tfoot', 'th', 'thead', 'time', 'title', 'tr', 'track', 'ul', 'video', 'wbr', 'xmp'],
] as const

type TagName = (typeof names)[number]

/** Number of a tag by its name. */
export const tag = Object.fromEntries(names.map((name, code) => [name, code])) as Record<TagName, number>

export const tagCount = names.length

const tableOf = (...list: TagName[]): Uint8Array => {
  const table = new Uint8Array(tagCount)
  for (const name of list) table[tag[name]] = 1
  return table
}

/** Elements without an end tag. */
export const isVoid = tableOf(
  ...(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'param', 'source'] as const),
  ...(['track', 'wbr'] as const),
)

/** Elements before and after which a browser breaks the line, so that words on both sides are two. */
export const breaksText = tableOf(
  ...(['address', 'article', 'aside', 'blockquote', 'body', 'br', 'button', 'caption', 'dd', 'details'] as const),
  ...(['div', 'dl', 'dt', 'fieldset', 'figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4'] as const),
  ...(['h5', 'h6', 'header', 'hr', 'iframe', 'img', 'input', 'li', 'main', 'nav', 'object', 'ol', 'optgroup'] as const),
  ...(['option', 'p', 'pre', 'section', 'select', 'summary', 'svg', 'table', 'tbody', 'td', 'textarea'] as const),
  ...(['tfoot', 'th', 'thead', 'title', 'tr', 'ul', 'video'] as const),
)

/** Of these the ones inside of which a sentence goes on: a break, an image. */
const breaksLine = tableOf(
  'br',
  'img',
  'input',
  'button',
  'select',
  'option',
  'optgroup',
  'svg',
  'video',
  'object',
  'iframe',
)
export const breaksSentence = breaksText.map((breaks, code) => (breaks === 1 && breaksLine[code] === 0 ? 1 : 0))

/** Elements whose text no browser shows as part of the page. */
export const mutesText = tableOf(
  ...(['script', 'style', 'template', 'noscript', 'svg', 'math', 'iframe', 'object', 'noembed', 'noframes'] as const),
)

/** How the content of elements is read that hold nothing but text (HTML Standard §13.2.5.1). */
export const textModes: readonly TextMode[] = names.map((name) => {
  if (['script', 'style', 'iframe', 'noembed', 'noframes', 'xmp'].includes(name)) return 'raw'
  if (name === 'title' || name === 'textarea') return 'escapable'
  return name === 'plaintext' ? 'plain' : 'markup'
})

/** An end tag of an element that is not one of these does not close any of these (HTML Standard §13.2.6.4.7). */
const isBlock = tableOf(
  ...([
    'address',
    'article',
    'aside',
    'blockquote',
    'body',
    'button',
    'caption',
    'dd',
    'details',
    'div',
    'dl',
  ] as const),
  ...([
    'dt',
    'fieldset',
    'figcaption',
    'figure',
    'footer',
    'form',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'head',
  ] as const),
  ...(['header', 'html', 'li', 'main', 'nav', 'object', 'ol', 'p', 'pre', 'section', 'select', 'summary'] as const),
  ...(['table', 'tbody', 'td', 'template', 'tfoot', 'th', 'thead', 'tr', 'ul'] as const),
)
const isScopeEdge = tableOf('caption', 'html', 'table', 'td', 'th', 'object', 'template')
const isTablePart = tableOf('table', 'tbody', 'tfoot', 'thead', 'tr', 'td', 'th', 'caption', 'body', 'html', 'template')

/** Whether an end tag of `closing` may close an open `crossed` on its way to its own element. */
export function mayCross(closing: number, crossed: number): boolean {
  if (isTablePart[closing] === 1) return crossed !== tag.template
  return isBlock[closing] === 1 ? isScopeEdge[crossed] === 0 : isBlock[crossed] === 0
}

/** `impliesClose[opening * tagCount + open]` is 1 where the start tag `opening` ends an open element `open`. */
export const impliesClose = new Uint8Array(tagCount * tagCount)
const implied = (openings: TagName[], closes: TagName[]): void => {
  for (const opening of openings) for (const open of closes) impliesClose[tag[opening] * tagCount + tag[open]] = 1
}
implied(['li'], ['li'])
implied(['dd', 'dt'], ['dd', 'dt'])
implied(['option'], ['option'])
implied(['optgroup'], ['optgroup', 'option'])
implied(['a'], ['a'])
implied(['tr'], ['tr', 'td', 'th'])
implied(['td', 'th'], ['td', 'th'])
implied(['tbody', 'thead', 'tfoot'], ['tbody', 'thead', 'tfoot', 'tr', 'td', 'th'])
implied(['body'], ['head', 'title'])
implied(
  [
    ...(['address', 'article', 'aside', 'blockquote', 'dd', 'details', 'div', 'dl', 'dt', 'fieldset'] as const),
    ...(['figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr'] as const),
    ...(['li', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'ul'] as const),
  ],
  ['p'],
)
implied(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'], ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'])

const slots = new Uint8Array(1 << 15)
/** A slot of its own for every known name (a test sees to it); bit 6 tells `hr` from `h2`. */
const slotOf = (first: number, second: number, last: number, length: number): number =>
  ((((first & 31) << 10) | ((second & 31) << 5) | (last & 31)) ^ (length * 0x111) ^ ((last & 64) << 6)) & 0x7fff

for (const name of names) {
  const slot = slotOf(
    name.charCodeAt(0),
    name.length > 1 ? name.charCodeAt(1) : 0,
    name.charCodeAt(name.length - 1),
    name.length,
  )
  if (name !== 'other') slots[slot] = tag[name]
}

/** Whether `text[start, end)` is `name` (given in lower case) whatever its case. */
export function sameName(text: string, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false
  for (let i = 0; i < name.length; i++) {
    const wanted = name.charCodeAt(i)
    const found = text.charCodeAt(start + i)
    if (found !== wanted && (found | 32) !== wanted) return false
  }
  return true
}

/** Number of the tag named at `html[start, end)`, without making a string of it: this runs twice an element. */
export function tagAt(html: string, start: number, end: number): number {
  const length = end - start
  const second = length > 1 ? html.charCodeAt(start + 1) : 0
  const code = slots[slotOf(html.charCodeAt(start), second, html.charCodeAt(end - 1), length)] ?? 0
  return code !== 0 && sameName(html, start, end, names[code] ?? '') ? code : 0
}
