import { type ConsumerSettings, headerNames, type MessageDefinition, type MessageOf } from '@seine/contracts'
import { type Clock, type Logger, messageOf, type Part } from '@seine/runtime'
import { inSpan } from '@seine/telemetry'
import { makeBell } from './bell.ts'
import type { Delivery } from './delivery.ts'
import { type Disposition, maxRetryPauseMs } from './disposition.ts'
import type { Intake } from './intake.ts'
import { keepAsking } from './keep-asking.ts'
import { keepWorking } from './keep-working.ts'
import { readTolerantly } from './read-message.ts'

export interface HandleContext {
  /** 1: the first time. */
  readonly deliveries: number
  readonly correlationId: string | undefined
  /** Aborted when the service stops: what only waits may return `retry`, what works should finish. */
  readonly signal: AbortSignal
}

export type Handle<T> = (message: T, context: HandleContext) => Promise<Disposition>

/** Longest pause before a message whose handling threw is given back. */
const maxCrashPauseMs = 5_000

/**
 * Works on up to `maxInFlight` messages of a consumer at once, asking only for as many as it has free slots. An
 * unreadable message is a dead letter; one whose handling throws is logged and given back after a pause.
 */
export function makePull<D extends MessageDefinition>(deps: {
  consumer: ConsumerSettings
  definition: D
  handle: Handle<MessageOf<D>>
  maxInFlight: number
  openIntake: (onDelivery: (delivery: Delivery) => void) => Intake
  clock: Clock
  log: Logger
}): Part {
  const { consumer, definition, handle, maxInFlight, clock } = deps
  const log = deps.log.child({ consumer: consumer.durable })
  const stopping = new AbortController()
  const inFlight = new Map<Delivery, Promise<void>>()
  /** What a request that was given up for lost brought all the same. */
  const backlog: Delivery[] = []
  let intake: Intake | undefined
  let asking: Promise<void> = Promise.resolve()
  const slotFreed = makeBell()
  let stopKeeping: () => void = () => {}

  function onDelivery(delivery: Delivery): void {
    // It came while draining and nobody has begun it: another replica can at once.
    if (stopping.signal.aborted) {
      delivery.nak()
      return
    }
    if (inFlight.size >= maxInFlight) backlog.push(delivery)
    else begin(delivery)
  }

  function begin(delivery: Delivery): void {
    const work = workOn(delivery)
      .catch((error: unknown) => log.error('message could not be settled', { error }))
      .finally(() => {
        inFlight.delete(delivery)
        const next = stopping.signal.aborted ? undefined : backlog.shift()
        if (next === undefined) slotFreed.ring()
        else begin(next)
      })
    inFlight.set(delivery, work)
  }

  async function workOn(delivery: Delivery): Promise<void> {
    const message = readDelivery(definition, delivery)
    if (!message.ok) {
      log.error('unreadable message dropped', {
        subject: delivery.subject,
        seq: delivery.seq,
        problems: message.problems,
      })
      return delivery.term(`unreadable: ${message.problems.join('; ')}`)
    }
    const correlationId = delivery.headers(headerNames.correlationId)
    const context: HandleContext = { deliveries: delivery.deliveries, correlationId, signal: stopping.signal }
    let outcome: Disposition
    try {
      const parent = delivery.headers(headerNames.traceParent)
      const attributes = { 'messaging.destination.name': delivery.subject, 'seine.deliveries': delivery.deliveries }
      outcome = await inSpan(definition.name, { kind: 'consumer', parent, attributes }, () =>
        handle(message.value, context),
      )
    } catch (error) {
      log.error('handling failed', { error, correlationId, deliveries: delivery.deliveries })
      const pauseMs = Math.min(maxCrashPauseMs, 500 * 2 ** (delivery.deliveries - 1))
      await clock.sleep(pauseMs, stopping.signal)
      return delivery.nak()
    }
    if (outcome.kind === 'done') return delivery.ack()
    if (outcome.kind === 'drop') {
      log.warn('message dropped', { reason: outcome.reason, correlationId, seq: delivery.seq })
      return delivery.term(outcome.reason)
    }
    log.debug('message given back', { reason: outcome.reason, correlationId, seq: delivery.seq })
    // keeps I5: no delayed nak, it would keep its place in max_ack_pending
    await clock.sleep(Math.min(outcome.afterMs, maxRetryPauseMs), stopping.signal)
    delivery.nak()
  }

  return {
    name: `pull ${consumer.durable}`,
    start(fail) {
      intake = deps.openIntake(onDelivery)
      stopKeeping = keepWorking(() => [...inFlight.keys(), ...backlog], consumer.ackWaitMs)
      asking = keepAsking({
        intake,
        room: () => maxInFlight - inFlight.size - backlog.length,
        worthAsking: Math.max(1, Math.floor(maxInFlight / 4)),
        freed: slotFreed,
        clock,
        log,
        signal: stopping.signal,
      }).catch(fail)
    },
    async stop() {
      stopping.abort()
      slotFreed.ring()
      for (const delivery of backlog.splice(0)) delivery.nak()
      await intake?.drain()
      await asking
      await Promise.all(inFlight.values())
      stopKeeping()
    },
  }
}

/** Reads the body of a delivery as its definition says. */
export function readDelivery<D extends MessageDefinition>(definition: D, { data }: { data: Uint8Array }) {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'))
  } catch (error) {
    return { ok: false as const, problems: [messageOf(error)] }
  }
  return readTolerantly<MessageOf<D>>(definition.schema as never, json)
}
