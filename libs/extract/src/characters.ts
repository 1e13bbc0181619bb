/** An ideograph or kana: a word of its own. */
export const isCjk = (code: number): boolean =>
  (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff)

const moneySigns = new Set([...'€£¥￥￡₹₽₺₪₩₫₴₦₱฿₸₾ł円元원č₡₲价價'].map((sign) => sign.charCodeAt(0)))

/** A dollar in a text may be a variable of a shell: it is money beside a digit or where it stands alone. */
export function isMoneySign(text: string, at: number, code: number): boolean {
  if (code !== 36) return moneySigns.has(code)
  const next = text.charCodeAt(at + 1)
  return (next >= 48 && next <= 57) || next === 60 || next === 32 || next === 0xa0 || Number.isNaN(next)
}

/** Codes below this are looked up, the others compared. */
export const tableSize = 0x530
const vowelBit = 1 << 15
export const moneyBit = 1 << 14
export const foldMask = moneyBit - 1
/** Of a letter or digit its code in lower case, 0 of anything else; with bits for vowels (Latin, Cyrillic) and possible signs of money. */
export const characters = new Uint16Array(tableSize)
for (let code = 0; code < tableSize; code++) {
  const lower = String.fromCharCode(code).toLowerCase()
  const spoken = lower !== 'й' && /[aeiouyæøœıаеиоуыэюяіє]/.test(lower.normalize('NFD').charAt(0))
  characters[code] =
    (/[\p{L}\p{N}]/u.test(lower) ? lower.charCodeAt(0) & foldMask : 0) |
    (spoken ? vowelBit : 0) |
    (code === 36 || moneySigns.has(code) ? moneyBit : 0)
}
/** A vowel of Latin or Cyrillic, with or without accents. */
export const isVowel = (code: number): boolean => code < tableSize && (characters[code] as number) >= vowelBit

/** General punctuation, arrows, boxes, CJK marks and full-width ones: no part of a word. */
export const isHighMark = (code: number): boolean =>
  (code >= 0x2000 && code <= 0x2bff) ||
  (code >= 0x3000 && code <= 0x303f) ||
  (code >= 0xff01 && code <= 0xff0f) ||
  (code >= 0xff1a && code <= 0xff20) ||
  (code >= 0xff3b && code <= 0xff40) ||
  (code >= 0xff5b && code <= 0xff65)

/** A letter or digit in lower case; 0 for anything else. */
export const foldOf = (code: number): number =>
  code < tableSize ? (characters[code] as number) & foldMask : isHighMark(code) ? 0 : code

/** Marks that end a sentence, in several scripts. */
export const sentenceEnds = new Set([...'.!?…؟।。！？'].map((mark) => mark.charCodeAt(0)))
