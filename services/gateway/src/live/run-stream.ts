import type { Bus, Window } from '@seine/bus'
import { runEventsFilter } from '@seine/contracts'
import type { ClientQueue } from './client-queue.ts'
import { type EventFeed, type FeedEvent, toFeedEvent } from './event-feed.ts'
import type { SseFrame } from './sse.ts'

/** A comment this often keeps proxies from closing a quiet connection. */
export const heartbeatMs = 15_000
const clientRetryMs = 2_000

export interface RunStreamDeps {
  readonly bus: Pick<Bus, 'replay'>
  readonly feed: Pick<EventFeed, 'recent'>
  /** Replays at once in this process: each is a consumer on the broker, where a stream takes 1,000. */
  readonly replays: Window
  /** Whether the run has ended by now, as the scheduler has it. */
  readonly hasEnded: (runId: string) => Promise<boolean>
  readonly heartbeatMs?: number
}

/**
 * The events of a run after a sequence, each once and in order, then live ones as they come, and `end` when the run
 * has finished. What happens between the replay and the live part is in both: the sequence tells.
 * A client that falls too far behind is told `dropped` and comes back with its last id.
 */
export async function* runStream(
  deps: RunStreamDeps,
  run: { id: string; afterSeq: number; hasEnded: boolean },
  live: ClientQueue<FeedEvent>,
): AsyncGenerator<SseFrame, void> {
  let lastSeq = run.afterSeq
  let { hasEnded } = run
  let told = 0
  let toldFinished = false
  const frameOf = (event: FeedEvent): SseFrame => {
    lastSeq = event.seq
    told++
    if (event.type === 'run.finished') {
      hasEnded = true
      toldFinished = true
    }
    return { id: String(event.seq), event: event.type, data: event.json }
  }
  try {
    yield { retryMs: clientRetryMs }
    do {
      // A slow catching up is no reason to be dropped: the rest is replayed.
      live.clear()
      for await (const event of past(deps, run.id, lastSeq)) if (event.seq > lastSeq) yield frameOf(event)
    } while (live.overflowed)
    // A finished run may have been resumed or retried: then its log went on after `run.finished`.
    // And one that has just ended is so in the database before its last event is in the log.
    const lastIsOnItsWay = run.afterSeq === 0 && told > 0 && !toldFinished
    if (hasEnded) hasEnded = !lastIsOnItsWay && (await deps.hasEnded(run.id))
    let endedSilently = false
    while (!hasEnded) {
      const next = await live.next(deps.heartbeatMs ?? heartbeatMs)
      if (next === 'closed') return
      if (next === 'overflow') return yield { event: 'dropped', data: JSON.stringify({ reason: 'too slow' }) }
      if (next === 'idle') {
        // Events are not synced: a crash of the broker may take `run.finished` with it. Twice, because it may be on its way.
        const ended = await deps.hasEnded(run.id)
        if (ended && endedSilently) break
        endedSilently = ended
        yield { comment: 'still here' }
      } else if (next.item.seq > lastSeq) yield frameOf(next.item)
    }
    yield { event: 'end', data: JSON.stringify({ run: run.id }) }
  } finally {
    live.close()
  }
}

async function* past(deps: RunStreamDeps, runId: string, afterSeq: number): AsyncGenerator<FeedEvent, void> {
  const remembered = deps.feed.recent(runId, afterSeq)
  if (remembered !== null) return yield* remembered
  const options = { stream: 'EVENTS' as const, fromSequence: afterSeq + 1 }
  const leave = await deps.replays.enter(0)
  try {
    for await (const message of deps.bus.replay(runEventsFilter(runId), options)) yield toFeedEvent(message)
  } finally {
    leave()
  }
}
