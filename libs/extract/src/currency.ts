/** From a table of currency → its writings (`_` is a space in one) to one of writing → currency. */
const byWriting = (table: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(table).flatMap(([iso, writings]) =>
      writings.split(' ').map((writing) => [writing.replaceAll('_', ' '), iso]),
    ),
  )

/**
 * How currencies are written, to ISO 4217. A sign that several countries share stands for the one that trades most with it; the page's own
 * word (a code, a country's prefix) always wins over it.
 */
const signs = byWriting({
  EUR: '€',
  GBP: '£ ￡',
  JPY: '¥ ￥ 円',
  INR: '₹',
  RUB: '₽',
  UAH: '₴',
  TRY: '₺',
  ILS: '₪ ش.ج ש"ח ש״ח',
  KRW: '₩ 원',
  VND: '₫ đ',
  NGN: '₦',
  PHP: '₱',
  CRC: '₡',
  PYG: '₲',
  GHS: '₵ GH₵',
  KZT: '₸',
  AZN: '₼',
  GEL: '₾ ლ',
  MNT: '₮',
  LAK: '₭',
  BDT: '৳',
  THB: '฿ บาท',
  KHR: '៛',
  AMD: '֏',
  PKR: '₨',
  FRF: '₶',
  ANG: 'ƒ',
  BTC: '₿',
  AFN: '؋',
  IRR: '﷼ ریال',
  RWF: 'R₣',
  LKR: 'රු',
  USD: '$ US$ US_$ $US',
  CAD: 'C$ CA$ CAN$ CDN$',
  AUD: 'A$ AU$',
  NZD: 'NZ$',
  HKD: 'HK$',
  TWD: 'NT$ 圓',
  SGD: 'S$ SG$',
  BRL: 'R$',
  MXN: 'MX$ Mex$',
  BZD: 'BZ$',
  DOP: 'RD$',
  CUC: 'CUC$',
  TOP: 'T$',
  UYU: '$U',
  BOB: '$b',
  ZWD: 'Z$',
  GYD: 'G$',
  JMD: 'J$',
  TTD: 'TT$',
  NAD: 'N$',
  BND: 'B$',
  LRD: 'L$',
  CLP: 'CLP$',
  COP: 'COP$',
  ARS: 'AR$ $AR',
  EGP: 'E£ ج.م',
  PEN: 'S/. S/',
  CNY: '元 人民币',
  ETB: 'ብር',
  ERN: 'نافكا',
  IRT: 'تومان',
  SAR: 'ريال ر.س',
  AED: 'درهم د.إ',
  JOD: 'دينار_أردني د.ا',
  BHD: '.د.ب د.ب',
  KWD: 'د.ك',
  TND: 'د.ت د.',
  MAD: 'د.م د.م.',
  IQD: 'د.ع',
  DZD: 'د.ج',
  QAR: 'ر.ق',
  OMR: 'ر.ع',
  YER: 'ر.ي',
  SDG: 'ج.س',
  LBP: 'ل.ل',
  SYP: 'ل.س',
})

/** Words and abbreviations: matched whatever their case, never inside another word. */
const words = byWriting({
  EUR: 'eur euro euros евро ευρώ',
  USD: 'usd dollar dollars дол',
  GBP: 'pound pounds',
  CZK: 'kč kc',
  PLN: 'zł zl złotych',
  RON: 'lei leu ron',
  RUB: 'руб руб. рублей рубля рубль р. р rub rbl',
  BYN: 'бел.руб.',
  UAH: 'грн грн. hrn uah',
  BGN: 'лв лв.',
  KZT: 'тг тенге',
  MKD: 'ден',
  RSD: 'дин дин. din dinara rsd',
  HRK: 'kn kuna',
  SEK: 'kr',
  DKK: 'kr.',
  TRY: 'tl',
  GEL: 'lari',
  CHF: 'fr. sfr sfr. chf francs',
  INR: 'rs rs. inr',
  IDR: 'rp',
  MYR: 'rm',
  AED: 'dhs aed aed.',
  XOF: 'cfa fcfa',
  KES: 'kshs ksh',
  BTC: 'btc',
  KGS: 'сом',
  UZS: "so'm сум",
  CNY: 'yuan rmb',
  JPY: 'yen',
  KRW: 'won',
  THB: 'baht',
  MXN: 'peso pesos',
  VND: 'vnd vnđ',
})

