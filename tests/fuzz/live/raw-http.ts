import { connect } from 'node:net'

/** What a server said to some bytes. */
export type RawAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: ReadonlyMap<string, string>
      readonly body: string
    }
  /** It ended the connection without a whole answer. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'silence' }

/**
 * Says these bytes on a connection of its own, and listens for one answer. An answer that never ends (a stream) is over with its head.
 *
 * @param options.isWhole false: there is more to come that never does, so the sending side is closed behind the bytes.
 */
export function exchange(
  port: number,
  bytes: Uint8Array,
  options: { timeoutMs: number; isWhole: boolean },
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const chunks: Buffer[] = []
    const end = (answer: RawAnswer) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => end({ kind: 'silence' }), options.timeoutMs)
    socket.once('connect', () => {
      if (options.isWhole) socket.write(bytes)
      else socket.end(bytes)
    })
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      const answer = readAnswer(Buffer.concat(chunks), false)
      if (answer !== null) end(answer)
    })
    // It may say why before it resets a connection that goes on speaking: what was heard counts.
    socket.on('error', () => {})
    socket.on('close', () => end(readAnswer(Buffer.concat(chunks), true) ?? { kind: 'closed' }))
  })
}

/** Null: not whole yet. */
function readAnswer(heard: Buffer, isOver: boolean): RawAnswer | null {
  const headEnd = heard.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  // Interim: the answer comes behind it (RFC 9110 §15.2).
  if (/^HTTP\/1\.1 100 /.test(heard.subarray(0, 20).toString('latin1')))
    return readAnswer(heard.subarray(headEnd + 4), isOver)
  const [first = '', ...lines] = heard.subarray(0, headEnd).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1])
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const body = heard.subarray(headEnd + 4)
  const answer = (text: string): RawAnswer => ({ kind: 'answer', status, headers, body: text })
  const length = headers.get('content-length')
  if (
    status === 101 ||
    status === 204 ||
    status === 304 ||
    headers.get('content-type')?.startsWith('text/event-stream')
  )
    return answer('')
  if (length !== undefined) return body.length >= Number(length) ? answer(body.toString('utf8')) : null
  if (headers.get('transfer-encoding') === 'chunked') {
    const text = body.toString('latin1')
    return text.endsWith('0\r\n\r\n') || isOver ? answer(Buffer.from(unchunked(text), 'latin1').toString('utf8')) : null
  }
  return isOver ? answer(body.toString('utf8')) : null
}

function unchunked(text: string): string {
  let whole = ''
  for (let at = 0; at < text.length; ) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (lineEnd < 0 || !(size > 0)) return whole
    whole += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
  return whole
}
