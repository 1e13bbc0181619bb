import {
  type LiveFilter,
  type LiveMessage,
  liveCloseCodes,
  type liveErrorCodes,
  liveRequestSchema,
  type PresenceActivity,
} from '@seine/contracts'
import { type Logger, messageOf } from '@seine/runtime'
import type { z } from 'zod'
import { makeAllowance, makeClientQueue } from './client-queue.ts'
import type { EventFeed, FeedEvent } from './event-feed.ts'
import { type EventsAfterDeps, eventsAfter } from './events-after.ts'
import { makeMessageRate } from './message-rate.ts'
import type { PresenceDesk } from './presence-desk.ts'

/** What may come of one connection, and wait for it. */
export const liveLimits = {
  maxSubscriptions: 100,
  maxTopics: 10,
  /** What waits here for a client, all subscriptions together. */
  maxQueuedEvents: 2_000,
  maxQueuedBytes: 4 * 1024 ** 2,
  messagesPerSecond: 20,
  messageBurst: 120,
  /** Messages that could not be met before the connection is closed; each good one takes one back. */
  maxErrors: 50,
} as const

/** The socket, as a connection uses it. */
export interface LivePeer {
  send(text: string): void
  /** Text frames in one go; resolves when there is room for more. */
  sendAll(frames: readonly Uint8Array[]): Promise<void>
  close(code: number, reason: string): void
}

export interface LiveConnectionDeps {
  readonly feed: Pick<EventFeed, 'listen' | 'lastSeq'>
  readonly events: EventsAfterDeps
  readonly presence: PresenceDesk
  readonly nowMs: () => number
  readonly log: Logger
  readonly limits?: typeof liveLimits
}

export interface LiveConnection {
  receive(text: string): void
  /** Tells why, and closes. */
  drop(reason: keyof typeof liveCloseCodes): void
  /** The socket is closed: everything that was kept for it goes. */
  gone(): void
}

type Request = z.output<typeof liveRequestSchema>

/** Why a message could not be met. */
interface Refusal {
  readonly code: (typeof liveErrorCodes)[number]
  readonly message: string
  /** Absent: not in one field. */
  readonly field?: string
  readonly sub?: string
  readonly topic?: string
}

