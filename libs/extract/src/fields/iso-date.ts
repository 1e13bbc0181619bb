const months = [
  ...['jan', 'feb|fév|févr', 'mar|mär|mrz|maa', 'apr|avr|abr', 'may|mai|mag|maj|mei', 'jun|juin|giu'],
  ...['jul|juil|lug', 'aug|aoû|aou|ago', 'sep|set', 'oct|okt|ott|out', 'nov', 'dec|déc|dez|dic'],
].map((names) => new RegExp(`^(?:${names})`, 'i'))

const day = (year: number, month: number, date: number): string | null => {
  const at = new Date(Date.UTC(year, month - 1, date))
  if (at.getUTCFullYear() !== year || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== date) return null
  return at.toISOString().slice(0, 10)
}

/**
 * A date as ISO 8601: `2026-11-20`, or with its time where the text has one with a zone. Of `3/4/2026` the month is first only where the
 * language is American English. Null where the text names no date.
 */
export function isoDate(text: string, language: string | null): string | null {
  const iso = /\b(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?(?!\d)/.exec(
    text,
  )
  if (iso !== null) {
    if (iso[0].length === 10) return day(Number(iso[1]), Number(iso[2]), Number(iso[3]))
    const at = Date.parse(iso[0].replace(' ', 'T'))
    return Number.isNaN(at) ? null : new Date(at).toISOString()
  }
  if (/\b(?:GMT|UTC)\b/.test(text)) {
    const at = Date.parse(text)
    if (!Number.isNaN(at)) return new Date(at).toISOString()
  }
  const asian = /(\d{4})\s*[年/.년]\s*(\d{1,2})\s*[月/.월]\s*(\d{1,2})/.exec(text)
  if (asian !== null) return day(Number(asian[1]), Number(asian[2]), Number(asian[3]))
  const numeric = /(?<!\d)(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4})(?!\d)/.exec(text)
  if (numeric !== null) {
    const [first, second] = [Number(numeric[1]), Number(numeric[2])]
    const isMonthFirst = /^en-us/i.test(language ?? '') || second > 12
    return isMonthFirst ? day(Number(numeric[3]), first, second) : day(Number(numeric[3]), second, first)
  }
  return named(text)
}

/** `20. November 2026`, `Nov 20, 2026`. */
function named(text: string): string | null {
  const dayFirst = /(?<!\d)(\d{1,2})(?:\.|st|nd|rd|th|º)?\s+(?:de\s+)?(\p{L}{3,})\.?,?\s+(?:de\s+)?(\d{4})/u.exec(text)
  const monthFirst = /(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})/u.exec(text)
  const [name, date, year] =
    dayFirst !== null
      ? [dayFirst[2], dayFirst[1], dayFirst[3]]
      : monthFirst !== null
        ? [monthFirst[1], monthFirst[2], monthFirst[3]]
        : []
  if (name === undefined) return null
  const month = months.findIndex((pattern) => pattern.test(name))
  return month === -1 ? null : day(Number(year), month + 1, Number(date))
}
