import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type {
  BucketSettings,
  ConsumerSettings,
  MessageDefinition,
  MessageOf,
  RpcDefinition,
  RpcInput,
  RpcOutput,
  RpcRequest,
  StreamName,
} from '@seine/contracts'
import { type Logger, type Part, systemClock } from '@seine/runtime'
import { isAttended } from './attendance.ts'
import { makeBrokerClock } from './broker-clock.ts'
import { type Bucket, openBucket } from './bucket.ts'
import { type ConnectOptions, connectNats, inboxPrefixFor } from './connect.ts'
import type { Delivery, RawMessage } from './delivery.ts'
import { type PublishOptions, seal } from './envelope.ts'
import { follow, replay } from './follow.ts'
import { openIntake } from './intake.ts'
import { type Lag, lagOf } from './lag.ts'
import { watchLink } from './link.ts'
import { makePublisher } from './publisher.ts'
import { type Handle, makePull } from './pull.ts'
import { makePullBatch, type PullBatchOptions } from './pull-batch.ts'
import { type CallOptions, call, makeServe, type ServeContext } from './rpc.ts'

/** All that a service says to the mesh and hears from it. */
export interface Bus extends AsyncDisposable {
  readonly nc: NatsConnection
  readonly js: JetStreamClient
  readonly jsm: () => Promise<JetStreamManager>
  /**
   * Resolves when the stream has stored the message, or had it already: retried with the same id for as long as the
   * broker is away. Waits where too many are in flight. Throws InvalidMessage and MessageTooLarge before sending,
   * PublishRejected where the stream refuses.
   */
  publish<D extends MessageDefinition>(definition: D, message: MessageOf<D>, options?: PublishOptions): Promise<void>
  /** Works on a consumer's messages, `maxInFlight` at once. */
  pull<D extends MessageDefinition>(
    consumer: ConsumerSettings,
    definition: D,
    handle: Handle<MessageOf<D>>,
    options: { maxInFlight: number },
  ): Part
  /** Works on a consumer's messages in batches, one at a time, acknowledged when the handling resolves. */
  pullBatch(
    consumer: ConsumerSettings,
    handleBatch: (messages: RawMessage[]) => Promise<void>,
    options: PullBatchOptions,
  ): Part
  /** Reads what a stream holds for a filter, in order; ends with the last message that was there when it started. */
  replay(filter: string, options: { stream: StreamName; fromSequence?: number }): AsyncIterable<RawMessage>
  /** Reads a stream in order until the signal. `new` (and absent): from now on. */
  follow(
    stream: StreamName,
    filters: readonly string[],
    options: { startSequence?: number | 'new' },
    signal: AbortSignal,
  ): AsyncIterable<RawMessage>
  bucket<T>(settings: BucketSettings): Promise<Bucket<T>>
  /** Throws RpcError; `unavailable` where nobody answers. */
  call<D extends RpcDefinition>(rpc: D, input: RpcInput<D>, options?: CallOptions): Promise<RpcOutput<D>>
  /** Answers requests. RpcError thrown: the answer. Anything else: `internal`, logged. */
  serve<D extends RpcDefinition>(
    rpc: D,
    handle: (request: RpcRequest<D>, context: ServeContext) => Promise<RpcOutput<D>>,
  ): Part
  /** The broker's time, Unix ms. */
  nowMs(): number
  /** Messages a stream holds for a filter. */
  pendingOn(stream: StreamName, filter: string): Promise<number>
  /** Removes what a stream holds for a filter. Needs a user who may. */
  purge(stream: StreamName, filter: string): Promise<void>
  /** Whether somebody works on a consumer's messages; see {@link isAttended} for what that is worth. */
  isAttended(consumer: ConsumerSettings): Promise<boolean>
  /** How far a shared consumer is behind its stream. */
  lagOf(consumer: ConsumerSettings): Promise<Lag>
  /** For `/readyz`. Null: connected. */
  check(): Promise<string | null>
}

/** Longest wait at the end for what is still in flight. */
const closeTimeoutMs = 10_000
const apiTimeoutMs = 10_000
const fallbackMaxPayloadBytes = 1024 ** 2

/** Connects to the broker (see {@link connectNats} for what it throws); afterwards a loss of it is waited out. */
export async function connectBus(options: ConnectOptions, log: Logger): Promise<Bus> {
  const clock = options.clock ?? systemClock
  const nc = await connectNats(options, log)
  const inboxPrefix = inboxPrefixFor(options)
  const js = jetstream(nc, { timeout: apiTimeoutMs })
  const manager = js.jetstreamManager(false)
  const jsm = () => manager
  const link = watchLink(nc, log)
  const publisher = makePublisher({ nc, js, link, clock, log })
  const brokerClock = makeBrokerClock(jsm, clock, log)
  const reading = { js, jsm, link, clock, log }
  const maxPayloadBytes = () => nc.info?.max_payload ?? fallbackMaxPayloadBytes
  const intakeOf = (consumer: ConsumerSettings) => (onDelivery: (delivery: Delivery) => void) =>
    openIntake({ nc, link, consumer, inboxPrefix, onDelivery })

  const closing = new AbortController()
  await brokerClock.start(closing.signal)

  return {
    nc,
    js,
    jsm,
    publish: async (definition, message, publishOptions = {}) =>
      publisher.store(seal(definition, message, publishOptions, maxPayloadBytes())),
    pull: (consumer, definition, handle, { maxInFlight }) =>
      makePull({ consumer, definition, handle, maxInFlight, openIntake: intakeOf(consumer), clock, log }),
    pullBatch: (consumer, handleBatch, batchOptions) =>
      makePullBatch({ consumer, handleBatch, options: batchOptions, openIntake: intakeOf(consumer), clock, log }),
    replay: (filter, replayOptions) => replay(reading, filter, replayOptions),
    follow: (stream, filters, followOptions, signal) => follow(reading, stream, filters, followOptions, signal),
    bucket: (settings) => openBucket({ nc, js, link, clock, log }, settings),
    call: (rpc, input, callOptions) => call({ nc, link }, rpc, input, callOptions),
    serve: (rpc, handle) => makeServe({ nc, link, rpc, handle, maxReplyBytes: maxPayloadBytes, log }),
    nowMs: () => brokerClock.nowMs(),
    async pendingOn(stream, filter) {
      const info = await (await jsm()).streams.info(stream, { subjects_filter: filter })
      return Object.values(info.state.subjects ?? {}).reduce((sum, count) => sum + count, 0)
    },
    async purge(stream, filter) {
      await (await jsm()).streams.purge(stream, { filter })
    },
    async isAttended({ stream, durable }) {
      return isAttended(await (await jsm()).consumers.info(stream, durable), brokerClock.nowMs())
    },
    async lagOf({ stream, durable }) {
      const { state } = await (await jsm()).streams.info(stream)
      return lagOf(await (await jsm()).consumers.info(stream, durable), state.last_seq)
    },
    check: async () => (link.connected ? null : 'broker not connected'),
    async [Symbol.asyncDispose]() {
      closing.abort()
      if (link.connected) {
        const drained = new AbortController()
        const draining = publisher.idle().then(() => nc.drain())
        await Promise.race([draining, clock.sleep(closeTimeoutMs, drained.signal)])
        drained.abort()
      }
      await nc.close()
    },
  }
}
