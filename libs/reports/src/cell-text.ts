// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const needsCleaning = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/
const lineBreaksAndTabs = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same.
const controls = /[\u0000-\u001f\u007f-\u009f\ufeff\ufffe\uffff]/g

/**
 * Text fit for a cell: line breaks and tabs become one space, other control characters (Unicode Cc), byte order marks
 * and code points that XML has no place for are removed, lone surrogates become U+FFFD.
 */
export function cleanText(text: string): string {
  if (!needsCleaning.test(text)) return text
  return text.toWellFormed().replace(lineBreaksAndTabs, ' ').replace(controls, '')
}

/** What starts a formula in some spreadsheet (OWASP, CSV injection), also behind blanks and quotes. */
const leadingTrigger = /^[\s"'`]*[=+\-@＝＋－＠]/
/** A semicolon separates cells where the decimal mark is a comma: what follows it starts a cell there. */
const innerTrigger = /;([\s"'`]*)(?=[=+\-@＝＋－＠])/g
/** Signed numbers and prices: `-5`, `+1.5`, `-1.299,00 €`, `-$5`, `-1E+02`, `-12,5 %`. No formula is made of these alone. */
const signedNumber = /^\s*[+-]?\s?\p{Sc}?\s?\d[\d.,'’\s]*(?:[eE][+-]?\d+)?\s?(?:\p{Sc}|[A-Z]{3})?\s?%?\s*$/u

/**
 * Makes a text cell inert in spreadsheets: an apostrophe goes before what would start a formula. Numbers and prices stay
 * as they are. The input is clean ({@link cleanText}).
 */
export function neutralise(text: string): string {
  const inner = text.includes(';') ? text.replace(innerTrigger, ";$1'") : text
  return leadingTrigger.test(inner) && !signedNumber.test(inner) ? `'${inner}` : inner
}
