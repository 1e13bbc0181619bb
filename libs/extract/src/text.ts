/** Whitespace collapsed and trimmed as a browser shows it: ASCII whitespace only, a no-break space stays. */
export const collapse = (text: string): string => text.replace(/[ \t\n\f\r]+/g, ' ').replace(/^ | $/g, '')

/** As `collapse`, with every Unicode space and invisible mark made one plain space: for values that get compared. */
export const plain = (text: string): string =>
  text
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/** Texts and lists of a record with their limits; remembers which fields were cut. */
export interface Cutter {
  readonly fields: string[]
  mark(field: string): void
  text(field: string, value: string, maxChars: number): string
  list<T>(field: string, values: T[], maxItems: number): T[]
}

export function makeCutter(): Cutter {
  const fields: string[] = []
  const mark = (field: string): void => {
    if (!fields.includes(field)) fields.push(field)
  }
  return {
    fields,
    mark,
    text(field, value, maxChars) {
      if (value.length <= maxChars) return value
      mark(field)
      // Not in the middle of a surrogate pair: half a character is not valid UTF-8.
      const last = value.charCodeAt(maxChars - 1)
      return value.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars)
    },
    list(field, values, maxItems) {
      if (values.length <= maxItems) return values
      mark(field)
      return values.slice(0, maxItems)
    },
  }
}
