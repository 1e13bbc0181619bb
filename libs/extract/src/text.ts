/** Whitespace collapsed and trimmed as a browser shows it: ASCII whitespace only, a no-break space stays. */
export const collapse = (text: string): string => text.replace(/[ \t\n\f\r]+/g, ' ').replace(/^ | $/g, '')

/** As `collapse`, with every Unicode space and invisible mark made one plain space: for values that get compared. */
export const plain = (text: string): string =>
  text
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/**
 * Characters of all texts of one record together. As JSON a character takes at most six bytes, so that no record comes near the broker's
 * 1 MiB, although every text of it at its own limit would.
 */
export const maxRecordChars = 150_000

/** Texts and lists of a record with their limits; remembers which fields were cut. */
export interface Cutter {
  readonly fields: string[]
  mark(field: string): void
  /** The beginning of a text, as much as fits. */
  text(field: string, value: string, maxChars: number): string
  /** Whether a text fits that is worth nothing in part, as a URL is; else the field counts as cut. */
  fits(field: string, value: string, maxChars: number): boolean
  list<T>(field: string, values: T[], maxItems: number): T[]
}

export function makeCutter(): Cutter {
  const fields: string[] = []
  let left = maxRecordChars
  const mark = (field: string): void => {
    if (!fields.includes(field)) fields.push(field)
  }
  const cut = (value: string, maxChars: number): string => {
    // Not in the middle of a surrogate pair: half a character is not valid UTF-8.
    const last = value.charCodeAt(maxChars - 1)
    return value.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars)
  }
  return {
    fields,
    mark,
    text(field, value, maxChars) {
      const most = Math.min(maxChars, left)
      const kept = value.length <= most ? value : cut(value, most)
      if (kept.length < value.length) mark(field)
      left -= kept.length
      return kept
    },
    fits(field, value, maxChars) {
      if (value.length > Math.min(maxChars, left)) {
        mark(field)
        return false
      }
      left -= value.length
      return true
    },
    list(field, values, maxItems) {
      if (values.length <= maxItems) return values
      mark(field)
      return values.slice(0, maxItems)
    },
  }
}
