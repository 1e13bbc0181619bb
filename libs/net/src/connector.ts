import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { buildConnector } from 'undici'
import { type AddressGuard, addressLiteral } from './address-guard.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { isNotFound, type Resolve, type ResolvedAddress } from './dns.ts'
import { FetchError } from './failure.ts'
import { ProxyError, type WebProxy } from './proxy.ts'
import { openTunnel } from './proxy-tunnel.ts'

/** Addresses of one name that are tried before giving up. */
const maxAddressesTried = 4

export interface ConnectorOptions {
  guard: AddressGuard
  resolve: Resolve
  /** The fixed address of a name, null for the others. It is checked like any other address. */
  overrideOf: (hostname: string) => string | null
  /** For name lookup, TCP and TLS together. */
  connectTimeoutMs: number
  /** Where connections go through; null: straight to the host. */
  proxy: WebProxy | null
  /** Certificate authorities instead of the system's. */
  ca?: string | string[] | undefined
  onConnected: (hostname: string, remoteAddress: string) => void
}

/**
 * Opens connections for undici. The guard sees each address before it is dialled, literals too (for which Node asks
 * no resolver), and once more on the open socket; between check and connect nothing resolves the name again, so a
 * name that answers differently the second time gains nothing. keeps I9
 */
export function makeConnector(options: ConnectorOptions): buildConnector.connector {
  return (target, callback) => {
    open(options, target).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    )
  }
}

async function open(options: ConnectorOptions, target: buildConnector.Options): Promise<Socket> {
  const { hostname, protocol } = target
  const { connectTimeoutMs, proxy } = options
  const secure = protocol === 'https:'
  const port = Number(target.port) || (secure ? 443 : 80)
  const deadline = startDeadline(connectTimeoutMs)
  const tooLate = () =>
    new FetchError('connect-timeout', `no connection to ${hostname}:${port} within ${connectTimeoutMs} ms`)
  try {
    const addresses = await deadline.within(
      publicAddresses(options, hostname),
      () => new FetchError('dns-error', `no answer from DNS for ${hostname} within ${connectTimeoutMs} ms`),
    )
    let socket: Socket
    if (proxy === null) {
      socket = await dialChecked(options, deadline, { addresses, hostname, port })
      options.onConnected(hostname, socket.remoteAddress ?? '')
    } else {
      const { address } = addresses[0] as ResolvedAddress
      socket = await reachProxy(options, deadline, proxy)
      await destroyingOnFailure(socket, deadline.within(openTunnel(socket, proxy, address, port), tooLate, socket))
      options.onConnected(hostname, address)
    }
    if (!secure) return socket
    const tls = handshake(socket, hostname, options.ca)
    await deadline.within(opened(tls, 'secureConnect').catch(asTlsFailure), tooLate, tls)
    return tls
  } finally {
    deadline.clear()
  }
}

/** A connection to the proxy itself; whatever prevents it is the proxy's failure, not the host's. */
async function reachProxy(options: ConnectorOptions, deadline: Deadline, proxy: WebProxy): Promise<Socket> {
  const { hostname, port } = proxy
  try {
    const addresses = await deadline.within(
      publicAddresses(options, hostname),
      () => new FetchError('dns-error', `no answer from DNS for ${hostname}`),
    )
    return await dialChecked(options, deadline, { addresses, hostname, port })
  } catch (error) {
    const timedOut = error instanceof FetchError && error.failure.kind === 'connect-timeout'
    throw new ProxyError(proxy, error instanceof Error ? error.message : String(error), timedOut)
  }
}

async function destroyingOnFailure(socket: Socket, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    socket.on('error', () => {}) // it is given up: nobody else listens
    socket.destroy()
    throw error
  }
}

interface Destination {
  addresses: ResolvedAddress[]
  hostname: string
  port: number
}

/** Connects, and checks where to. */
async function dialChecked(options: ConnectorOptions, deadline: Deadline, to: Destination): Promise<Socket> {
  const { hostname, port } = to
  const socket = dial(to, options.connectTimeoutMs)
  await deadline.within(
    opened(socket, 'connect'),
    () =>
      new FetchError('connect-timeout', `no connection to ${hostname}:${port} within ${options.connectTimeoutMs} ms`),
    socket,
  )
  const remoteAddress = socket.remoteAddress ?? ''
  const verdict = options.guard.check(remoteAddress)
  if (verdict.ok) return socket
  socket.destroy()
  // A peer that has hung up already leaves no address to check.
  if (remoteAddress === '') throw new FetchError('reset', `${hostname} hung up at once`)
  throw new FetchError('address-blocked', `${hostname} is at ${remoteAddress} (${verdict.reason})`)
}

/** The addresses of a name that the guard lets pass, at most `maxAddressesTried`; throws when there are none. */
async function publicAddresses(options: ConnectorOptions, hostname: string): Promise<ResolvedAddress[]> {
  const candidates = await candidatesOf(options, hostname)
  const passed: ResolvedAddress[] = []
  let refused = ''
  for (const candidate of candidates) {
    const verdict = options.guard.check(candidate.address)
    if (verdict.ok) passed.push(candidate)
    else refused ||= `${hostname} is at ${candidate.address} (${verdict.reason})`
  }
  if (passed.length > 0) return passed.slice(0, maxAddressesTried)
  if (refused !== '') throw new FetchError('address-blocked', refused)
  throw new FetchError('dns-not-found', `${hostname} does not resolve`)
}

async function candidatesOf(options: ConnectorOptions, hostname: string): Promise<ResolvedAddress[]> {
  const fixed = options.overrideOf(hostname) ?? addressLiteral(hostname)
  if (fixed !== null) return [{ address: fixed, family: isIP(fixed) === 6 ? 6 : 4 }]
  try {
    return await options.resolve(hostname)
  } catch (cause) {
    if (isNotFound(cause)) throw new FetchError('dns-not-found', `${hostname} does not resolve`, { cause })
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new FetchError('dns-error', `DNS gave no answer for ${hostname}: ${why}`, { cause })
  }
}

function dial({ addresses, hostname, port }: Destination, timeoutMs: number): Socket {
  const first = addresses[0] as ResolvedAddress
  const socket =
    addresses.length === 1
      ? connectTcp({ host: first.address, port })
      : connectTcp({
          host: hostname,
          port,
          lookup: (_name, _options, callback) => callback(null, addresses),
          autoSelectFamily: true,
          // Node abandons an address after 250 ms by default: too short for a far one, and every address but the last is far.
          autoSelectFamilyAttemptTimeout: Math.max(10, Math.floor(timeoutMs / addresses.length)),
        })
  return socket.setNoDelay(true).setKeepAlive(true, 60_000)
}

function handshake(socket: Socket, hostname: string, ca: string | string[] | undefined): Socket {
  // HTTP/1.1 only: one request a connection at a time is what the host's concurrency counts.
  const settings: ConnectionOptions = { socket, host: hostname, ALPNProtocols: ['http/1.1'] }
  // RFC 6066 §3: a name without its trailing dot, and no address.
  if (isIP(hostname) === 0) settings.servername = hostname.replace(/\.$/, '')
  if (ca !== undefined) settings.ca = ca
  return connectTls(settings)
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once(event, () => {
    socket.off('error', reject)
    resolve()
  })
  socket.once('error', reject)
  return promise
}

/** A peer that hangs up during the handshake reset the connection; all else is about certificates and protocols. */
function asTlsFailure(error: NodeJS.ErrnoException): never {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') throw error
  throw new FetchError('tls', error.code === undefined ? error.message : `${error.code}: ${error.message}`, {
    cause: error,
  })
}
