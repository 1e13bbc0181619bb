import { connect } from 'node:net'
import { liveMessageSchema } from '@seine/contracts'
import { frameOf, readFrame } from './frames.ts'

export interface Conversation {
  /** What it said wrong, or that it said nothing. Null: all was as it has to be. */
  readonly problem: string | null
  /** How it ended: the status of a refused upgrade, a close code, `reset` or `open`. */
  readonly end: string
}

const handshake = (apiKey: string) => [
  'GET /ws HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  `Authorization: Bearer ${apiKey}`,
]

/** RFC 6455 §7.4: what may be on the wire. */
const isCloseCode = (code: number) =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000)

/**
 * Says frames on a socket of its own, then pings: whatever was said, the server answers the ping or ends the connection, and every text
 * of its own is a message of the contract.
 *
 * @param options.lines of the handshake, where they are not those of a right one.
 */
export function converse(
  port: number,
  apiKey: string,
  frames: readonly Uint8Array[],
  options: { timeoutMs: number; lines?: (right: string[]) => string[]; leaveAtOnce?: boolean },
): Promise<Conversation> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let heard: Buffer = Buffer.alloc(0)
    let isOpen = false
    let ended = false
    const end = (problem: string | null, how: string) => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      socket.destroy()
      resolve({ problem, end: how })
    }
    const timer = setTimeout(
      () => end('silence: neither an answer to a ping nor the end', 'silence'),
      options.timeoutMs,
    )
    socket.on('error', () => {})
    socket.on('close', () => end(null, 'reset'))
    socket.once('connect', () => {
      const right = handshake(apiKey)
      socket.write(`${(options.lines?.(right) ?? right).join('\r\n')}\r\n\r\n`, 'latin1')
    })
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk])
      if (!isOpen) {
        const headEnd = heard.indexOf('\r\n\r\n')
        if (headEnd < 0) return
        const status = Number(/^HTTP\/1\.1 (\d+)/.exec(heard.toString('latin1'))?.[1])
        if (status !== 101)
          return end(status >= 500 ? `status: ${heard.toString('latin1').slice(0, 600)}` : null, String(status))
        isOpen = true
        heard = heard.subarray(headEnd + 4)
        for (const frame of frames) socket.write(frame)
        socket.write(frameOf({ opcode: 9, payload: Buffer.from('are you there') }))
        if (options.leaveAtOnce === true) return end(null, 'left')
      }
      for (let frame = readFrame(heard); frame !== null; frame = readFrame(heard)) {
        heard = heard.subarray(frame.bytes)
        const { opcode, payload } = frame
        if (opcode === 8) {
          const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
          return end(payload.length === 0 || isCloseCode(code) ? null : `code: ${code}`, String(code))
        }
        if (opcode === 10 && payload.toString() === 'are you there') return end(null, 'open')
        if (opcode !== 1) continue
        const problem = problemOf(payload.toString('utf8'))
        if (problem !== null) return end(problem, 'open')
      }
    })
  })
}

function problemOf(text: string): string | null {
  try {
    const parsed = liveMessageSchema.safeParse(JSON.parse(text))
    return parsed.success ? null : `message: ${text.slice(0, 200)}`
  } catch {
    return `message: no JSON: ${text.slice(0, 200)}`
  }
}
