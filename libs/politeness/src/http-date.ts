const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const maxDateChars = 128

/**
 * Reads an HTTP date in any form that servers send: the three of RFC 9110 §5.6.7 and everything else that the
 * cookie-date algorithm (RFC 6265 §5.1.1) understands. Always UTC: zones and offsets are not read, as HTTP has only GMT.
 *
 * @returns Unix ms, or null for something that is no date (or over 128 characters).
 */
export function parseHttpDate(text: string): number | null {
  if (text.length > maxDateChars) return null
  let time: [number, number, number] | null = null
  let day: number | null = null
  let month: number | null = null
  let year: number | null = null
  for (const token of text.split(/[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/)) {
    const clock: RegExpExecArray | null = time ? null : /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/.exec(token)
    if (clock) {
      time = [Number(clock[1]), Number(clock[2]), Number(clock[3])]
    } else if (day === null && /^\d{1,2}(?:\D|$)/.test(token)) {
      day = Number.parseInt(token, 10)
    } else if (month === null && months.includes(token.slice(0, 3).toLowerCase())) {
      month = months.indexOf(token.slice(0, 3).toLowerCase())
    } else if (year === null && /^\d{2,4}(?:\D|$)/.test(token)) {
      year = fullYear(Number.parseInt(token, 10))
    }
  }
  if (!time || day === null || month === null || year === null || year < 1601) return null
  const [hours, minutes, seconds] = time
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  const date = new Date(Date.UTC(year, month, day, hours, minutes, seconds))
  // A day the month does not have rolls over into the next month.
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date.getTime() : null
}

function fullYear(year: number): number {
  if (year >= 100) return year
  return year >= 70 ? 1900 + year : 2000 + year
}
