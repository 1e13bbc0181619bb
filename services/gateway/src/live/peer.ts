import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { LivePeer } from './live-connection.ts'

/** Past this in the socket's own buffer nothing more is handed to it until that has gone. */
const roomyBytes = 256 * 1024
/** Answers and presence that wait for a client that does not read: past this it is let go. */
const maxBufferedBytes = 8 * 1024 ** 2
/** A client that does not read does not answer a close either. */
export const peerCloseTimeoutMs = 2_000

/** A WebSocket as a connection uses it. `wire`: the socket under it. `onSent`: something was said. */
export function makePeer(socket: WebSocket, wire: Duplex, onSent: () => void): LivePeer {
  const text = { binary: false }
  return {
    send(message) {
      if (socket.bufferedAmount > maxBufferedBytes) socket.terminate()
      onSent()
      socket.send(message)
    },
    async sendAll(frames) {
      if (frames.length === 0) return
      onSent()
      // Written, or closed: called either way.
      const flushed = Promise.withResolvers<void>()
      // One write to the kernel for all of them, not two for each.
      wire.cork()
      for (const frame of frames.slice(0, -1)) socket.send(frame, text)
      socket.send(frames.at(-1)!, text, () => flushed.resolve())
      wire.uncork()
      if (socket.bufferedAmount > roomyBytes) await flushed.promise
    },
    close(code, reason) {
      socket.close(code, reason)
      setTimeout(() => socket.terminate(), peerCloseTimeoutMs).unref()
    },
  }
}
