import type { Bus, RawMessage } from '@seine/bus'
import type { EventType } from '@seine/contracts'
import type { Part } from '@seine/runtime'
import { type ClientQueue, makeClientQueue } from './client-queue.ts'

/** One event as it goes to clients. */
export interface FeedEvent {
  /** Its place in the stream: what a client resumes from. */
  readonly seq: number
  readonly runId: string
  readonly type: EventType
  /** The event as JSON, as it was published. */
  readonly json: string
}

/** The events of all runs, read once a process, whoever listens. */
export interface EventFeed {
  readonly part: Part
  /** From now on; `close` it. Null: there are as many clients as this process takes. */
  subscribe(runId: string): ClientQueue<FeedEvent> | null
  /** Events of a run after a sequence, from memory. Null: memory does not reach back so far. */
  recent(runId: string, afterSeq: number): FeedEvent[] | null
  readonly clients: number
}

export interface FeedLimits {
  readonly maxClients: number
  readonly maxQueuedPerClient: number
  /** Events of all runs kept for clients that come back. */
  readonly maxRecent: number
}

export const feedLimits: FeedLimits = { maxClients: 2_000, maxQueuedPerClient: 1_000, maxRecent: 5_000 }

export function makeEventFeed(bus: Pick<Bus, 'follow'>, limits: FeedLimits = feedLimits): EventFeed {
  const clientsByRun = new Map<string, Set<ClientQueue<FeedEvent>>>()
  const recent: FeedEvent[] = []
  const stopping = new AbortController()
  let clients = 0
  let reading: Promise<void> = Promise.resolve()

  function tell(event: FeedEvent): void {
    // A broker that lost its newest events counts again: what is remembered has other numbers then.
    if (event.seq <= (recent.at(-1)?.seq ?? 0)) recent.length = 0
    recent.push(event)
    // In slices: shifting the array at each event would move it each time.
    if (recent.length >= limits.maxRecent * 2) recent.splice(0, limits.maxRecent)
    for (const queue of clientsByRun.get(event.runId) ?? []) queue.push(event)
  }

  async function read(): Promise<void> {
    for await (const message of bus.follow('EVENTS', ['event.>'], {}, stopping.signal)) tell(toFeedEvent(message))
  }

  function leave(runId: string, queue: ClientQueue<FeedEvent>): void {
    const queues = clientsByRun.get(runId)
    if (queues?.delete(queue) !== true) return
    clients--
    if (queues.size === 0) clientsByRun.delete(runId)
  }

  return {
    part: {
      name: 'event feed',
      start(fail) {
        reading = read().catch(fail)
      },
      async stop() {
        stopping.abort()
        for (const queues of clientsByRun.values()) for (const queue of [...queues]) queue.close()
        await reading
      },
    },
    subscribe(runId) {
      if (clients >= limits.maxClients || stopping.signal.aborted) return null
      const queue = makeClientQueue<FeedEvent>(limits.maxQueuedPerClient)
      const queues = clientsByRun.get(runId) ?? new Set()
      clientsByRun.set(runId, queues.add(queue))
      clients++
      return {
        ...queue,
        get overflowed() {
          return queue.overflowed
        },
        close() {
          leave(runId, queue)
          queue.close()
        },
      }
    },
    recent(runId, afterSeq) {
      const first = recent[0]
      if (first === undefined || afterSeq < first.seq - 1) return null
      return recent.filter((event) => event.seq > afterSeq && event.runId === runId)
    },
    get clients() {
      return clients
    },
  }
}

/** Reads the subject: `event.<run>.<site>.<type>`, where a type has dots of its own. */
export function toFeedEvent(message: RawMessage): FeedEvent {
  const [, runId = '', , ...type] = message.subject.split('.')
  const { buffer, byteOffset, byteLength } = message.data
  const json = Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
  return { seq: message.seq, runId, type: type.join('.') as EventType, json }
}
