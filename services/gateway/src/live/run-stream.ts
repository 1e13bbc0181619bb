import { type LiveFilter, matchesFilter } from '@seine/contracts'
import type { ClientQueue } from './client-queue.ts'
import type { FeedEvent } from './event-feed.ts'
import { type EventsAfterDeps, eventsAfter } from './events-after.ts'
import type { SseChunk } from './sse.ts'

/** A comment this often keeps proxies from closing a quiet connection. */
export const heartbeatMs = 15_000
const clientRetryMs = 2_000
const stillHere: SseChunk = { comment: 'still here' }
const tooSlow: SseChunk = { event: 'dropped', data: JSON.stringify({ reason: 'too slow' }) }

export interface StreamDeps extends EventsAfterDeps {
  readonly heartbeatMs?: number
}

export interface RunStreamDeps extends StreamDeps {
  /** Whether the run has ended by now, as the scheduler has it. */
  readonly hasEnded: (runId: string) => Promise<boolean>
}

/**
 * The events of a run after a sequence, each once and in order, then live ones as they come, and `end` when the run
 * has finished. `shown`: those that are told; the others count all the same.
 * A client that falls too far behind is told `dropped` and comes back with its last id.
 */
export async function* runStream(
  deps: RunStreamDeps,
  run: { id: string; afterSeq: number; hasEnded: boolean; shown: LiveFilter },
  queue: ClientQueue<FeedEvent>,
): AsyncGenerator<SseChunk, void> {
  let isPast = true
  let toldAny = false
  let toldFinished = false
  let endedSilently = false
  try {
    yield { retryMs: clientRetryMs }
    const told = eventsAfter(deps, { run: run.id }, run.afterSeq, queue, deps.heartbeatMs ?? heartbeatMs)
    for await (const next of told) {
      if (next === 'overflow') return yield tooSlow
      if (next === 'live') {
        isPast = false
        // A finished run may have been resumed or retried: then its log went on after `run.finished`.
        // And one that has just ended is so in the database before its last event is in the log.
        const lastIsOnItsWay = run.afterSeq === 0 && toldAny && !toldFinished
        if ((run.hasEnded || toldFinished) && !lastIsOnItsWay && (await deps.hasEnded(run.id))) break
      } else if (next === 'idle') {
        // Events are not synced: a crash of the broker may take `run.finished` with it. Twice, because it may be on its way.
        const ended = await deps.hasEnded(run.id)
        if (ended && endedSilently) break
        endedSilently = ended
        yield stillHere
      } else {
        toldAny = true
        const shown = next.events.filter((event) => matchesFilter(run.shown, event))
        if (shown.length > 0) yield shown
        if (next.events.some(({ type }) => type === 'run.finished')) toldFinished = true
        if (toldFinished && !isPast) break
      }
    }
    yield { event: 'end', data: JSON.stringify({ run: run.id }) }
  } finally {
    queue.close()
  }
}

/** Matching events of all runs after a sequence; has no end. A client that falls too far behind is told `dropped`. */
export async function* eventStream(
  deps: StreamDeps,
  { filter, afterSeq }: { filter: LiveFilter; afterSeq: number },
  queue: ClientQueue<FeedEvent>,
): AsyncGenerator<SseChunk, void> {
  try {
    yield { retryMs: clientRetryMs, id: String(afterSeq) }
    for await (const next of eventsAfter(deps, filter, afterSeq, queue, deps.heartbeatMs ?? heartbeatMs)) {
      if (next === 'overflow') return yield tooSlow
      if (next === 'idle') yield stillHere
      else if (next !== 'live') yield next.events
    }
  } finally {
    queue.close()
  }
}
