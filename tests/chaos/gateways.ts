import { setTimeout as sleep } from 'node:timers/promises'
import { ApiFailure, type Client, makeClient, type RunEvent } from '@seine/client'
import type { ChaosMesh } from './mesh.ts'

/** What one asks the mesh over its API, while gateways come and go. */
export interface Gateways {
  /** Asks one gateway after the other until one answers. Throws what the last one said when none did in time. */
  ask<T>(request: (client: Client) => Promise<T>, patienceMs?: number): Promise<T>
  /** Follows a run at every gateway, to its end. */
  follow(runId: string): Follower[]
}

export interface Follower {
  readonly by: string
  readonly seqs: number[]
  /** Resolves at the run's end, or when the follower has given up. */
  readonly ended: Promise<void>
  stop(): void
}

const pauseMs = 250
const requestTimeoutMs = 10_000

export function makeGateways({ gatewayUrls, apiKey }: Pick<ChaosMesh, 'gatewayUrls' | 'apiKey'>): Gateways {
  const clients = gatewayUrls.map((baseUrl) => makeClient({ baseUrl, apiKey, timeoutMs: requestTimeoutMs }))
  let next = 0

  async function read(events: AsyncIterable<RunEvent>, seqs: number[]): Promise<void> {
    for await (const { seq } of events) seqs.push(seq)
  }

  return {
    async ask(request, patienceMs = 180_000) {
      const untilMs = performance.now() + patienceMs
      for (;;) {
        const client = clients[next++ % clients.length]
        try {
          return await request(client!)
        } catch (error) {
          const refused = error instanceof ApiFailure && error.status < 500
          if (refused || performance.now() > untilMs) throw error
          await sleep(pauseMs)
        }
      }
    },
    follow: (runId) =>
      clients.map((client, place) => {
        const seqs: number[] = []
        const leave = new AbortController()
        const ended = read(client.runEvents(runId, { signal: leave.signal }), seqs).catch(() => undefined)
        return { by: `a follower at gateway-${place + 1}`, seqs, ended, stop: () => leave.abort() }
      }),
  }
}
