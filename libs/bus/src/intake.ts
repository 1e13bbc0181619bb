import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node'
import type { ConsumerSettings } from '@seine/contracts'
import { type Delivery, toDelivery } from './delivery.ts'
import type { Link } from './link.ts'

/** `ended`: filled, or nothing more came in time. Otherwise why the consumer could not be asked. */
export type AskResult = 'ended' | { unavailable: string }

/** Asks a durable consumer for messages, one bounded request at a time. */
export interface Intake {
  /** Asks for up to `batch` messages; resolves when no more will come of it. Messages arrive meanwhile. */
  ask(batch: number): Promise<AskResult>
  /** Resolves when nothing can arrive any more: messages already on their way are still delivered. */
  drain(): Promise<void>
}

const requestExpiresMs = 5_000
/** The broker always answers an unfilled request when it expires: later than this it was lost. */
const lostAfterMs = requestExpiresMs + 3_000

/**
 * What the client's `fetch({ max_messages, expires })` does on the wire, with two differences that a worker needs: one
 * subscription for its whole life, and a drain that loses nothing. `fetch` unsubscribes while messages are on their way,
 * and each of those then waits a whole ack wait to be delivered again.
 */
export function openIntake(deps: {
  nc: NatsConnection
  link: Link
  consumer: ConsumerSettings
  /** Where answers may arrive. */
  inboxPrefix: string
  onDelivery: (delivery: Delivery) => void
}): Intake {
  const { nc, link, consumer, onDelivery } = deps
  const inbox = createInbox(deps.inboxPrefix)
  let serial = 0
  let wanted = 0
  let end: ((result: AskResult) => void) | null = null

  const subscription = nc.subscribe(`${inbox}.*`, { callback: (error, message) => receive(error, message) })

  function receive(error: Error | null, message: Msg): void {
    if (error !== null) end?.({ unavailable: error.message })
    else if (message.subject.startsWith(inbox)) readStatus(message)
    else {
      onDelivery(toDelivery(message, performance.now()))
      wanted--
      if (wanted === 0) end?.('ended')
    }
  }

  function readStatus(message: Msg): void {
    const code = message.headers?.code ?? 0
    const stale = message.subject !== `${inbox}.${serial}`
    if (stale || code === 100) return
    if (code === 404 || code === 408) end?.('ended')
    else
      end?.({ unavailable: code === 503 ? 'no such consumer yet' : (message.headers?.description ?? `status ${code}`) })
  }

  return {
    async ask(batch) {
      await link.whenUp()
      if (link.closed) return { unavailable: 'connection closed' }
      const result = Promise.withResolvers<AskResult>()
      serial++
      wanted = batch
      end = result.resolve
      const late = setTimeout(() => result.resolve({ unavailable: 'no answer' }), lostAfterMs)
      const forget = link.onLost(() => result.resolve({ unavailable: 'broker lost' }))
      const request = JSON.stringify({ batch, expires: requestExpiresMs * 1e6 })
      nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.durable}`, request, {
        reply: `${inbox}.${serial}`,
      })
      try {
        return await result.promise
      } finally {
        clearTimeout(late)
        forget()
        end = null
      }
    },
    async drain() {
      if (!subscription.isClosed() && link.connected) await subscription.drain()
      else subscription.unsubscribe()
      end?.('ended')
    },
  }
}
