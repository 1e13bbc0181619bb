import { errors } from '@nats-io/transport-node'

const awayErrors = [errors.RequestError, errors.NoRespondersError, errors.TimeoutError, errors.ConnectionError]

/**
 * Whether the broker did not answer, so that the same may work later: it is away, comes or goes. One that stops has some of its buckets for
 * seconds, and others no more.
 */
export function isBrokerAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const isAway = awayErrors.some((kind) => error instanceof kind)
  return isAway || isBrokerAway(error.cause)
}
