import { connect, errors, type NatsConnection, type TlsOptions } from '@nats-io/transport-node'
import { inboxPrefixOf } from '@seine/contracts'
import { type Clock, CodedError, type Logger, messageOf, systemClock } from '@seine/runtime'
import { readBrokerAddress } from './broker-address.ts'

export interface ConnectOptions {
  /** `nats://host:port`; credentials in the first (`nats://user:password@…`) stand in for `user` and `password`. */
  readonly servers: readonly string[]
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Files in PEM. Absent: TLS only where the server wants it, with the system's authorities. */
  readonly tls?: {
    /** Who may have signed the server's certificate. Absent: the system's authorities. */
    readonly caFile?: string | undefined
    /** This client's own certificate and its key, where the server asks for one. */
    readonly certFile?: string | undefined
    readonly keyFile?: string | undefined
  }
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
  const addresses = options.servers.map(readBrokerAddress)
  const where = `NATS at ${addresses.map(({ server }) => server).join(', ')}`
  const { user, password } = credentialsOf(options)
  const inboxPrefix = inboxPrefixFor(options)
  const tls = tlsOf(options)
  const deadlineMs = clock.nowMs() + startTimeoutMs
  for (;;) {
    try {
      return await connect({
        servers: addresses.map(({ server }) => server),
        name: options.name,
        ...(user === undefined ? {} : { user, pass: password }),
        ...(tls === undefined ? {} : { tls }),
        inboxPrefix,
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

function credentialsOf({ servers, user, password }: ConnectOptions): { user: string | undefined; password: string } {
  const said = readBrokerAddress(servers[0] ?? '')
  return user === undefined ? { user: said.user, password: said.password ?? '' } : { user, password: password ?? '' }
}

/** Where answers to this connection arrive: each user's own place, which nobody else may listen at. */
export function inboxPrefixFor(options: ConnectOptions): string {
  const { user } = credentialsOf(options)
  return user === undefined ? '_INBOX' : inboxPrefixOf(user)
}

function tlsOf({ tls }: ConnectOptions): TlsOptions | undefined {
  if (tls === undefined) return undefined
  return Object.fromEntries(Object.entries(tls).filter(([, file]) => file !== undefined))
}

function reasonOf(error: unknown): string {
  const text = messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)
  if (/ECONNREFUSED|connection refused/i.test(text)) return 'connection refused'
  if (/ENOTFOUND|EAI_AGAIN/i.test(text)) return 'host not found'
  return text.toLowerCase()
}
