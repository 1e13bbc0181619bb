import { STATUS_CODES } from 'node:http'

/** What a `response` record says: its body free of codings, its headers as they were sent. */
export interface HttpResponse {
  readonly status: number
  /** By name in lower case; `set-cookie` is one line a cookie, others are joined by `, `. */
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/**
 * Headers that speak of a body as it travelled. The block holds it decoded, so they are kept under another name, as other
 * writers of WARC files do, and the block stays a message that any reader understands.
 */
const ofTheWire = new Set(['content-encoding', 'content-length', 'transfer-encoding'])
const aside = 'x-orig-'

/** The block of a `response` record (WARC 1.1 §6.3.2). */
export function httpResponseBlock({ status, headers, body }: HttpResponse): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) => {
    if (ofTheWire.has(name)) return headerLine(aside + name, value)
    return name === 'set-cookie' ? value.split('\n').map((cookie) => headerLine(name, cookie)) : headerLine(name, value)
  })
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  const head = `${start}${lines.join('')}content-length: ${body.byteLength}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'utf8'), body])
}

/** The block of a `request` record: a GET has no body. */
export function httpRequestBlock(url: string, headers: Readonly<Record<string, string>>): Buffer {
  const { host, pathname, search } = new URL(url)
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => headerLine(name, value))
  return Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'utf8')
}

/** Reads what {@link httpResponseBlock} made. Null: it is something else. */
export function parseHttpResponse(block: Buffer): HttpResponse | null {
  const end = block.indexOf('\r\n\r\n')
  const [start = '', ...lines] = block.toString('utf8', 0, Math.max(end, 0)).split('\r\n')
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})(?: |$)/.exec(start)?.[1]
  if (status === undefined) return null
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const written = line.slice(0, colon).toLowerCase()
    if (ofTheWire.has(written)) continue
    const name = written.startsWith(aside) ? written.slice(aside.length) : written
    const value = line.slice(colon + 1).trim()
    headers[name] = name === 'set-cookie' && headers[name] !== undefined ? `${headers[name]}\n${value}` : value
  }
  return { status: Number(status), headers, body: block.subarray(end + 4) }
}

// A value with a line break in it would be two headers to a reader.
const headerLine = (name: string, value: string): string => `${name}: ${value.replace(/[\r\n\0]+/g, ' ')}\r\n`
