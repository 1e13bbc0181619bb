import { connect } from 'node:net'

/** What the server says to these bytes until it closes, or until `untilMs` has passed. */
export function say(port: number, chunks: readonly string[], { untilMs = 5_000, pauseMs = 0 } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let heard = ''
    const end = setTimeout(() => socket.destroy(), untilMs)
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(end)
      clearInterval(saying)
      resolve(heard)
    })
    const waiting = [...chunks]
    const next = () => {
      const chunk = waiting.shift()
      if (chunk !== undefined) socket.write(chunk, 'latin1')
    }
    const saying = setInterval(next, pauseMs)
    socket.once('connect', next)
  })
}
