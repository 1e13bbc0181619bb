import { type Bus, makeWindow } from '@seine/bus'
import { type RunStatus, schedulerRpc } from '@seine/contracts'
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import type { EventFeed } from '../live/event-feed.ts'
import { runStream } from '../live/run-stream.ts'
import { sseResponse } from '../live/sse.ts'
import { runParams } from './run-routes.ts'

const sequence = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const endings: readonly RunStatus[] = ['completed', 'failed', 'cancelled']

/** Clients that come back after more than the feed remembers; the next ones wait their turn. */
const maxReplaysAtOnce = 50

export function streamRoute(deps: { bus: Pick<Bus, 'call' | 'replay'>; feed: EventFeed }): AnyRoute {
  const { bus, feed } = deps
  const replays = makeWindow(maxReplaysAtOnce, 1)
  const isEnded = async (runId: string, correlationId?: string) => {
    const run = await bus.call(schedulerRpc.getRun, { runId }, { correlationId })
    return endings.includes(run.status)
  }
  /** A scheduler that does not answer says nothing about the run. */
  const hasEnded = (runId: string) => isEnded(runId).catch(() => false)
  return defineRoute({
    method: 'get',
    path: '/api/bulk-runs/{id}/stream',
    id: 'streamRun',
    access: 'read',
    summary: 'The events of a run as they happen, over server-sent events; ends when the run has.',
    headers: { 'Last-Event-ID': 'Goes on after this event; wins over `since`.' },
    params: runParams,
    query: z.strictObject({
      /** Events after this sequence. Absent: from the run's first. */
      since: sequence.optional(),
    }),
    answer: { kind: 'raw', contentType: 'text/event-stream', about: 'Events; the id of each is its sequence.' },
    async handle({ params: { id }, query: { since } }, context) {
      const lastEventId = context.header('Last-Event-ID')
      const resumed = lastEventId === undefined ? undefined : sequence.safeParse(lastEventId)
      if (resumed?.success === false) throw new ApiError(400, 'invalid', 'Last-Event-ID: expected a sequence')
      // Before the run's state is asked for: an end in between is then in the queue.
      const live = feed.subscribe(id)
      if (live === null) throw new ApiError(503, 'too-many-clients', 'no more event streams can be opened here')
      try {
        const ended = await isEnded(id, context.correlationId)
        const start = { id, afterSeq: resumed?.data ?? since ?? 0, hasEnded: ended }
        context.signal.addEventListener('abort', () => live.close(), { once: true })
        return sseResponse(runStream({ bus, feed, replays, hasEnded }, start, live), () => live.close())
      } catch (error) {
        live.close()
        throw error
      }
    },
  })
}
