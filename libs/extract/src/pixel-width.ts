/**
 * Advance widths of Arial in thousandths of its size, space to `~`: Adobe's metrics of Helvetica (Core 14 AFM), which Arial was made to
 * share. Search results set titles and descriptions in it.
 */
const ascii = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
]

/** What is no accented Latin letter. */
const others: Record<string, number> = {
  '\u00a0': 278,
  '©': 737,
  '®': 737,
  '™': 1000,
  '°': 400,
  '«': 556,
  '»': 556,
  '‹': 333,
  '›': 333,
  '·': 278,
  '•': 350,
  '–': 556,
  '—': 1000,
  '‘': 222,
  '’': 222,
  '‚': 222,
  '“': 333,
  '”': 333,
  '„': 333,
  '…': 1000,
  '×': 584,
  '½': 834,
  ß: 611,
  æ: 889,
  Æ: 1000,
  ø: 611,
  Ø: 778,
  œ: 944,
  Œ: 1000,
  ł: 222,
  Ł: 556,
  đ: 556,
  ı: 278,
}

/** Scripts of square characters. */
const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xff01 && code <= 0xff60) ||
  code >= 0x1f300

function widthOf(character: string): number {
  const code = character.codePointAt(0) as number
  if (code >= 32 && code < 127) return ascii[code - 32] as number
  const known = others[character]
  if (known !== undefined) return known
  if (isWide(code)) return 1_000
  if ((code >= 0x300 && code <= 0x36f) || (code >= 0x200b && code <= 0x200f) || code < 32) return 0
  const letter = character.normalize('NFD').codePointAt(0) as number
  // A letter of another script: the mean of Arial's Greek and Cyrillic.
  return letter >= 32 && letter < 127 ? (ascii[letter - 32] as number) : 570
}

/** Pixels that a text takes in Arial of a size. */
export function pixelWidth(text: string, sizePixels: number): number {
  let thousandths = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 32 && code < 127) thousandths += ascii[code - 32] as number
    else {
      const character = String.fromCodePoint(text.codePointAt(i) as number)
      thousandths += widthOf(character)
      i += character.length - 1
    }
  }
  return Math.round((thousandths * sizePixels) / 1_000)
}