/** One client of `/ws`: what it says, what it is told. `id`: of the connection. */
export function makeLiveConnection(
  deps: LiveConnectionDeps,
  client: { id: string; user: string; name: string; heartbeatMs: number },
  peer: LivePeer,
): LiveConnection {
  const { feed, events, presence, nowMs, log, limits = liveLimits } = deps
  const { id, user, name, heartbeatMs } = client
  const allowance = makeAllowance({ maxItems: limits.maxQueuedEvents, maxBytes: limits.maxQueuedBytes })
  const rate = makeMessageRate(limits.messagesPerSecond, limits.messageBurst, nowMs)
  const subscriptions = new Map<string, () => void>()
  const topics = new Set<string>()
  let errors = 0
  let isGone = false

  const say = (message: LiveMessage) => peer.send(JSON.stringify(message))

  function refuse({ code, message, field, sub, topic }: Refusal): void {
    const about = { ...(sub === undefined ? {} : { sub }), ...(topic === undefined ? {} : { topic }) }
    say({ op: 'error', code, message, field: field ?? null, ...about })
    if (++errors >= limits.maxErrors) drop('too-many-errors')
  }

  function receive(text: string): void {
    if (isGone) return
    const refusal = rate.take() ? read(text) : { code: 'rate-limited' as const, message: tooMany(limits) }
    if (refusal === null) errors = Math.max(0, errors - 1)
    else refuse(refusal)
  }

  function read(text: string): Refusal | null {
    const request = readRequest(text)
    return 'code' in request ? request : meet(request)
  }

  function meet(request: Request): Refusal | null {
    switch (request.op) {
      case 'subscribe':
        return subscribe(request.sub, request.filter, request.since ?? feed.lastSeq)
      case 'unsubscribe': {
        const { sub } = request
        const end = subscriptions.get(sub)
        end?.()
        return end === undefined ? { code: 'no-such-subscription', message: `there is no '${sub}'`, sub } : null
      }
      case 'presence':
        return enter(request.topic, request.activity)
      case 'typing': {
        const { topic, field, typing } = request
        if (!topics.has(topic)) return { code: 'not-present', message: 'typing is told where the client is', topic }
        presence.typing(topic, id, field, typing)
        return null
      }
      case 'leave':
        if (topics.delete(request.topic)) presence.leave(request.topic, id)
        return null
    }
  }

  function subscribe(sub: string, filter: LiveFilter, since: number): Refusal | null {
    if (subscriptions.has(sub))
      return { code: 'duplicate-subscription', message: `'${sub}' is one already`, field: 'sub', sub }
    if (subscriptions.size >= limits.maxSubscriptions)
      return { code: 'too-many-subscriptions', message: `at most ${limits.maxSubscriptions} a connection`, sub }
    const queue = makeClientQueue<FeedEvent>(allowance, () => drop('too-slow'))
    const stopListening = feed.listen(filter, queue)
    if (stopListening === null)
      return { code: 'unavailable', message: 'this gateway has as many listeners as it takes', sub }
    let ended = false
    subscriptions.set(sub, () => {
      ended = true
      subscriptions.delete(sub)
      stopListening()
      queue.close()
    })
    say({ op: 'subscribed', sub, since })
    void tell().catch((error: unknown) => {
      if (isGone) return
      log.error('a live subscription failed', { error: messageOf(error), client: id })
      // The client comes back and goes on from where it was.
      peer.close(1011, 'failed')
    })
    return null

    async function tell(): Promise<void> {
      const head = Buffer.from(`{"op":"event","sub":${JSON.stringify(sub)},`)
      for await (const told of eventsAfter(events, filter, since, queue, 0)) {
        if (ended) return
        if (told === 'live') say({ op: 'live', sub })
        else if (typeof told === 'object') await peer.sendAll(told.events.map((event) => frameOf(head, event)))
      }
    }
  }

  function enter(topic: string, activity: PresenceActivity): Refusal | null {
    if (!topics.has(topic) && topics.size >= limits.maxTopics)
      return { code: 'too-many-topics', message: `at most ${limits.maxTopics} a connection`, topic }
    if (!presence.enter(topic, { id, user, name, activity, tell: (frame) => peer.send(frame) }))
      return { code: 'too-many-topics', message: 'this gateway has as many as it takes', topic }
    topics.add(topic)
    return null
  }

  function drop(reason: keyof typeof liveCloseCodes): void {
    if (isGone) return
    say({ op: 'dropped', reason })
    gone()
    peer.close(liveCloseCodes[reason], reason)
  }

  function gone(): void {
    if (isGone) return
    isGone = true
    for (const end of [...subscriptions.values()]) end()
    for (const topic of topics) presence.leave(topic, id)
    topics.clear()
  }

  say({ op: 'welcome', client: id, heartbeatMs })
  return { receive, drop, gone }
}

/** Made once an event, whoever listens; gone with the event. */
const tails = new WeakMap<FeedEvent, Uint8Array>()

/** `{"op":"event","sub":"1","seq":7,"event":{…}}` around the bytes that were published. */
function frameOf(head: Uint8Array, event: FeedEvent): Uint8Array {
  let tail = tails.get(event)
  if (tail === undefined) {
    tail = Buffer.concat([Buffer.from(`"seq":${event.seq},"event":`), event.bytes, Buffer.from('}')])
    tails.set(event, tail)
  }
  return Buffer.concat([head, tail])
}

function readRequest(text: string): Request | Refusal {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { code: 'not-json', message: messageOf(error) }
  }
  const parsed = liveRequestSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const { path = [], message = '' } = parsed.error.issues[0] ?? {}
  const { sub, topic } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  return {
    code: 'invalid',
    message,
    field: path.join('.'),
    // Said back as it came, where that is short.
    ...(typeof sub === 'string' && sub.length <= 64 ? { sub } : {}),
    ...(typeof topic === 'string' && topic.length <= 200 ? { topic } : {}),
  }
}

const tooMany = ({ messagesPerSecond }: typeof liveLimits) => `at most ${messagesPerSecond} messages a second`
