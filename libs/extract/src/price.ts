import { currencyAfter, currencyBefore, currencyCodeIn, currencyIn } from './currency.ts'

export interface Price {
  /** Null where the text names no amount. */
  amount: number | null
  /** ISO 4217. A shared sign (`$`, `kr`) is its biggest currency. Null: the text names none. */
  currency: string | null
  /** The currency as written. */
  currencyText: string | null
  /** The amount as written, with its separators. */
  text: string | null
}

export interface PriceHints {
  /** Another text that may name the currency. */
  currencyText?: string | null | undefined
  decimalSeparator?: string | undefined
}

/** No price is higher: such a number is an identifier, and beyond it sums are no longer exact. */
export const maxAmount = 1e12

/** Longest text that is looked at. */
const maxPriceChars = 400
const space = '[ \\u00a0\\u2007\\u2009\\u202f]'
// Groups of three after a space or an apostrophe, or digits with dots and commas between.
const number = new RegExp(
  String.raw`(?<![\d])(?:\d{1,3}(?:(?:${space}|['’´])\d{3}(?!\d))+(?:[.,]\d{1,2}(?!\d))?|[.,]{0,2}\d(?:[.,]?\d|[.,] (?=\d\d(?!\d)))*)`,
  'gu',
)
const euroCents = /^(\d+)\s?€\s?(\d{2})(?!\d)/
const reduced = /^.*\b(?:was|statt|avant|antes|prima|before)\b.*\b(?:now|jetzt|maintenant|ahora|agora|ora)\b/i
const date = /^\d{1,2}\.\d{1,2}\.(?:19|20)\d{2}$|^(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}/

/**
 * The price that a text of any locale names: `1.299,00 €`, `US $12`, `ab 5,-`, `£10 - £20` (the first), `Was $3 Now $2` (the second).
 * Of several numbers the first beside a currency is the price; percentages and dates are none.
 */
export function parsePrice(source: string, hints: PriceHints = {}): Price {
  const text = source.slice(0, maxPriceChars)
  const now = reduced.exec(text)
  const found = (now !== null && findNumber(text.slice(now[0].length), hints)) || findNumber(text, hints)
  const hinted = hints.currencyText == null ? null : currencyIn(hints.currencyText.slice(0, maxPriceChars))
  const currency = found?.currency ?? currencyIn(text) ?? hinted
  return {
    amount: found?.amount ?? null,
    currency: currency?.iso ?? null,
    currencyText: currency?.text ?? null,
    text: found?.text ?? null,
  }
}

interface FoundNumber {
  amount: number
  text: string
  currency: ReturnType<typeof currencyIn>
}

function findNumber(text: string, hints: PriceHints): FoundNumber | null {
  let first: FoundNumber | null = null
  for (const match of text.matchAll(number)) {
    const written = match[0]
    const end = match.index + written.length
    const rest = text.slice(end)
    if (/^\s*%/.test(rest) || date.test(text.slice(match.index))) continue
    const euro = euroCents.exec(text.slice(match.index))
    if (euro !== null && hints.decimalSeparator !== undefined ? hints.decimalSeparator === '€' : euro !== null) {
      const amount = Number(`${euro?.[1]}.${euro?.[2]}`)
      if (amount > maxAmount) continue
      return { amount, text: euro?.[0] ?? written, currency: currencyIn('€') }
    }
    const amount = amountOf(written, hints.decimalSeparator)
    if (amount === null) continue
    const currency = adjacentCurrency(text, match.index, end)
    const found = { amount, text: written, currency }
    if (currency !== null) return found
    first ??= found
  }
  return first
}

/** The currency right beside `text[start, end)`: a sure one over a doubtful one, a code (`NZD $5`) over a shared sign. */
function adjacentCurrency(text: string, start: number, end: number): FoundNumber['currency'] {
  const left = text.slice(Math.max(0, start - 16), start)
  const right = text.slice(end, end + 24)
  const before = currencyBefore(left)
  const after = currencyAfter(right)
  const found = before?.sure === true || after === null || (before !== null && !after.sure) ? before : after
  return found?.text === '$' ? (currencyCodeIn(left.slice(-8)) ?? currencyCodeIn(right.slice(0, 6)) ?? found) : found
}

/**
 * A number as written in any locale. Of two kinds of separators the last is the decimal one; a single one is, unless exactly three digits
 * follow or it repeats.
 */
function amountOf(written: string, decimalSeparator: string | undefined): number | null {
  const bare = written.replace(/^[.,](?=[.,])/, '').replace(/[\s'’´]/g, '')
  let decimal = decimalSeparator
  if (decimal === undefined) {
    const last = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','))
    const sign = bare[last]
    if (sign !== undefined) {
      const other = sign === '.' ? ',' : '.'
      const repeats = bare.indexOf(sign) !== last
      const digitsAfter = bare.length - last - 1
      if (bare.includes(other) ? !repeats : digitsAfter !== 3 || last === 0 || /^0[.,]/.test(bare)) decimal = sign
      if (repeats && !bare.includes(other) && digitsAfter !== 2) decimal = undefined
    }
  }
  const at = decimal === undefined ? -1 : bare.lastIndexOf(decimal)
  const whole = (at === -1 ? bare : bare.slice(0, at)).replace(/[.,]/g, '')
  const fraction = at === -1 ? '' : bare.slice(at + 1).replace(/[.,]/g, '')
  const amount = Number(`${whole === '' ? '0' : whole}.${fraction === '' ? '0' : fraction}`)
  return amount <= maxAmount ? amount : null
}
