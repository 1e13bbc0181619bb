import { currencyAfter, currencyBefore } from './currency.ts'
import type { OutlineElement, PageOutline } from './page-outline.ts'
import {
  currentPriceHint,
  elsewhereHint,
  otherPriceHint,
  otherPriceLabel,
  priceHint,
  priceLabel,
} from './page-words.ts'
import { type Price, parsePrice } from './price.ts'
import { tag } from './tags.ts'
import { plain } from './text.ts'

/** Longest text of an element that is a price and no more. */
const maxPriceChars = 60
/** Ancestors that are asked whether they are about other products. */
const maxAncestors = 25
/** A price shown this often in one shape belongs to a list, even if it is always the same. */
const maxPlaces = 5
/** Characters of text after which nearness to a heading or button has halved. */
const halfwayChars = 800

/** Where on the page the product is. */
export interface Anchors {
  /** The text of the heading that names it. */
  name: string | null
  /** Index of that heading's first piece of text. */
  headingPiece: number | null
  /** The same as an offset in the page's text. */
  heading: number | null
  /** Offsets of the buttons to buy it. */
  buttons: number[]
}

/** Whether an element is part of something other than the page's product: what holds the heading never is. */
export function isElsewhere(element: OutlineElement, { headingPiece }: Anchors): boolean {
  if (headingPiece !== null && element.from <= headingPiece && headingPiece < element.to) return false
  if (element.code === tag.footer || element.code === tag.nav || element.code === tag.aside) return true
  return element.hint !== '' && elsewhereHint.test(element.hint)
}

export interface VisiblePrice {
  amount: number
  currency: string | null
  text: string
  /** With its currency, wherever that stands. */
  written: string
  score: number
  offset: number
  /** A price that is struck out or called old. */
  isOld: boolean
  /** Other amounts that the page shows in the same shape. */
  siblings: number
}

const isStruck = (element: OutlineElement): boolean =>
  element.code === tag.del || element.code === tag.s || element.code === tag.strike

/** Every visible price of the page, the most likely price of its product first. */
export function visiblePrices(outline: PageOutline, anchors: Anchors): VisiblePrice[] {
  const found: (VisiblePrice & { shape: string })[] = []
  for (const element of outline.elements) {
    if (element.to <= element.from || element.to - element.from > 12) continue
    if (element.code === tag.option || element.code === tag.a) continue
    const text = outline.textOf(element)
    if (text.length === 0 || text.length > maxPriceChars || !/\d/.test(text)) continue
    const hinted = priceHint.test(element.hint)
    const price = besideCurrency(outline, element, parsePrice(text))
    if (price.amount === null || price.amount <= 0 || (price.currency === null && !hinted)) continue
    const others = text.replace(price.text ?? '', '').replace(price.currencyText ?? '', '')
    if (/\p{L}{4}/u.test(others) && (price.currency === null || (!hinted && /^\p{L}/u.test(price.currencyText ?? ''))))
      continue
    const { amount, currency } = price
    found.push({
      ...candidate(outline, element, hinted, anchors),
      amount,
      currency,
      text,
      written: `${text} ${price.currencyText ?? ''}`,
      siblings: 0,
    })
  }
  const shapes = new Map<string, Set<number>>()
  for (const { shape, amount } of found) shapes.set(shape, (shapes.get(shape) ?? new Set()).add(amount))
  const places = new Map<string, number>()
  for (const { shape } of found) places.set(shape, (places.get(shape) ?? 0) + 1)
  const repeats = new Map<number, number>()
  for (const one of found) if (one.score > 0) repeats.set(one.amount, (repeats.get(one.amount) ?? 0) + 1)
  for (const one of found) {
    // Prices of one shape, many times: tiles of other products.
    const amounts = shapes.get(one.shape)?.size ?? 1
    one.siblings = amounts - 1
    if ((places.get(one.shape) ?? 0) >= maxPlaces) one.score -= 1
    if (amounts >= 3) one.score -= Math.min(3, 1 + amounts / 8)
    if ((repeats.get(one.amount) ?? 0) > 1) one.score += 0.5
    if (one.currency !== null) one.score += 1.5
  }
  return found.sort((a, b) => b.score - a.score)
}

/** A bare number with the sign of a currency in the element before or behind it is written in it. */
function besideCurrency(outline: PageOutline, element: OutlineElement, price: Price): Price {
  if (price.currency !== null || price.amount === null) return price
  const near = (from: number, to: number): string => plain(outline.pieces.slice(Math.max(0, from), to).join(''))
  const currency =
    currencyAfter(near(element.to, element.to + 3).slice(0, 6)) ??
    currencyBefore(near(element.from - 3, element.from).slice(-6))
  return currency?.sure === true ? { ...price, currency: currency.iso, currencyText: currency.text } : price
}

function candidate(
  outline: PageOutline,
  element: OutlineElement,
  hinted: boolean,
  anchors: Anchors,
): { score: number; offset: number; isOld: boolean; shape: string } {
  const offset = outline.offsets[element.from] ?? 0
  let score = hinted ? 2 : 0
  let isOld = false
  let shape = ''
  let away = 0
  let at: OutlineElement | undefined = element
  for (let level = 0; at !== undefined && level < maxAncestors; level++) {
    const { hint } = at
    if (isStruck(at)) isOld = true
    if (level < 4) shape += `${at.code}.${hint} `
    if (hint !== '') {
      if (level < 3 && otherPriceHint.test(hint)) {
        score -= level === 0 ? 3 : 1.5
        if (/old|was|before|strike|crossed|line-?through|original|previous|list-?price|rrp|uvp/.test(hint)) isOld = true
      }
      if (level < 3 && priceHint.test(hint)) {
        if (level > 0 && !hinted) score += 1
        if (currentPriceHint.test(hint)) score += level === 0 ? 1 : 0.5
      }
    }
    if (level > 0 && isElsewhere(at, anchors)) away++
    if (at.code === tag.a) score -= 1.5
    if (at.code === tag.li && level > 1) score -= 0.3
    at = outline.elements[at.parent]
  }
  if (isOld) score -= 4
  score -= 2 * Math.min(away, 3)
  const before = plain(outline.pieces.slice(Math.max(0, element.from - 6), element.from).join('')).slice(-40)
  const own = outline.textOf(element)
  if (otherPriceLabel.test(before) || otherPriceLabel.test(own.replace(/\d.*$/s, ''))) score -= 2.5
  else if (priceLabel.test(before) || priceLabel.test(own.replace(/\d.*$/s, ''))) score += 1
  const after = plain(outline.pieces.slice(element.to, element.to + 3).join('')).slice(0, 20)
  if (/^(?:\/|per |pro |je |par )\s?(?:\d+\s?)?(?:kg|g|l|ml|m|m²|month|monat|mois|mo|unit|stück|100)/i.test(after))
    score -= 1
  score += 4 * nearness(offset, anchors)
  return { score, offset, isOld, shape }
}

/** 1 right at the heading or a button, going to 0 with distance; before the heading it falls four times as fast. */
function nearness(offset: number, { heading, buttons }: Anchors): number {
  const fall = (distance: number): number => halfwayChars / (halfwayChars + distance)
  const toHeading = heading === null ? 0 : fall(offset >= heading ? offset - heading : 4 * (heading - offset))
  const toButton = Math.max(0, ...buttons.slice(0, 200).map((button) => fall(2 * Math.abs(offset - button))))
  return heading === null ? toButton : buttons.length === 0 ? toHeading : 0.6 * toHeading + 0.4 * toButton
}
