import type { Bus } from '@seine/bus'
import { eventTypes, type LiveFilter, levels, type RunStatus, schedulerRpc, siteName } from '@seine/contracts'
import { z } from 'zod'
import { ApiError } from '../http/api-error.ts'
import { type AnyRoute, defineRoute, type RequestContext } from '../http/route.ts'
import { makeAllowance, makeClientQueue } from '../live/client-queue.ts'
import type { EventFeed, FeedEvent } from '../live/event-feed.ts'
import type { EventsAfterDeps } from '../live/events-after.ts'
import { eventStream, runStream } from '../live/run-stream.ts'
import { type SseChunk, sseResponse } from '../live/sse.ts'
import { runParams } from './run-routes.ts'

const sequence = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const endings: readonly RunStatus[] = ['completed', 'failed', 'cancelled']

/** What may wait for one client. */
export const streamAllowance = { maxItems: 1_000, maxBytes: 4 * 1024 ** 2 }
/** A client that has been dropped and reads nothing, not even that, is cut off after this. */
const cutAfterMs = 10_000

const query = z.strictObject({
  /** Events after this sequence. */
  since: sequence.optional(),
  /** The lowest level. */
  level: z.enum(levels).optional(),
  site: siteName.optional(),
  /** Types with commas between. */
  type: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(eventTypes)).min(1).max(eventTypes.length))
    .optional(),
})

const headers = { 'Last-Event-ID': 'Goes on after this event; wins over `since`.' }
const answer = {
  kind: 'raw',
  contentType: 'text/event-stream',
  about: 'Events; the id of each is its sequence.',
} as const

export function streamRoutes(deps: { bus: Pick<Bus, 'call'>; feed: EventFeed; events: EventsAfterDeps }): AnyRoute[] {
  const { bus, feed, events } = deps
  const asking = new Map<string, Promise<boolean>>()
  /** Asked once for all who come at the same moment: a gateway that was restarted has a thousand of them. */
  const isEnded = (runId: string, correlationId?: string): Promise<boolean> => {
    const asked = asking.get(runId) ?? ask(runId, correlationId).finally(() => asking.delete(runId))
    asking.set(runId, asked)
    return asked
  }
  const ask = async (runId: string, correlationId?: string) => {
    const run = await bus.call(schedulerRpc.getRun, { runId }, { correlationId })
    return endings.includes(run.status)
  }
  /** A scheduler that does not answer says nothing about the run. */
  const hasEnded = (runId: string) => isEnded(runId).catch(() => false)

  return [
    defineRoute({
      method: 'get',
      path: '/api/bulk-runs/{id}/stream',
      id: 'streamRun',
      access: 'read',
      summary: 'The events of a run as they happen, over server-sent events, from its first on; ends when the run has.',
      headers,
      params: runParams,
      query,
      answer,
      async handle({ params: { id }, query: asked }, context) {
        const afterSeq = resumedFrom(context) ?? asked.since ?? 0
        const ended = await isEnded(id, context.correlationId)
        const run = { id, afterSeq, hasEnded: ended, shown: filterOf(asked) }
        return stream(feed, { run: id }, context, (queue) => runStream({ ...events, hasEnded }, run, queue))
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/events/stream',
      id: 'streamEvents',
      access: 'read',
      summary: 'The events of all runs as they happen, over server-sent events, from now on unless told otherwise.',
      headers,
      query,
      answer,
      handle({ query: asked }, context) {
        const afterSeq = resumedFrom(context) ?? asked.since ?? feed.lastSeq
        const filter = filterOf(asked)
        return stream(feed, filter, context, (queue) => eventStream(events, { filter, afterSeq }, queue))
      },
    }),
  ]
}

function filterOf({ site, level, type }: z.output<typeof query>): LiveFilter {
  return {
    ...(site === undefined ? {} : { site }),
    ...(level === undefined ? {} : { level }),
    ...(type === undefined ? {} : { types: type }),
  }
}

function resumedFrom(context: RequestContext): number | undefined {
  const lastEventId = context.header('Last-Event-ID')
  if (lastEventId === undefined) return undefined
  const read = sequence.safeParse(lastEventId)
  if (!read.success) throw new ApiError(400, 'invalid', 'Last-Event-ID: expected a sequence')
  return read.data
}

function stream(
  feed: EventFeed,
  filter: LiveFilter,
  { signal }: RequestContext,
  chunksOf: (queue: ReturnType<typeof makeClientQueue<FeedEvent>>) => AsyncGenerator<SseChunk, void>,
): Response {
  let late: NodeJS.Timeout | undefined
  const queue = makeClientQueue<FeedEvent>(makeAllowance(streamAllowance), () => {
    late = setTimeout(cut, cutAfterMs)
  })
  const stopListening = feed.listen(filter, queue)
  if (stopListening === null) throw new ApiError(503, 'too-many-clients', 'no more event streams can be opened here')
  const gone = () => {
    clearTimeout(late)
    stopListening()
    queue.close()
  }
  const { response, cut } = sseResponse(chunksOf(queue), gone)
  signal.addEventListener('abort', gone, { once: true })
  return response
}
