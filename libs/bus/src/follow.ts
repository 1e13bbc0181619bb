import { DeliverPolicy, type JetStreamClient, type JetStreamManager, type JsMsg } from '@nats-io/jetstream'
import type { StreamName } from '@seine/contracts'
import { type Clock, CodedError, type Logger, messageOf } from '@seine/runtime'
import type { RawMessage } from './delivery.ts'
import type { Link } from './link.ts'

interface Deps {
  readonly js: JetStreamClient
  readonly jsm: () => Promise<JetStreamManager>
  readonly link: Link
  readonly clock: Clock
  readonly log: Logger
  /** Absent: three seconds for who waits for an end, five for who reads on for ever. */
  readonly heartbeatMs?: number
}

/** Messages held here at once: each may be 1 MiB. */
const bufferedMessages = 64
const expiresMs = 10_000
const heartbeatsMs = { replay: 3_000, follow: 5_000 }
const recreatePauseMs = 500
/**
 * How long a replay that gets nothing from a broker that is there goes on asking: it may lack the right to, and whoever waits for it can
 * say so then. A loss of the broker is waited out.
 */
export const replayPatienceMs = 60_000

/** Where a replay ends. */
interface End {
  readonly sequence: number
  /** Throws where the stream's leader has more messages than were given: one node of a cluster may be behind, and what is its last need not be the last. */
  confirm(given: number): Promise<void>
}

/**
 * Reads a stream from a sequence on, in order, each message once, through every loss of the broker. Ends at the signal, or
 * where `end` is given: after the last message up to it, and with `stream-unreadable` after {@link replayPatienceMs}.
 */
async function* readInOrder(
  deps: Deps,
  stream: StreamName,
  filters: readonly string[],
  fromSequence: number,
  signal: AbortSignal,
  end?: End,
): AsyncGenerator<RawMessage, void> {
  const { js, jsm, link, clock, log } = deps
  const heartbeatMs = deps.heartbeatMs ?? heartbeatsMs[end === undefined ? 'follow' : 'replay']
  let next = fromSequence
  let given = 0
  /** Since when nothing has come of it. Null: something has, or the broker was away. */
  let troubledSinceMs: number | null = null
  while (!signal.aborted) {
    const reached = next
    let trouble: unknown = 'nothing came'
    try {
      const manager = await jsm()
      const { last_seq: lastSeq } = (await manager.streams.info(stream)).state
      // A broker that lost its newest messages counts again from before: waiting for the old number would skip the new ones.
      next = Math.min(next, lastSeq + 1)
      if (end !== undefined && next > end.sequence) return
      const consumer = await js.consumers.get(stream, {
        // One filter stands in the subject of the request then, and a user's permissions can name it.
        filter_subjects: filters.length === 1 ? filters[0]! : [...filters],
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: Math.max(1, next),
      })
      const left = async () => (await consumer.info()).num_pending
      // An ordered consumer goes by itself after five minutes, and a stream takes a thousand; asking is kinder, its failure harmless.
      const letGo = () => {
        if (link.connected) void consumer.delete().catch(() => {})
      }
      if (end !== undefined && (await left()) === 0) {
        letGo()
        await end.confirm(given)
        return
      }
      const messages = await consumer.consume({
        max_messages: bufferedMessages,
        expires: expiresMs,
        idle_heartbeat: heartbeatMs,
      })
      const close = () => void messages.close()
      signal.addEventListener('abort', close, { once: true })
      // A new consumer instead of the client's own repair: one way back, and the check above each time.
      const forget = link.onLost(close)
      let finished = false
      // Who can't be asked is asked again at the next beat; a consumer that is gone beats no more.
      const leftOrUnknown = () =>
        left().catch((error: unknown) => {
          log.debug('what is left is not known', { stream, error: messageOf(error) })
          return null
        })
      void watchOver({ statuses: messages.status(), left: leftOrUnknown, reached: () => next }, (how) => {
        // What was left may have expired before it was delivered: then no last message ever comes.
        finished = how === 'finished'
        if (how === 'stalled') log.warn('stream is not sent on, asking anew', { stream, from: next })
        if (how === 'stalled' || end !== undefined) close()
      })
      try {
        for await (const message of messages) {
          if (message.seq < next) continue
          if (end !== undefined && message.seq > end.sequence) return
          next = message.seq + 1
          given++
          yield toRaw(message)
          if (message.seq === end?.sequence) return
          finished = end !== undefined && message.info.pending === 0
          if (finished) break
        }
      } finally {
        signal.removeEventListener('abort', close)
        forget()
        close()
        letGo()
      }
      if (finished && end !== undefined) {
        await end.confirm(given)
        return
      }
    } catch (error) {
      if (link.closed) throw error
      trouble = error
      log.warn('stream can not be read, trying again', { stream, error: messageOf(error) })
    }
    troubledSinceMs = next > reached || !link.connected ? null : (troubledSinceMs ?? clock.nowMs())
    if (end !== undefined && troubledSinceMs !== null && clock.nowMs() - troubledSinceMs >= replayPatienceMs)
      throw new CodedError('stream-unreadable', `${stream} can not be read: ${messageOf(trouble)}`, { cause: trouble })
    await clock.sleep(recreatePauseMs, signal)
    await link.whenUp()
    if (link.closed) return
  }
}

