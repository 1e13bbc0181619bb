import { availabilityInText } from './availability.ts'
import { currencyOnPage } from './currency-on-page.ts'
import type { PageIdentity } from './main-product.ts'
import { type OutlineElement, type PageOutline, readOutline } from './page-outline.ts'
import { type Anchors, isElsewhere, visiblePrices } from './page-price.ts'
import { visibleSku } from './page-sku.ts'
import { availabilityHint, buyHint, buyText, notifyText } from './page-words.ts'
import type { ProductDraft } from './product-draft.ts'
import type { PageScan } from './scan-page.ts'
import { tag } from './tags.ts'
import { plain } from './text.ts'

/** Below this a visible price is more likely another one than the product's. */
const leastPriceScore = 3
const maxButtonChars = 40
const maxPhraseChars = 160
const maxCrumbChars = 80
const maxTrailPieces = 100

/** Languages whose shops write their currency in plain letters: `kr`, `lei`, `Ft`, `CHF`, `руб`. */
const lettersForMoney =
  /^(?:sv|n[bno]|da|is|ro|hu|hr|bs|sr|mk|bg|ru|be|kk|uk|cs|tr|id|ms|de-ch|fr-ch|it-ch|ar|fa|th)\b/i

/** Cheap signs that a page may sell something: only then is its text worth a second look. */
export const maySell = (html: string, scan: PageScan): boolean =>
  (scan.text.showsMoney || lettersForMoney.test(scan.language ?? '')) &&
  /cart|basket|warenkorb|panier|carrito|carrello|koszyk|ko[sš][ií]k|buy|корзин|購物|购物|カート|checkout|acquista|comprar|kaufen/i.test(
    html,
  )

export interface PageEvidence {
  draft: ProductDraft
  /** Every price it shows. */
  amounts: ReadonlySet<number>
  /** There is a button to buy it. */
  buys: boolean
  /** The page itself, without structured data, is clearly one of a product. */
  sellsOne: boolean
}

/** What the visible page says of its product: the price by its place and looks, phrases of availability, labelled numbers. */
export function readVisible(html: string, page: PageIdentity): PageEvidence {
  const { url } = page
  const outline = readOutline(html)
  const anchors = findAnchors(outline, page.names)
  const prices = visiblePrices(outline, anchors)
  const price = prices.find((one) => one.score >= leastPriceScore && !one.isOld)
  const old =
    price === undefined
      ? undefined
      : prices.find((one) => one.isOld && one.amount > price.amount && Math.abs(one.offset - price.offset) < 200)
  const said = visibleAvailability(outline, anchors, price?.offset ?? null)
  const sku = visibleSku(outline, url, anchors.heading)
  const buys = anchors.buttons.length > 0
  // The first of many prices of one shape is a list of products.
  const listed = (price?.siblings ?? 0) >= 3
  const supported = price === undefined ? said !== null && sku !== null : buys || said !== null || sku !== null
  return {
    draft: {
      name: anchors.name,
      price: price?.amount ?? null,
      currency: currencyOnPage(price?.currency ?? null, price?.written ?? null, page),
      priceText: price?.text ?? null,
      regularPrice: old?.amount ?? null,
      availability: said,
      sku,
      breadcrumbs: visibleBreadcrumbs(outline, anchors.name),
    },
    amounts: new Set(prices.map(({ amount }) => amount)),
    buys,
    sellsOne: anchors.heading !== null && !listed && supported,
  }
}

/** The heading that names the product, and the buttons to buy it. */
export function findAnchors(outline: PageOutline, names: readonly string[]): Anchors {
  const wanted = names.map((name) => letters(name)).filter((name) => name.length > 3)
  const heading = findHeading(outline, wanted)
  const piece = heading === null ? null : firstText(outline, heading)
  const anchors: Anchors = {
    name: heading === null ? null : outline.textOf(heading),
    headingPiece: piece,
    heading: piece === null ? null : (outline.offsets[piece] ?? 0),
    buttons: [],
  }
  for (const element of outline.elements) {
    if (!isBuyButton(outline, element) || within(outline, element, (one) => isElsewhere(one, anchors))) continue
    anchors.buttons.push(outline.offsets[element.from] ?? 0)
  }
  return anchors
}

