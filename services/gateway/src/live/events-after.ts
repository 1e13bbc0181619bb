import { type Bus, makeWindow, type Window } from '@seine/bus'
import { eventsFilter, type LiveFilter, matchesFilter } from '@seine/contracts'
import type { ClientQueue } from './client-queue.ts'
import { type EventFeed, type FeedEvent, toFeedEvent } from './event-feed.ts'

export interface EventsAfterDeps {
  readonly bus: Pick<Bus, 'replay'>
  readonly feed: Pick<EventFeed, 'recent' | 'lastSeq'>
  /** Replays at once in this process: each is a consumer on the broker, where a stream takes 1,000. */
  readonly replays: Window
}

/** Clients that come back after more than the feed remembers; the next ones wait their turn. */
const maxReplaysAtOnce = 50

export function makeEventsAfterDeps(bus: Pick<Bus, 'replay'>, feed: EventFeed): EventsAfterDeps {
  return { bus, feed, replays: makeWindow(maxReplaysAtOnce, 1) }
}

/** `live`: what had happened before has been told. `idle`: nothing came for a while. `overflow`: too far behind, the end. */
export type Told = { readonly events: readonly FeedEvent[] } | 'live' | 'idle' | 'overflow'

/**
 * Matching events after a sequence, each once and in order, first those of the past, then live ones as they come into the
 * queue, which has to be listening and is opened here. Ends when the queue is closed. `idleMs` 0: is never idle.
 */
export async function* eventsAfter(
  deps: EventsAfterDeps,
  filter: LiveFilter,
  afterSeq: number,
  queue: ClientQueue<FeedEvent>,
  idleMs: number,
): AsyncGenerator<Told, void> {
  const { feed } = deps
  let lastSeq = afterSeq
  for (;;) {
    const events = feed.recent(filter, lastSeq)
    if (events === null) {
      // What the feed has read by now is in the stream, so the replay has it; what it reads from now on is in memory.
      const coveredSeq = feed.lastSeq
      for await (const event of replayed(deps, filter, lastSeq)) {
        lastSeq = event.seq
        yield { events: [event] }
      }
      lastSeq = Math.max(lastSeq, coveredSeq)
    } else if (events.length > 0) {
      lastSeq = events.at(-1)!.seq
      yield { events }
    } else break
  }
  // Nothing is waited for between the look into memory and this: no event falls between.
  queue.open()
  yield 'live'
  for (;;) {
    const next = await queue.next(idleMs)
    if (next === 'closed') return
    if (next === 'idle') yield next
    else if (next === 'overflow') return yield next
    else {
      // Gathered before the queue was opened, and told from memory already.
      const events = next.items.filter((event) => event.seq > lastSeq)
      if (events.length === 0) continue
      lastSeq = events.at(-1)!.seq
      yield { events }
    }
  }
}

async function* replayed(
  { bus, replays }: EventsAfterDeps,
  filter: LiveFilter,
  afterSeq: number,
): AsyncGenerator<FeedEvent, void> {
  const leave = await replays.enter(0)
  try {
    const options = { stream: 'EVENTS' as const, fromSequence: afterSeq + 1 }
    for await (const message of bus.replay(eventsFilter(filter), options)) {
      const event = toFeedEvent(message)
      if (event.seq > afterSeq && matchesFilter(filter, event)) yield event
    }
  } finally {
    leave()
  }
}
