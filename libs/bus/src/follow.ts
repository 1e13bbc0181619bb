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
}

/** Messages held here at once: each may be 1 MiB. */
const bufferedMessages = 64
const expiresMs = 10_000
const heartbeatMs = 5_000
const recreatePauseMs = 500
/**
 * How long a replay that gets nothing from a broker that is there goes on asking: it may lack the right to, and whoever waits for it can
 * say so then. A loss of the broker is waited out.
 */
export const replayPatienceMs = 60_000

/**
 * Reads a stream from a sequence on, in order, each message once, through every loss of the broker. Ends at the signal, or
 * where `endAt` is given: after the last message up to it, and with `stream-unreadable` after {@link replayPatienceMs}.
 */
async function* readInOrder(
  deps: Deps,
  stream: StreamName,
  filters: readonly string[],
  fromSequence: number,
  signal: AbortSignal,
  endAt?: number,
): AsyncGenerator<RawMessage, void> {
  const { js, jsm, link, clock, log } = deps
  let next = fromSequence
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
      if (endAt !== undefined && next > endAt) return
      const consumer = await js.consumers.get(stream, {
        // One filter stands in the subject of the request then, and a user's permissions can name it.
        filter_subjects: filters.length === 1 ? filters[0]! : [...filters],
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: Math.max(1, next),
      })
      const nothingLeft = async () => (await consumer.info()).num_pending === 0
      // An ordered consumer goes by itself after five minutes, and a stream takes a thousand; asking is kinder, its failure harmless.
      const letGo = () => {
        if (link.connected) void consumer.delete().catch(() => {})
      }
      if (endAt !== undefined && (await nothingLeft())) {
        letGo()
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
      // What was left may have expired before it was delivered: then no last message ever comes.
      if (endAt !== undefined)
        void watchOver(messages.status(), nothingLeft, (how) => {
          finished = how === 'finished'
          close()
        }).catch((error: unknown) => log.debug('replay could not check its end', { stream, error: messageOf(error) }))
      try {
        for await (const message of messages) {
          if (message.seq < next) continue
          if (endAt !== undefined && message.seq > endAt) return
          next = message.seq + 1
          yield toRaw(message)
          if (endAt !== undefined && (message.info.pending === 0 || message.seq === endAt)) return
        }
      } finally {
        signal.removeEventListener('abort', close)
        forget()
        close()
        letGo()
      }
      if (finished) return
    } catch (error) {
      if (link.closed) throw error
      trouble = error
      log.warn('stream can not be read, trying again', { stream, error: messageOf(error) })
    }
    troubledSinceMs = next > reached || !link.connected ? null : (troubledSinceMs ?? clock.nowMs())
    if (endAt !== undefined && troubledSinceMs !== null && clock.nowMs() - troubledSinceMs >= replayPatienceMs)
      throw new CodedError('stream-unreadable', `${stream} can not be read: ${messageOf(trouble)}`, { cause: trouble })
    await clock.sleep(recreatePauseMs, signal)
    await link.whenUp()
    if (link.closed) return
  }
}

/** Calls back where nothing is left, and where the broker does not send what is: the reader asks anew then. */
async function watchOver(
  statuses: AsyncIterable<{ type: string }>,
  nothingLeft: () => Promise<boolean>,
  end: (how: 'finished' | 'stalled') => void,
): Promise<void> {
  for await (const { type } of statuses) {
    if (type === 'heartbeats_missed') return end('stalled')
    if (type === 'heartbeat' && (await nothingLeft())) return end('finished')
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
      const manager = await deps.jsm()
      const { last_seq: endAt } = (await manager.streams.info(options.stream)).state
      const never = new AbortController().signal
      yield* readInOrder(deps, options.stream, [filter], options.fromSequence ?? 1, never, endAt)
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
