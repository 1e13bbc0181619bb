import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { CodedError, type Logger, messageOf, type Part } from '@seine/runtime'

/** Longest wait at the end for downloads under way. */
const closeTimeoutMs = 5_000

/** Serves an app on a port. Logs `{"msg":"listening","url"}`. Throws CodedError where the port can't be had. */
export function makeHttpServer(deps: {
  fetch: (request: Request) => Response | Promise<Response>
  /** Takes what wants to be a WebSocket. Absent: nothing is. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  host: string
  port: number
  log: Logger
}): Part & { url(): string } {
  const { host, port, log } = deps
  const server = createAdaptorServer({ fetch: deps.fetch }) as Server
  // Slow headers and bodies end; answers (streams, downloads) may take as long as they need.
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.keepAliveTimeout = 5_000
  server.maxConnections = 5_000
  if (deps.upgrade !== undefined) server.on('upgrade', deps.upgrade)
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