/** Where the page's name stands: the h1 nearest to its title, else any h1, else the longest text that its title repeats. */
function findHeading(outline: PageOutline, wanted: readonly string[]): OutlineElement | null {
  let best: OutlineElement | null = null
  let bestScore = 0.2
  for (const element of outline.elements) {
    if (element.to === element.from || element.to - element.from > 20) continue
    const isHeading = element.code >= tag.h1 && element.code <= tag.h3
    const text = letters(outline.textOf(element).slice(0, 300))
    if (text.length < 4) continue
    const likeness = Math.max(0, ...wanted.map((name) => (name.includes(text) ? text.length / name.length : 0)))
    const score = (element.code === tag.h1 ? 0.5 : isHeading ? 0.1 : 0) + (isHeading || likeness > 0.4 ? likeness : 0)
    if (score <= bestScore) continue
    best = element
    bestScore = score
  }
  return best
}

function firstText(outline: PageOutline, element: OutlineElement): number {
  let at = element.from
  while (at < element.to - 1 && (outline.pieces[at] as string).trim() === '') at++
  return at
}

function within(outline: PageOutline, element: OutlineElement, is: (element: OutlineElement) => boolean): boolean {
  let at: OutlineElement | undefined = element
  for (let level = 0; at !== undefined && level < 30; level++) {
    if (level > 0 && is(at)) return true
    at = outline.elements[at.parent]
  }
  return false
}

const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

function isBuyButton(outline: PageOutline, element: OutlineElement): boolean {
  const { code, hint } = element
  if (
    element.disabled ||
    (code !== tag.button && code !== tag.input && code !== tag.a && !/button|btn|cart/.test(hint))
  )
    return false
  if (element.to - element.from > 8) return false
  const text = outline.textOf(element)
  if (text.length > maxButtonChars) return false
  return (
    buyText.test(text) || (buyHint.test(hint) && (code === tag.button || code === tag.input) && !notifyText.test(text))
  )
}

/** What a short text near the product says of its availability; elements that are named for it first. */
function visibleAvailability(outline: PageOutline, anchors: Anchors, priceOffset: number | null): string | null {
  const start = Math.min(anchors.heading ?? 0, priceOffset ?? Number.POSITIVE_INFINITY)
  let best: string | null = null
  // A distant phrase without a name of its own is about something else.
  let bestScore = 0.6
  for (const element of outline.elements) {
    if (element.to === element.from || element.to - element.from > 10) continue
    const hinted = availabilityHint.test(element.hint)
    const text = outline.textOf(element)
    if (text.length < 2 || text.length > (hinted ? maxPhraseChars : maxPhraseChars / 2)) continue
    const state = availabilityInText(text)
    if (state === null || within(outline, element, (one) => isElsewhere(one, anchors) || one.code === tag.option))
      continue
    const offset = outline.offsets[element.from] ?? 0
    const toPrice = priceOffset === null ? Number.POSITIVE_INFINITY : Math.abs(offset - priceOffset)
    const near = 2_000 / (1_000 + Math.min(Math.abs(offset - start), toPrice))
    const score = (hinted ? 2 : 0) + near - text.length / maxPhraseChars - (offset < start ? 1 : 0)
    if (score <= bestScore) continue
    best = state
    bestScore = score
  }
  return best
}

/** What stands in the page's breadcrumb, without separators and the product itself. */
function visibleBreadcrumbs(outline: PageOutline, name: string | null): string[] {
  const trail = outline.elements.find(({ hint, from, to }) => /breadcrumb|brotkrum/.test(hint) && to > from)
  if (trail === undefined || trail.to - trail.from > maxTrailPieces) return []
  const names = outline.pieces
    .slice(trail.from, trail.to)
    .map(plain)
    .filter((piece) => /[\p{L}\p{N}]/u.test(piece) && piece.length <= maxCrumbChars && piece !== name)
  return [...new Set(names)]
}
