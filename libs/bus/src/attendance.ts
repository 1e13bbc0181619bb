import type { ConsumerInfo } from '@nats-io/jetstream'

/** The ack wait of workers: who was given a message longer ago and has not finished it may be dead. */
const lateMs = 60_000

/**
 * Whether somebody takes messages from a consumer: asks for some at this moment, or was given some within the last minute
 * and is not done with them (all workers busy ask for nothing). Between two requests of an idle worker it may say no.
 */
export function isAttended(info: Pick<ConsumerInfo, 'num_waiting' | 'num_ack_pending' | 'delivered'>, nowMs: number) {
  if (info.num_waiting > 0) return true
  // Typed as a number by the client, sent as RFC 3339 text by the server; absent before the first delivery.
  const deliveredMs = Date.parse(String(info.delivered.last_active))
  return info.num_ack_pending > 0 && nowMs - deliveredMs < lateMs
}
