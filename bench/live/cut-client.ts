import { type Client, connectLive, type LiveSocket } from '@seine/client'
import { WebSocket } from 'ws'

/** A client whose connection is cut off again and again while it listens, each time after a few events more. */
export function makeCutClient(gatewayUrl: string, headers: Record<string, string>, runId: string, cuts: number) {
  let socket: WebSocket | undefined
  let cut = 0
  let untilCut = 3
  const seqs: number[] = []
  const live = connectLive({
    url: gatewayUrl,
    maxPauseMs: 250,
    makeSocket: (url) => {
      socket = new WebSocket(url, { headers })
      socket.on('error', () => {})
      return socket as unknown as LiveSocket
    },
  })
  live.subscribe(
    { run: runId },
    ({ seq }) => {
      seqs.push(seq)
      if (--untilCut > 0 || cut >= cuts) return
      cut++
      untilCut = 3 + ((cut * 7) % 23)
      socket?.terminate()
    },
    { since: 0 },
  )
  return {
    get cuts() {
      return cut
    },
    /** Sets what was heard beside the run's log. */
    async compare(client: Client) {
      const log: number[] = []
      for await (const { seq } of client.runEvents(runId)) log.push(seq)
      live.close()
      const heard = new Set(seqs)
      const missing = log.filter((seq) => !heard.has(seq)).length
      return { published: log.length, heard: seqs.length, missing, doubled: seqs.length - heard.size }
    },
  }
}
