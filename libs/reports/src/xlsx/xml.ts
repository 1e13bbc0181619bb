import { cleanText } from '../cell-text.ts'

/** Most characters of a cell. */
export const maxCellChars = 32_767
/** Ends a text that was cut at {@link maxCellChars}. */
export const cutMark = '… [cut]'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function escapeXml(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (c) => escapes[c] ?? c) : text
}

/** Text of a cell: clean, cut, and with `_x0041_` (an escape in this format) kept as it is written. */
export function cellText(text: string): string {
  const clean = cleanText(text)
  const cut = clean.length <= maxCellChars ? clean : cutAt(clean, maxCellChars - cutMark.length) + cutMark
  return escapeXml(cut.includes('_x') ? cut.replace(/_(?=x[0-9a-fA-F]{4}_)/g, '_x005F_') : cut)
}

/** The element of a cell's text. Blanks at its ends are said to count, and nothing of it is elsewhere: it would be a tenth of a sheet. */
export function textElement(text: string): string {
  const shown = cellText(text)
  return shown.startsWith(' ') || shown.endsWith(' ') ? `<t xml:space="preserve">${shown}</t>` : `<t>${shown}</t>`
}

// Not between the halves of a surrogate pair.
function cutAt(text: string, chars: number): string {
  const end = /[\ud800-\udbff]/.test(text.charAt(chars - 1)) ? chars - 1 : chars
  return text.slice(0, end)
}

/** Makes a printed sheet as wide as its page: the first element of a worksheet, and its last one. */
export const fitToPage = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
export const landscape = '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'

/** `A` for 0, `AA` for 26. */
export function columnName(index: number): string {
  const rest = Math.floor(index / 26) - 1
  return (rest < 0 ? '' : columnName(rest)) + String.fromCharCode(65 + (index % 26))
}

/** A name that every program takes for a sheet: 31 characters, none of `[]:*?/\`, not `History`, none taken yet. */
export function sheetName(wanted: string, taken: ReadonlySet<string>): string {
  const legal = cleanText(wanted)
    .replace(/[[\]:*?/\\]/g, ' ')
    .replace(/^[\s']+|[\s']+$/g, '')
  const base = legal === '' || /^history$/i.test(legal) ? `Sheet ${legal}`.trim() : legal
  const isTaken = (name: string): boolean => [...taken].some((other) => other.toLowerCase() === name.toLowerCase())
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : ` ${n}`
    const name = cutAt(base, 31 - suffix.length).trimEnd() + suffix
    if (!isTaken(name)) return name
  }
}
