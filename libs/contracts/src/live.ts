import { z } from 'zod'
import { type EventType, eventTypes, levels, type SeineEvent } from './event.ts'
import { presenceActivities, presenceFieldSchema, presenceMemberSchema, presenceTopicSchema } from './presence.ts'
import { siteName } from './site.ts'

/** Which events: all that are given have to hold. Absent: any. */
export const liveFilterSchema = z.strictObject({
  run: z.uuid().optional(),
  site: siteName.optional(),
  types: z.array(z.enum(eventTypes)).min(1).max(eventTypes.length).optional(),
  /** The lowest level. */
  level: z.enum(levels).optional(),
})

export type LiveFilter = z.output<typeof liveFilterSchema>

/** What a filter looks at. */
export interface Filterable {
  readonly runId: string
  /** Null: the run's own. */
  readonly site: string | null
  readonly type: EventType
  readonly level: SeineEvent['level']
}

export function matchesFilter({ run, site, types, level }: LiveFilter, event: Filterable): boolean {
  return (
    (run === undefined || run === event.runId) &&
    (site === undefined || site === event.site) &&
    (types === undefined || types.includes(event.type)) &&
    (level === undefined || levels.indexOf(event.level) >= levels.indexOf(level))
  )
}

/** The narrowest subject filter that lets through all that the filter does. */
export function eventsFilter({ run = '*', site = '*', types = [] }: LiveFilter): string {
  return `event.${run}.${site}.${types.length === 1 ? types[0] : '>'}`
}

/** Named by the client, unique in its connection. */
const subscriptionId = z.string().regex(/^[\w.:-]{1,64}$/, 'expected 1 to 64 letters, digits, or one of _.:-')

/** What a client says over `/ws`: one JSON object a text frame. */
export const liveRequestSchema = z.discriminatedUnion('op', [
  z
    .strictObject({
      op: z.literal('subscribe'),
      sub: subscriptionId,
      filter: liveFilterSchema.default({}),
      /** Events after this sequence, then live ones. Absent: from now on. 0: from the first that is kept. */
      since: z.int().min(0).optional(),
    })
    .describe('Tells events from here on, each once and in order.'),
  z.strictObject({ op: z.literal('unsubscribe'), sub: subscriptionId }).describe('No more events of a subscription.'),
  z
    .strictObject({
      op: z.literal('presence'),
      topic: presenceTopicSchema,
      activity: z.enum(presenceActivities).default('viewing'),
    })
    .describe('Says that the client is there, or does something else there now; from then on it is told who else is.'),
  z
    .strictObject({
      op: z.literal('typing'),
      topic: presenceTopicSchema,
      field: presenceFieldSchema,
      /** True holds for some seconds: said again while the typing goes on. */
      typing: z.boolean().default(true),
    })
    .describe('Says which field is being typed in, at a topic where the client is present.'),
  z.strictObject({ op: z.literal('leave'), topic: presenceTopicSchema }).describe('Says that the client is gone.'),
])

export type LiveRequest = z.input<typeof liveRequestSchema>

/** Stable codes of {@link liveMessageSchema}'s `error`. */
export const liveErrorCodes = [
  'not-json',
  'invalid',
  'duplicate-subscription',
  'no-such-subscription',
  'too-many-subscriptions',
  'too-many-topics',
  'not-present',
  'rate-limited',
  'unavailable',
] as const

const sequence = z.int().min(0)

/** What the gateway says over `/ws`. */
export const liveMessageSchema = z.discriminatedUnion('op', [
  z
    .strictObject({
      op: z.literal('welcome'),
      /** Of the connection: the id of this client in presence. */
      client: z.string(),
      /** The longest silence: after three times that the connection is dead. */
      heartbeatMs: z.int(),
    })
    .describe('The first message.'),
  z
    .strictObject({ op: z.literal('subscribed'), sub: subscriptionId, since: sequence })
    .describe(
      'The subscription stands; events after `since` follow. Whoever comes back before the first goes on from it.',
    ),
  z
    .strictObject({
      op: z.literal('event'),
      sub: subscriptionId,
      /** What a later subscription goes on from. */
      seq: sequence,
      event: z.custom<SeineEvent>((value) => typeof value === 'object' && value !== null),
    })
    .describe('An event, as it was published. One frame for each subscription that it matches.'),
  z
    .strictObject({ op: z.literal('live'), sub: subscriptionId })
    .describe('What had happened before has been told; what comes now is happening.'),
  z
    .strictObject({
      op: z.literal('presence'),
      topic: presenceTopicSchema,
      members: z.array(presenceMemberSchema),
      /** There, and over the number that is listed. */
      more: z.int(),
    })
    .describe('Who is there now, this client among them. Told when it changes.'),
  z.strictObject({ op: z.literal('heartbeat') }).describe('Nothing else was said for a while.'),
  z
    .strictObject({
      op: z.literal('error'),
      code: z.enum(liveErrorCodes),
      message: z.string(),
      /** Where it is wrong: `filter.level`. Null: not in one field. */
      field: z.string().nullable(),
      sub: z.string().optional(),
      topic: z.string().optional(),
    })
    .describe('A message could not be met; the connection stays.'),
  z
    .strictObject({
      op: z.literal('dropped'),
      reason: z.enum(['too-slow', 'stopping', 'too-many-errors', 'signed-out']),
    })
    .describe('The last message before the gateway closes the connection.'),
])

export type LiveMessage = z.output<typeof liveMessageSchema>

/** How the gateway closes a connection (RFC 6455 §7.4.2: 4000 and up are the application's). */
export const liveCloseCodes = { stopping: 1001, 'too-many-errors': 1008, 'too-slow': 4008, 'signed-out': 4401 } as const

/** The messages as a Markdown table, for the documentation. */
export function liveTables(): string {
  return [tableOf('client', liveRequestSchema), tableOf('gateway', liveMessageSchema)].join('\n\n')
}

interface Described {
  readonly description?: string
  readonly properties: Record<string, { const?: unknown }>
  readonly required?: readonly string[]
}

function tableOf(who: string, schema: z.ZodType): string {
  const { oneOf } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as unknown as { oneOf: Described[] }
  const rows = oneOf.map(({ description = '', properties, required = [] }) => {
    const { op, ...rest } = properties
    const fields = Object.keys(rest).map((name) => `\`${name}${required.includes(name) ? '' : '?'}\``)
    return `| \`${String(op?.const)}\` | ${fields.join(' ')} | ${description} |`
  })
  return [`| the ${who} says | fields | |`, '| --- | --- | --- |', ...rows].join('\n')
}
