import { type Bus, done } from '@seine/bus'
import { consumers, deliverWork, deliveryResult } from '@seine/contracts'
import type { HttpClient } from '@seine/net'
import type { Part } from '@seine/runtime'
import { makeDeliver } from './deliver.ts'

/** Deliveries under way in one fetcher. */
const maxDeliveriesAtOnce = 16

/**
 * Delivers to webhooks. The result is stored before the work is acknowledged; when to try again is the scheduler's to say.
 * keeps I5: nothing waits here.
 */
export function makeDeliverPart({
  bus,
  http,
}: {
  bus: Pick<Bus, 'pull' | 'publish' | 'nowMs'>
  http: HttpClient
}): Part {
  const deliver = makeDeliver({ http, nowMs: bus.nowMs })
  return bus.pull(
    consumers.deliveries,
    deliverWork,
    async (work, { correlationId }) => {
      await bus.publish(deliveryResult, await deliver(work), { correlationId })
      return done()
    },
    { maxInFlight: maxDeliveriesAtOnce },
  )
}
