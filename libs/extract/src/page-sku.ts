import type { PageOutline } from './page-outline.ts'
import { skuHint, skuLabel } from './page-words.ts'
import { plain } from './text.ts'

const token = /^[\p{L}\d][\p{L}\d._/-]{1,38}[\p{L}\d]$/u
/** Less evidence than this is no identifier. */
const leastScore = 2.5
const maxLabels = 200

/** Parameters of a URL that name its product. */
const idParameter =
  /^(?:sku|asin|pid|product_?id|products_id|prod(?:uct)?|item_?id|item|article|artikel|art|id|goods_?id|deal)$/i

/**
 * The stock keeping unit that a page shows or names: evidence from labels (`Item no. 123`), attributes (`data-sku`), hidden fields and the
 * address is added up per value, so that what several places agree on wins. Null where no value has enough of it.
 */
export function visibleSku(outline: PageOutline, url: string, heading: number | null): string | null {
  const evidence = new Map<string, { value: string; score: number; kinds: Set<string> }>()
  const add = (raw: string, kind: string, score: number): void => {
    const value = raw.trim().replace(/^[#:]+|[.,;:)\]]+$/g, '')
    if (!token.test(value) || !/\d/.test(value) || /^(?:19|20)\d\d$/.test(value) || /^https?/.test(value)) return
    const key = value.toLowerCase()
    const known = evidence.get(key) ?? { value, score: 0, kinds: new Set() }
    // The same evidence again adds little: related products repeat theirs, too.
    known.score += known.kinds.has(kind) ? 0.1 : score
    known.kinds.add(kind)
    evidence.set(key, known)
  }
  readLabels(outline, heading, add)
  for (const element of outline.elements) {
    if (element.to > element.from && element.to - element.from < 4 && skuHint.test(element.hint)) {
      add(outline.textOf(element), 'hint', 2.8)
    }
  }
  const named = new Map<string, Set<string>>()
  for (const { name, value } of outline.ids) {
    const values = named.get(name) ?? new Set()
    named.set(name, values.add(value))
  }
  // An attribute with many values numbers many products; with one value it is the page's.
  for (const [name, values] of named) {
    const weight = (/sku|asin/.test(name) ? 2 : 1.5) / Math.sqrt(values.size)
    for (const value of values) add(value, `attribute ${name.replace(/^data-/, '')}`, weight)
  }
  for (const [value, weight] of urlTokens(url)) {
    const known = evidence.get(value.toLowerCase())
    if (known !== undefined) known.score += weight
    else add(value, 'url', weight)
  }
  let best: { value: string; score: number } | null = null
  for (const one of evidence.values()) if (best === null || one.score > best.score) best = one
  return best !== null && best.score >= leastScore ? best.value : null
}

/** `Item no.: 123` in one piece of text, or the label in one and the value in the next. */
function readLabels(
  outline: PageOutline,
  heading: number | null,
  add: (raw: string, kind: string, score: number) => void,
): void {
  let labels = 0
  for (let i = 0; i < outline.pieces.length && labels < maxLabels; i++) {
    const piece = outline.pieces[i] as string
    if (piece.length > 400 || piece === ' ') continue
    const text = plain(piece)
    if (text.length < 2) continue
    const offset = outline.offsets[i] ?? 0
    const far = heading !== null && Math.abs(offset - heading) > 20_000 ? 0.5 : 0
    if (text.length <= 40 && skuLabel.test(text)) {
      const value = nextText(outline, i)
      if (value === null) continue
      labels++
      add(value.split(' ')[0] as string, 'label', labelScore(text) - far)
      continue
    }
    const inline =
      /^(.{2,40}?)\s*[:#：№]\s*([^\s:：]{3,40})(?:$|[\s,;)|])/u.exec(text) ??
      /^(.{2,24}?)\s+([^\s:：]*\d[^\s:：]{2,40})$/u.exec(text)
    if (inline === null || !skuLabel.test(inline[1] as string)) continue
    labels++
    add(inline[2] as string, 'label', labelScore(inline[1] as string) - far)
  }
}

/** A label that says whose number it is says more than `Model` or `Ref.` alone. */
const labelScore = (label: string): number =>
  /sku|asin|item|artik|artic|product|produ|code|kód|kod|код|арт|商品|číslo|cod/i.test(label) ? 3.2 : 2.6

function nextText(outline: PageOutline, from: number): string | null {
  for (let i = from + 1; i < Math.min(outline.pieces.length, from + 6); i++) {
    const text = plain(outline.pieces[i] as string).replace(/^[:#：№\s]+/, '')
    if (text !== '') return text.length > 60 ? null : text
  }
  return null
}

/** Parts of a URL that look like ids with their weight, the more digits and the nearer to its end the likelier. */
function urlTokens(url: string): Map<string, number> {
  const found = new Map<string, number>()
  const add = (value: string, weight: number): void => {
    found.set(value, Math.max(weight, found.get(value) ?? 0))
  }
  const parsed = URL.parse(url)
  if (parsed === null) return found
  for (const [name, value] of parsed.searchParams) if (idParameter.test(name) && /\d{3}/.test(value)) add(value, 2.5)
  const segments = parsed.pathname.split('/').filter((segment) => segment !== '')
  segments.reverse().forEach((segment, index) => {
    const bare = safeDecode(segment).replace(/\.(?:html?|php|aspx?|jsp|do)$/i, '')
    const weight = index === 0 ? 2 : 1.6
    add(bare, /^\d{5,}$|^(?=.*\d)[A-Z0-9]{8,}$/.test(bare) ? weight + 1 : weight)
    for (const part of bare.split(/[-_.,+]/)) if (/\d{4}/.test(part)) add(part, weight)
    const trailing = /(?:^|[-_])(?:p|i|iid|prod|item|art)?[-_]?(\d{5,})$/i.exec(bare)?.[1]
    if (trailing !== undefined) add(trailing, weight + 0.5)
  })
  return found
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
