/** Deeper than any body of the API: what comes after it is somebody trying. */
export const maxDepth = 64

/**
 * Reads JSON that may go into objects of ours. Throws SyntaxError for what is none, for what is nested too deep, and for
 * names that would reach an object's prototype wherever it is copied: `__proto__`, and `prototype` in a `constructor`.
 */
export function parseSafely(text: string): unknown {
  const value: unknown = JSON.parse(text)
  const open: { value: unknown; name: string; depth: number }[] = [{ value, name: '', depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue
    if (next.depth >= maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth}`)
    for (const [name, inner] of Object.entries(next.value)) {
      if (name === '__proto__' || (name === 'prototype' && next.name === 'constructor'))
        throw new SyntaxError(`'${name}' is not a name that can be used`)
      open.push({ value: inner, name, depth: next.depth + 1 })
    }
  }
  return value
}
