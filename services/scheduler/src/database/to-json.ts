// What JSON.stringify writes for a NUL and for half of a surrogate pair; a backslash before it that is itself escaped is none.
const unkept = /(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][\da-f]{2})/g

/**
 * JSON as PostgreSQL takes it: it keeps neither a NUL nor half of a surrogate pair in a text, and refuses all rows of a
 * statement for one of them. A page may say either; a NUL is left out, a half is U+FFFD. Keeps I2: one odd page holds up no other.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(unkept, (_, before: string, code: string) =>
    code === '0000' ? before : `${before}\ufffd`,
  )
}
