import { type Client, connectLive, type LiveSocket } from '@seine/client'
import { WebSocket } from 'ws'

/** Who looks on: one over server-sent events and one over a WebSocket from beginning to end, and one more for each run. */
export function watch(client: Client, gatewayUrl: string, apiKey: string) {
  const stop = new AbortController()
  const heard = { sse: 0, webSocket: 0, run: 0 }
  const headers = { authorization: `Bearer ${apiKey}` }
  const connect = () =>
    connectLive({
      url: gatewayUrl,
      makeSocket: (url) => {
        const socket = new WebSocket(url, { headers })
        // What breaks is dialled again.
        socket.on('error', () => {})
        return socket as unknown as LiveSocket
      },
    })
  const streaming = (async () => {
    for await (const _ of client.runEvents(null, { signal: stop.signal })) heard.sse++
  })()
  const all = connect()
  all.subscribe({}, () => heard.webSocket++)
  return {
    heard,
    /** Watches one run with a connection of its own; gives the function that ends it. */
    run(runId: string): () => void {
      const live = connect()
      live.subscribe({ run: runId }, () => heard.run++, { since: 0 })
      return () => live.close()
    },
    async stop(): Promise<void> {
      stop.abort()
      all.close()
      await streaming
    },
  }
}
