import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { newId } from '@seine/contracts'
import { CodedError, type Logger, messageOf, type Part } from '@seine/runtime'
import { oddityOf } from '../security/odd-requests.ts'

/** Longest wait at the end for downloads under way. */
const closeTimeoutMs = 5_000

export interface ServerLimits {
  /** All headers of a request have to be there by then; also how long a new connection may say nothing. */
  readonly headersMs: number
  /** The whole request, its body included, has to be there by then. */
  readonly requestMs: number
  /** How long a connection is kept for a next request. */
  readonly idleMs: number
  /** How often connections are looked at for the first two. */
  readonly checkEveryMs: number
  /** Of the request line and all headers. */
  readonly maxHeaderBytes: number
  readonly maxConnections: number
}

/** Answers (streams, downloads) may take as long as they need: only what comes in is timed. */
export const serverLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 5_000,
  checkEveryMs: 1_000,
  maxHeaderBytes: 16 * 1024,
  maxConnections: 5_000,
}

/** Serves an app on a port. Logs `{"msg":"listening","url"}`. Throws CodedError where the port can't be had. */
export function makeHttpServer(deps: {
  fetch: (request: Request) => Response | Promise<Response>
  /** Takes what wants to be a WebSocket. Absent: nothing is. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  host: string
  port: number
  log: Logger
  limits?: ServerLimits
}): Part & { url(): string } {
  const { host, port, log, limits = serverLimits } = deps
  /** What was sent behind an odd request may be the rest of it: it is not done either. */
  const refused = new WeakSet<Duplex>()
  /** In front of everything else, so that nothing is made of a request that may be two. */
  const createStrictServer = ((options: ServerOptions, listener: RequestListener) =>
    createServer(options, (incoming, outgoing) => {
      const oddity = refused.has(incoming.socket) ? 'the request before was refused' : oddityOf(incoming)
      if (oddity === null) {
        listener(incoming, outgoing)
        return
      }
      refused.add(incoming.socket)
      refuseOdd(outgoing, oddity)
    })) as typeof createServer
  const server = createAdaptorServer({
    fetch: deps.fetch,
    createServer: createStrictServer,
    serverOptions: {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.maxHeaderBytes,
      insecureHTTPParser: false,
      // Node's own refusal would go on with what is sent behind it.
      requireHostHeader: false,
      // What wants to be HTTP/2 stays a plain request: nothing may go on behind it that was not looked at.
      shouldUpgradeCallback: ({ headers }) =>
        deps.upgrade !== undefined && headers.upgrade?.toLowerCase() === 'websocket',
    },
  }) as Server
  server.maxConnections = limits.maxConnections
  const { upgrade } = deps
  if (upgrade !== undefined)
    server.on('upgrade', (request, socket, head) => {
      if (oddityOf(request) === null) upgrade(request, socket, head)
      else socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    })
  const url = () => {
    const address = server.address() as AddressInfo
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
  }
  return {
    name: 'http server',
    url,
    async start(fail) {
      try {
        server.listen(port, host)
        await once(server, 'listening')
      } catch (cause) {
        throw new CodedError('gateway-port', `can't listen on ${host}:${port}: ${messageOf(cause)}`, { cause })
      }
      server.on('error', fail)
      log.info('listening', { url: url() })
    },
    async stop() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), closeTimeoutMs)
      await closed
      clearTimeout(late)
    },
  }
}

/** The connection ends with it: what comes after on it may be the rest of something else. */
function refuseOdd(outgoing: ServerResponse, oddity: string): void {
  const body = { error: oddity, error_code: 'bad-request', details: {}, correlation_id: newId() }
  outgoing.writeHead(400, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' })
  outgoing.end(JSON.stringify(body))
}