/** Writings that are words of other things too: a currency only right beside a number. */
const weakWords = byWriting({
  HUF: 'ft',
  BYN: 'br',
  BAM: 'km',
  ALL: 'lek',
  MAD: 'dh',
  UGX: 'ush',
  TZS: 'tsh',
  RWF: 'frw',
  BHD: 'bd',
  KWD: 'kd',
  LYD: 'ld',
  TND: 'dt',
  MWK: 'mk',
  MVR: 'rf',
  STN: 'db',
  BOB: 'bs bs.',
  MZN: 'mt',
  MGA: 'ar',
  SPL: 'spl',
  CVE: 'esc',
  IQD: 'id',
  TWD: 'nt',
  SOS: 'sl',
  VUV: 'vt',
  KGS: 'с som',
})

/** Single letters: only right beside a number, and as they are written. */
const letters = byWriting({
  ZAR: 'R',
  GTQ: 'Q',
  BWP: 'P',
  HNL: 'L',
  HTG: 'G',
  RUB: 'Р',
  PEN: "S'",
})

const isoCodes = new Set([...Intl.supportedValuesOf('currency'), 'BTC', 'IRT', 'GGP', 'IMP', 'JEP', 'DEM', 'FRF'])

const anyOf = (writings: Iterable<string>): string =>
  [...writings]
    .sort((a, b) => b.length - a.length)
    .map((writing) => writing.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .join('|')
const word = (writings: Iterable<string>): string => String.raw`(?<!\p{L})(?:${anyOf(writings)})(?!\p{L})`

const sure = `${anyOf(Object.keys(signs))}|${word([...isoCodes, ...Object.keys(words)])}`
const possible = `${sure}|${word([...Object.keys(weakWords), ...Object.keys(letters)])}`
const anywhere = new RegExp(sure, 'iu')
const before = new RegExp(String.raw`(?:${possible})(?=[\s:.]*$)`, 'iu')
// `5,- Kč`, `1.198.- CHF`
const after = new RegExp(String.raw`^(?:[.,]?[-–—]+)?\s*(${possible})`, 'iu')
const code = new RegExp(word(isoCodes), 'u')

export interface WrittenCurrency {
  /** ISO 4217. */
  iso: string
  /** As the page writes it. */
  text: string
  /** False for a word that means other things too (`ft`, `km`, `R`). */
  sure: boolean
}

function named(text: string | undefined): WrittenCurrency | null {
  if (text === undefined) return null
  const upper = text.toUpperCase()
  const lower = text.toLowerCase()
  const known = isoCodes.has(upper) && (text === upper || text === lower) ? upper : undefined
  const certain = signs[text] ?? signs[upper] ?? known ?? words[lower]
  const iso = certain ?? weakWords[lower] ?? letters[text]
  return iso === undefined ? null : { iso, text, sure: certain !== undefined }
}

/** The currency written at the end of a text, as before a number. */
export const currencyBefore = (text: string): WrittenCurrency | null => named(before.exec(text)?.[0])

/** The currency written at the start of a text, as behind a number. */
export const currencyAfter = (text: string): WrittenCurrency | null => named(after.exec(text)?.[1])

/** The first currency written anywhere in a text. */
export const currencyIn = (text: string): WrittenCurrency | null => named(anywhere.exec(text)?.[0])

/** The first ISO 4217 code written in capitals in a text. */
export const currencyCodeIn = (text: string): WrittenCurrency | null => named(code.exec(text)?.[0])

/** The ISO 4217 code that a field for a currency means (`EUR`, `eur`, `€`), or null. */
export function currencyCode(text: string): string | null {
  const trimmed = text.trim()
  const upper = trimmed.toUpperCase()
  return isoCodes.has(upper) ? upper : (named(trimmed)?.iso ?? null)
}
