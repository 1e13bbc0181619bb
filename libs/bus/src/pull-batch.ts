import type { ConsumerSettings } from '@seine/contracts'
import type { Clock, Logger, Part } from '@seine/runtime'
import { makeBell } from './bell.ts'
import type { Delivery, RawMessage } from './delivery.ts'
import type { Intake } from './intake.ts'
import { keepAsking } from './keep-asking.ts'
import { keepWorking } from './keep-working.ts'

export interface PullBatchOptions {
  readonly maxBatch: number
  /** Longest a message waits for others to come. */
  readonly maxWaitMs: number
}

/** Tries of one batch here before it is given back: another replica may do better. */
const maxTries = 5
const maxPauseMs = 5_000

/**
 * Hands over batches, one at a time, in the order they arrive; all of a batch is acknowledged when its handling resolves. Where
 * it rejects nothing is, and the batch is tried again. The next batch is fetched meanwhile, no more.
 */
export function makePullBatch(deps: {
  consumer: ConsumerSettings
  handleBatch: (messages: RawMessage[]) => Promise<void>
  options: PullBatchOptions
  openIntake: (onDelivery: (delivery: Delivery) => void) => Intake
  clock: Clock
  log: Logger
}): Part {
  const { consumer, handleBatch, clock } = deps
  const { maxBatch, maxWaitMs } = deps.options
  const log = deps.log.child({ consumer: consumer.durable })
  const stopping = new AbortController()
  const buffer: Delivery[] = []
  let handling: Delivery[] = []
  const bell = makeBell()
  let intake: Intake | undefined
  let work: Promise<unknown> = Promise.resolve()
  let stopKeeping: () => void = () => {}
  async function handleAll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const first = buffer[0]
      if (first === undefined) {
        await bell.rung()
        continue
      }
      const leftMs = maxWaitMs - (performance.now() - first.receivedAtMs)
      if (buffer.length < maxBatch && leftMs > 0) {
        await bell.rung(leftMs)
        continue
      }
      handling = buffer.splice(0, maxBatch)
      bell.ring()
      await handleUntilDone(handling)
      handling = []
    }
  }

  async function handleUntilDone(batch: Delivery[]): Promise<void> {
    for (let tries = 1; tries <= maxTries; tries++) {
      try {
        await handleBatch(batch)
        for (const delivery of batch) delivery.ack()
        return
      } catch (error) {
        log.error('batch failed', { error, messages: batch.length, tries })
        await clock.sleep(Math.min(maxPauseMs, 200 * 2 ** tries), stopping.signal)
        if (stopping.signal.aborted) break
      }
    }
    for (const delivery of batch) delivery.nak()
  }

  return {
    name: `pull ${consumer.durable}`,
    start(fail) {
      intake = deps.openIntake((delivery) => {
        if (stopping.signal.aborted) return delivery.nak()
        buffer.push(delivery)
        bell.ring()
      })
      stopKeeping = keepWorking(() => [...handling, ...buffer], consumer.ackWaitMs)
      const asking = keepAsking({
        intake,
        room: () => maxBatch - buffer.length,
        worthAsking: Math.ceil(maxBatch / 4),
        freed: bell,
        clock,
        log,
        signal: stopping.signal,
      })
      work = Promise.all([asking, handleAll()]).catch(fail)
    },
    async stop() {
      stopping.abort()
      bell.ring()
      await intake?.drain()
      await work
      for (const delivery of buffer.splice(0)) delivery.nak()
      stopKeeping()
    },
  }
}
