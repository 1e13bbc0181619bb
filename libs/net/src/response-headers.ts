/**
 * A response's headers as one text each, names in lower case. What came more than once is joined by `, ` (RFC 9110
 * §5.3), `set-cookie` by line breaks because its values have commas; where only one value makes sense, browsers'
 * choice: the first `location`, the last `content-type`.
 */
export function plainHeaders(
  received: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name in received) {
    const value = received[name]
    if (typeof value === 'string') headers[name] = name === 'location' ? asUtf8(value) : value
    else if (value !== undefined) headers[name] = joined(name, value)
  }
  return headers
}

function joined(name: string, values: string[]): string {
  switch (name) {
    case 'location':
      return asUtf8(values[0] ?? '')
    case 'content-type':
      return values.at(-1) ?? ''
    case 'set-cookie':
      return values.join('\n')
    default:
      return values.join(', ')
  }
}

const beyondAscii = /[\x80-\xff]/
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** Headers are read as Latin-1, but a `location` with raw UTF-8 in it must become the same URL as in a browser. */
function asUtf8(value: string): string {
  if (!beyondAscii.test(value)) return value
  try {
    return strictUtf8.decode(Buffer.from(value, 'latin1'))
  } catch {
    return value // not UTF-8: Latin-1 it is
  }
}
