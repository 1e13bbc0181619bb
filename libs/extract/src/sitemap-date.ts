const w3cDate = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/
const w3cTime = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,9}))?\s?(Z|z|[+-]\d\d:?\d\d)?$/
const rfc822 =
  /^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]([a-z]{3})[a-z]*[\s-](\d{4}|\d\d)\s+(\d{1,2}:\d\d)(:\d\d)?\s*([+-]\d{4}|[a-z]{1,4})$/i
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const zoneHours: Record<string, number> = { est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 }

/**
 * The date of a sitemap or feed as ISO 8601: W3C date formats and those of RFC 822 (with its two-digit years). A time
 * becomes UTC (`2014-06-03T15:30:45Z`, milliseconds only where given); a date stays a date, and a year or month becomes
 * its first day. A W3C time without a zone gives its date alone, an RFC 822 one nothing: what the server meant is not
 * known. Null where there is no date.
 */
export function isoDate(text: string): string | null {
  const trimmed = text.trim()
  if (trimmed.length > 64) return null
  const date = w3cDate.exec(trimmed)
  if (date !== null) return realDate(`${date[1]}-${date[2] ?? '01'}-${date[3] ?? '01'}`)

  const time = w3cTime.exec(trimmed)
  if (time !== null) {
    const [, day = '', minute = '', second = ':00', fraction, zone] = time
    if (realDate(day) === null) return null
    if (zone === undefined) return day
    const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
    return utc(
      `${day}T${minute}${second}.${(fraction ?? '').slice(0, 3).padEnd(3, '0')}${offset}`,
      fraction !== undefined,
    )
  }

  const mail = rfc822.exec(trimmed)
  if (mail === null) return null
  const [, dayOfMonth = '', monthName = '', yearDigits = '', minute = '', second = ':00', zone = ''] = mail
  const month = months.indexOf(monthName.toLowerCase()) + 1
  const offset = offsetOf(zone)
  if (month === 0 || offset === null) return null
  const day = realDate(`${fullYear(yearDigits)}-${twoDigits(month)}-${dayOfMonth.padStart(2, '0')}`)
  return day === null ? null : utc(`${day}T${minute.padStart(5, '0')}${second}.000${offset}`, false)
}

function utc(iso: string, withMs: boolean): string | null {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return null
  const text = new Date(ms).toISOString()
  return withMs ? text : text.replace('.000Z', 'Z')
}

/** Null for the 30th of February. */
function realDate(day: string): string | null {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day) ? null : day
}

/** RFC 2822 §4.3: below 50 is this century. */
function fullYear(digits: string): string {
  if (digits.length === 4) return digits
  return Number(digits) < 50 ? `20${digits}` : `19${digits}`
}

function offsetOf(zone: string): string | null {
  if (/^[+-]/.test(zone)) return `${zone.slice(0, 3)}:${zone.slice(3)}`
  const name = zone.toLowerCase()
  if (name === 'gmt' || name === 'ut' || name === 'utc' || name === 'z') return 'Z'
  const hours = zoneHours[name]
  return hours === undefined ? null : `-${twoDigits(-hours)}:00`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
