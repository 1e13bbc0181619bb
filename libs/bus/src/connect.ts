import { connect, errors, type NatsConnection } from '@nats-io/transport-node'
import { type Clock, CodedError, type Logger, messageOf, systemClock } from '@seine/runtime'

export interface ConnectOptions {
  readonly servers: readonly string[]
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Shown in the broker's list of connections. */
  readonly name: string
  /** How long to try at start. */
  readonly startTimeoutMs?: number
  readonly clock?: Clock
}

const retryPauseMs = 1_000

/**
 * Connects, trying for `startTimeoutMs` with a line a try; afterwards the connection comes back by itself, for ever.
 * Throws CodedError `broker-unreachable` or, without trying again, `broker-refused` where the login is wrong.
 */
export async function connectNats(options: ConnectOptions, log: Logger): Promise<NatsConnection> {
  const { startTimeoutMs = 30_000, clock = systemClock } = options
  const where = `NATS at ${options.servers.join(', ')}`
  const deadlineMs = clock.nowMs() + startTimeoutMs
  for (;;) {
    try {
      return await connect({
        servers: [...options.servers],
        name: options.name,
        ...(options.user === undefined ? {} : { user: options.user, pass: options.password ?? '' }),
        timeout: 5_000,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 500,
        reconnectJitter: 500,
        // A password changed on one side must not end a service that only has to wait for the other side.
        ignoreAuthErrorAbort: true,
        pingInterval: 10_000,
        // Stack traces across every request cost a third of a publish.
        noAsyncTraces: true,
      })
    } catch (error) {
      const reason = reasonOf(error)
      if (error instanceof errors.AuthorizationError)
        throw new CodedError('broker-refused', `${where}: ${reason}`, { cause: error })
      if (clock.nowMs() + retryPauseMs >= deadlineMs)
        throw new CodedError('broker-unreachable', `${where}: ${reason}`, { cause: error })
      log.warn(`${where}: ${reason}, trying again`)
      await clock.sleep(retryPauseMs)
    }
  }
}

function reasonOf(error: unknown): string {
  const text = messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)
  if (/ECONNREFUSED|connection refused/i.test(text)) return 'connection refused'
  if (/ENOTFOUND|EAI_AGAIN/i.test(text)) return 'host not found'
  return text.toLowerCase()
}
