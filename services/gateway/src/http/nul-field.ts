/**
 * Where a value has the character U+0000, which no database column of text takes: `name`, `headers.0`. Null: nowhere. Deep values are no danger:
 * they are gone through one after the other.
 */
export function nulField(value: unknown): string | null {
  const left: { at: string; value: unknown }[] = [{ at: '', value }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { at, value: here } = next
    if (typeof here === 'string' && here.includes('\0')) return at
    if (typeof here !== 'object' || here === null) continue
    for (const [name, inner] of Object.entries(here)) {
      const inside = at === '' ? name : `${at}.${name}`
      if (name.includes('\0')) return at
      left.push({ at: inside, value: inner })
    }
  }
  return null
}
