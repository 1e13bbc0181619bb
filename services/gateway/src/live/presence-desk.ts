import { randomBytes } from 'node:crypto'
import type { Bucket } from '@seine/bus'
import {
  type PresenceActivity,
  type PresenceMember,
  type PresenceShare,
  presenceKey,
  presenceOfKey,
} from '@seine/contracts'
import { type Logger, messageOf, type Part } from '@seine/runtime'
import { makePresenceTopic, type PresenceTopic } from './presence-topic.ts'

/** Somebody at this gateway. */
export interface Guest extends Pick<PresenceMember, 'id' | 'user' | 'name'> {
  readonly activity: PresenceActivity
  /** Takes what is told of the topic, as JSON. */
  readonly tell: (frame: string) => void
}

/** Who is where, over all gateways. */
export interface PresenceDesk {
  readonly part: Part
  /** Comes in, or does something else there now. False: there are as many topics as this process takes. */
  enter(topic: string, guest: Guest): boolean
  typing(topic: string, id: string, field: string, isTyping: boolean): void
  leave(topic: string, id: string): void
}

export interface PresenceTimes {
  readonly tickMs: number
  /** Least time between two tellings of a topic. */
  readonly tellMs: number
  /** How often a gateway says that it lives. */
  readonly beatMs: number
  /** Who came through a gateway that has been silent for so long is gone. */
  readonly deadAfterMs: number
  /** How often a share is written anew: well within what the bucket keeps. */
  readonly refreshMs: number
}

export const presenceTimes: PresenceTimes = {
  tickMs: 250,
  tellMs: 250,
  beatMs: 2_000,
  deadAfterMs: 7_000,
  refreshMs: 20_000,
}
const maxTopics = 10_000
/** Every thousand in a topic cost each other two seconds: what all are told grows with the square of their number. */
const tellMsPerGuest = 2

/** Keys of beats stand beside those of topics, which begin with `run` or `site`. */
const beatTopic = 'gateway'

/**
 * Each gateway writes one entry a topic, which lists who is there through it, and one beat, so that all that a killed
 * gateway wrote counts for nothing after seconds, however many topics that was. All are read by one watch a process.
 */
export function makePresenceDesk(deps: {
  bucket: Bucket<PresenceShare>
  /** Of this process. */
  nowMs: () => number
  log: Logger
  gatewayId?: string
  times?: PresenceTimes
}): PresenceDesk & { tick(): Promise<void> } {
  const { bucket, nowMs, log, gatewayId = randomBytes(6).toString('hex'), times = presenceTimes } = deps
  const topics = new Map<string, PresenceTopic>()
  const beats = new Map<string, number>()
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let beatenAtMs = Number.NEGATIVE_INFINITY
  const beatKey = presenceKey(beatTopic, gatewayId)
  const writing = new Set<string>()

  function topicOf(name: string): PresenceTopic | null {
    const known = topics.get(name)
    if (known !== undefined) return known
    if (topics.size >= maxTopics) return null
    const made = makePresenceTopic(name)
    topics.set(name, made)
    return made
  }

  function onChange(key: string, share: PresenceShare | null): void {
    const { topic, gatewayId: from } = presenceOfKey(key)
    if (from === gatewayId) return
    if (topic === beatTopic) {
      if (share === null) beats.delete(from)
      else beats.set(from, nowMs())
    } else topicOf(topic)?.heard(from, share)
  }

  const isAlive = (from: string) => nowMs() - (beats.get(from) ?? Number.NEGATIVE_INFINITY) < times.deadAfterMs

  /** One write of a key at a time: a broker that is away would have them pile up. */
  async function store(key: string, change: () => Promise<unknown>, onFailure: () => void): Promise<void> {
    writing.add(key)
    try {
      await change()
    } catch (error) {
      onFailure()
      log.debug('presence can not be shared', { error: messageOf(error) })
    } finally {
      writing.delete(key)
    }
  }

  function write(key: string, topic: PresenceTopic): Promise<void> {
    const share = topic.share()
    topic.written(nowMs())
    return store(key, () => (share.members.length > 0 ? bucket.put(key, share) : bucket.delete(key)), topic.mustWrite)
  }

  function beat(): Promise<void> {
    beatenAtMs = nowMs()
    return store(
      beatKey,
      () => bucket.put(beatKey, { members: [], more: 0 }),
      () => {},
    )
  }

  async function tick(): Promise<void> {
    const now = nowMs()
    const writes: Promise<void>[] = []
    if (now - beatenAtMs >= times.beatMs && !writing.has(beatKey)) writes.push(beat())
    for (const [name, topic] of topics) {
      const key = presenceKey(name, gatewayId)
      topic.tidy(now, isAlive)
      if (topic.isWriteDue(now, times.refreshMs) && !writing.has(key)) writes.push(write(key, topic))
      if (topic.isTellDue(now, Math.max(times.tellMs, topic.guests * tellMsPerGuest))) topic.tell(now)
      if (topic.isEmpty()) topics.delete(name)
    }
    await Promise.all(writes)
  }

  return {
    tick,
    part: {
      name: 'presence',
      async start(fail) {
        await bucket.watch('>', onChange, stopping.signal)
        // Not waited for: what is told goes on while the broker is away.
        timer = setInterval(() => void tick().catch(fail), times.tickMs)
      },
      async stop() {
        clearInterval(timer)
        stopping.abort()
        const mine = [...topics].filter(([, topic]) => topic.isWritten()).map(([name]) => name)
        const keys = [beatKey, ...mine.map((name) => presenceKey(name, gatewayId))]
        // The beat alone would do; whatever can't be deleted runs out.
        await Promise.allSettled(keys.map((key) => bucket.delete(key)))
      },
    },
    enter(name, guest) {
      const topic = topicOf(name)
      topic?.enter(guest, nowMs())
      return topic !== null
    },
    typing: (name, id, field, isTyping) => topics.get(name)?.typing(id, field, isTyping, nowMs()),
    leave: (name, id) => topics.get(name)?.leave(id),
  }
}
