import type { Bus, RawMessage } from '@seine/bus'
import {
  type EventType,
  type Filterable,
  type LiveFilter,
  matchesFilter,
  noSite,
  type SeineEvent,
} from '@seine/contracts'
import type { Part } from '@seine/runtime'
import type { ClientQueue } from './client-queue.ts'
import { makeListeners } from './listeners.ts'

/** One event as it goes to clients. */
export interface FeedEvent extends Filterable {
  /** Its place in the stream: what a client resumes from. */
  readonly seq: number
  /** The event as JSON, as it was published: parsed once here and serialised never again. */
  readonly bytes: Uint8Array
  readonly sizeBytes: number
}

/** The events of all runs, read once a process, whoever listens. */
export interface EventFeed {
  readonly part: Part
  /** What passes the filter goes into the queue from now on. Null: there are as many listeners as this process takes. */
  listen(filter: LiveFilter, queue: ClientQueue<FeedEvent>): (() => void) | null
  /** Matching events after a sequence, from memory. Null: memory does not reach back so far. */
  recent(filter: LiveFilter, afterSeq: number): FeedEvent[] | null
  /** Of the newest event that was read. */
  readonly lastSeq: number
  readonly listeners: number
}

export interface FeedLimits {
  readonly maxListeners: number
  /** Events of all runs kept for clients that come back. */
  readonly maxRecent: number
  /** Events are handed on together once in this time: waking a thousand clients for each would cost more than sending it. */
  readonly gatherMs: number
}

export const feedLimits: FeedLimits = { maxListeners: 10_000, maxRecent: 5_000, gatherMs: 20 }

export function makeEventFeed(bus: Pick<Bus, 'follow' | 'jsm'>, limits: FeedLimits = feedLimits): EventFeed {
  const listeners = makeListeners()
  const recent: FeedEvent[] = []
  const stopping = new AbortController()
  let gathered: FeedEvent[] = []
  let timer: NodeJS.Timeout | undefined
  let lastSeq = 0
  /** Memory holds every event after this one. */
  let reachesBackTo = 0
  let reading: Promise<void> = Promise.resolve()

  function take(event: FeedEvent): void {
    // A broker that lost its newest events counts again: what is remembered has other numbers then.
    if (event.seq <= lastSeq) {
      recent.length = 0
      reachesBackTo = event.seq - 1
    }
    lastSeq = event.seq
    recent.push(event)
    // In slices: shifting the array at each event would move it each time.
    if (recent.length >= limits.maxRecent * 2)
      reachesBackTo = recent.splice(0, limits.maxRecent).at(-1)?.seq ?? reachesBackTo
    gathered.push(event)
    timer ??= setTimeout(handOn, limits.gatherMs)
  }

  function handOn(): void {
    timer = undefined
    const events = gathered
    gathered = []
    for (const event of events) listeners.tell(event)
  }

  async function read(): Promise<void> {
    const options = { startSequence: lastSeq + 1 }
    for await (const message of bus.follow('EVENTS', ['event.>'], options, stopping.signal)) take(toFeedEvent(message))
  }

  return {
    part: {
      name: 'event feed',
      async start(fail) {
        lastSeq = (await (await bus.jsm()).streams.info('EVENTS')).state.last_seq
        reachesBackTo = lastSeq
        reading = read().catch(fail)
      },
      async stop() {
        stopping.abort()
        clearTimeout(timer)
        listeners.close()
        await reading
      },
    },
    listen(filter, queue) {
      if (listeners.size >= limits.maxListeners || stopping.signal.aborted) return null
      return listeners.add(filter, queue)
    },
    recent(filter, afterSeq) {
      if (afterSeq < reachesBackTo) return null
      const first = recent.findLastIndex((event) => event.seq <= afterSeq) + 1
      return recent.slice(first).filter((event) => matchesFilter(filter, event))
    },
    get lastSeq() {
      return lastSeq
    },
    get listeners() {
      return listeners.size
    },
  }
}

/** Reads the subject: `event.<run>.<site>.<type>`, where a type has dots of its own. */
export function toFeedEvent(message: RawMessage): FeedEvent {
  const [, runId = '', site = noSite, ...type] = message.subject.split('.')
  const bytes = message.data
  const { level = 'info' } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<SeineEvent>
  return {
    seq: message.seq,
    runId,
    site: site === noSite ? null : site,
    type: type.join('.') as EventType,
    level,
    bytes,
    sizeBytes: bytes.byteLength,
  }
}
