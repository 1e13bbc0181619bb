/**
 * Where a value has what no database takes as text, U+0000 or half of a surrogate pair: `name`, `headers.0`. Null: nowhere. Deep values are
 * no danger: they are gone through one after the other.
 */
export function unwritableField(value: unknown): string | null {
  const left: { at: string; value: unknown }[] = [{ at: '', value }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { at, value: here } = next
    if (typeof here === 'string' && isUnwritable(here)) return at
    if (typeof here !== 'object' || here === null) continue
    for (const [name, inner] of Object.entries(here)) {
      const inside = at === '' ? name : `${at}.${name}`
      if (isUnwritable(name)) return at
      left.push({ at: inside, value: inner })
    }
  }
  return null
}

const isUnwritable = (text: string): boolean => text.includes('\0') || !text.isWellFormed()
