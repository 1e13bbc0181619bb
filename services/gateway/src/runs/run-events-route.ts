import { type Bus, makeWindow, type RawMessage } from '@seine/bus'
import { eventSchema, eventTypes, levels, schedulerRpc, siteName } from '@seine/contracts'
import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { runParams } from './run-routes.ts'

/** Events looked at for one answer, whatever the filters leave of them. */
export const maxEventsScanned = 20_000
/** Answers read from the broker at once; the next ones wait their turn. */
const maxReadsAtOnce = 20

const query = z.strictObject({
  /** Events after this sequence. */
  since: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  /** This level or a graver one. */
  level: z.enum(levels).default('debug'),
  type: z.enum(eventTypes).optional(),
  site: siteName.optional(),
})

const answer = z.strictObject({
  events: z.array(eventSchema.safeExtend({ seq: z.int() })),
  /** `since` for the next page. Null: this was the last event there is now. */
  next_since: z.int().nullable(),
})

type EventPage = z.output<typeof answer>

/** The log of a run, a page at a time: what the stream tells, for those who come later. */
export function runEventsRoute({ call, replay }: Pick<Bus, 'call' | 'replay'>): AnyRoute {
  const reads = makeWindow(maxReadsAtOnce, 1)
  return defineRoute({
    method: 'get',
    path: '/api/bulk-runs/{id}/events',
    id: 'listRunEvents',
    access: 'read',
    summary: 'The events of a run in their order, by sequence.',
    params: runParams,
    query,
    answer: { kind: 'data', status: 200, schema: answer },
    async handle({ params: { id: runId }, query: wanted }, { correlationId }) {
      await call(schedulerRpc.getRun, { runId }, { correlationId })
      const leave = await reads.enter(0)
      try {
        const filter = `event.${runId}.${wanted.site ?? '*'}.${wanted.type ?? '>'}`
        return { data: await pageOf(replay(filter, { stream: 'EVENTS', fromSequence: wanted.since + 1 }), wanted) }
      } finally {
        leave()
      }
    },
  })
}

/** The first `limit` messages that are wanted, and where the next page begins. */
export async function pageOf(
  messages: AsyncIterable<Pick<RawMessage, 'seq' | 'data'>>,
  { limit, level }: { limit: number; level: (typeof levels)[number] },
): Promise<EventPage> {
  const events: EventPage['events'] = []
  let scanned = 0
  let last = 0
  for await (const { seq, data } of messages) {
    if (events.length === limit || scanned === maxEventsScanned) return { events, next_since: last }
    scanned++
    last = seq
    const event = JSON.parse(new TextDecoder().decode(data)) as EventPage['events'][number]
    if (levels.indexOf(event.level) >= levels.indexOf(level)) events.push({ ...event, seq })
  }
  return { events, next_since: null }
}