/**
 * Calls back where nothing is left, and where the broker does not send what is: the reader asks anew then. A node of a cluster may be
 * there, beat, and never send what lies behind: a heartbeat says that a request waits, so two without a step between them are enough.
 */
async function watchOver(
  reader: { statuses: AsyncIterable<{ type: string }>; left: () => Promise<number | null>; reached: () => number },
  onState: (how: 'finished' | 'stalled') => void,
): Promise<void> {
  let before: number | null = null
  for await (const { type } of reader.statuses) {
    if (type === 'heartbeats_missed') return onState('stalled')
    if (type !== 'heartbeat') continue
    const reached = reader.reached()
    const left = await reader.left()
    if (left === 0) onState('finished')
    else if (left !== null && before === reached) return onState('stalled')
    before = left ? reached : null
  }
}

function toRaw(message: JsMsg): RawMessage {
  return {
    subject: message.subject,
    headers: (name) => message.headers?.get(name) || undefined,
    data: message.data,
    seq: message.seq,
    deliveries: 1,
    timestampMs: Math.floor(message.info.timestampNanos / 1e6),
  }
}

/** Reads what a stream holds for a filter, and ends with the last message that was there at the start. */
export function replay(
  deps: Deps,
  filter: string,
  options: { stream: StreamName; fromSequence?: number },
): AsyncIterable<RawMessage> {
  return {
    async *[Symbol.asyncIterator]() {
      const { stream, fromSequence = 1 } = options
      const known = async () => {
        const manager = await deps.jsm()
        const { last_seq, subjects = {} } = (await manager.streams.info(stream, { subjects_filter: filter })).state
        return { lastSeq: last_seq, count: Object.values(subjects).reduce((sum, count) => sum + count, 0) }
      }
      const first = await known()
      const never = new AbortController().signal
      yield* readInOrder(deps, stream, [filter], fromSequence, never, {
        sequence: first.lastSeq,
        async confirm(given) {
          // What was there may have been let go of since. How much of it lies before a later beginning is not known.
          const isAll = fromSequence > 1 || given >= first.count || given >= (await known()).count
          if (!isAll) throw new Error('the node that was asked is behind the others')
        },
      })
    },
  }
}

/** Reads a stream without end, from a sequence or from now on. */
export function follow(
  deps: Deps,
  stream: StreamName,
  filters: readonly string[],
  options: { startSequence?: number | 'new' },
  signal: AbortSignal,
): AsyncIterable<RawMessage> {
  return {
    async *[Symbol.asyncIterator]() {
      const { startSequence = 'new' } = options
      const start = startSequence === 'new' ? await nextSequence(deps, stream, signal) : startSequence
      if (start !== null) yield* readInOrder(deps, stream, filters, start, signal)
    },
  }
}

/** Null: aborted first. */
async function nextSequence(deps: Deps, stream: StreamName, signal: AbortSignal): Promise<number | null> {
  while (!signal.aborted) {
    try {
      return (await (await deps.jsm()).streams.info(stream)).state.last_seq + 1
    } catch (error) {
      if (deps.link.closed) throw error
      deps.log.warn('stream can not be read, trying again', { stream, error: messageOf(error) })
      await deps.clock.sleep(recreatePauseMs, signal)
    }
  }
  return null
}
