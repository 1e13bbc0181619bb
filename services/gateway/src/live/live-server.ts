import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type LiveMessage, newId } from '@seine/contracts'
import { messageOf, type Part } from '@seine/runtime'
import { type WebSocket, WebSocketServer } from 'ws'
import type { AuthenticateUpgrade, UpgradeRefusal } from '../auth/authenticate-upgrade.ts'
import { type LiveConnection, type LiveConnectionDeps, makeLiveConnection } from './live-connection.ts'
import { makePeer } from './peer.ts'

export const livePath = '/ws'

export interface LiveServerSettings {
  readonly maxClients: number
  /** The longest silence of this gateway; a client that has answered no ping for twice that is gone. */
  readonly heartbeatMs: number
  /** How often a connection's right to be there is looked at again. */
  readonly recheckMs: number
}

export const liveServerSettings: LiveServerSettings = { maxClients: 2_000, heartbeatMs: 15_000, recheckMs: 60_000 }

/** A subscription with every event type fits many times. */
const maxMessageBytes = 16 * 1024
const heartbeat = JSON.stringify({ op: 'heartbeat' } satisfies LiveMessage)

interface Client {
  readonly socket: WebSocket
  readonly connection: LiveConnection
  readonly request: IncomingMessage
  /** When something was said and heard last, and its right to be there was looked at. */
  readonly last: { spokeAtMs: number; heardAtMs: number; checkedAtMs: number }
}

/** The WebSocket face: `upgrade` is for the HTTP server's event of that name. */
export function makeLiveServer(
  deps: LiveConnectionDeps & {
    authenticate: AuthenticateUpgrade
    /** Asked while a connection lasts: counts as no request of its caller. */
    recheck: AuthenticateUpgrade
  },
  settings: LiveServerSettings = liveServerSettings,
): { upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void; part: Part; readonly clients: number } {
  const { authenticate, nowMs, log } = deps
  // Compression would cost a window of memory a client, and a second serialisation of every event.
  const server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false })
  const clients = new Set<Client>()
  let timer: NodeJS.Timeout | undefined
  let arriving = 0
  let isStopping = false

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const refusal = refusalOf(request)
    if (refusal !== null) {
      refuse(socket, refusal)
      return
    }
    arriving++
    void admit(request, socket, head)
      .catch((error: unknown) => {
        log.error('upgrade failed', { error: messageOf(error) })
        socket.destroy()
      })
      .finally(() => {
        arriving--
      })
  }

  function refusalOf(request: IncomingMessage): UpgradeRefusal | null {
    if (URL.parse(request.url ?? '', 'http://gateway')?.pathname !== livePath)
      return { status: 404, code: 'not-found', message: 'no such resource', headers: {} }
    if (clients.size + arriving >= settings.maxClients || isStopping)
      return { status: 503, code: 'too-many-clients', message: 'no more clients here', headers: { 'Retry-After': '5' } }
    return null
  }

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const answer = await authenticate(request)
    if (!answer.ok) refuse(socket, answer.refusal)
    else if (!socket.destroyed)
      server.handleUpgrade(request, socket, head, (opened) => welcome(opened, request, socket, answer.caller))
  }

  function welcome(
    socket: WebSocket,
    request: IncomingMessage,
    wire: Duplex,
    caller: { id: string; name: string },
  ): void {
    const at = nowMs()
    const last = { spokeAtMs: at, heardAtMs: at, checkedAtMs: at }
    const peer = makePeer(socket, wire, () => {
      last.spokeAtMs = nowMs()
    })
    const { heartbeatMs } = settings
    const connection = makeLiveConnection(deps, { id: newId(), user: caller.id, name: caller.name, heartbeatMs }, peer)
    const client: Client = { socket, request, connection, last }
    clients.add(client)
    const heard = () => {
      last.heardAtMs = nowMs()
    }
    socket.on('pong', heard)
    socket.on('message', (data, isBinary) => {
      heard()
      // What is no text is no JSON.
      connection.receive(isBinary ? '' : data.toString())
    })
    // A frame that is too long or no WebSocket frame at all: ws closes the socket with the code for it.
    socket.on('error', (error) => log.debug('a live connection broke', { error: messageOf(error) }))
    socket.on('close', () => {
      clients.delete(client)
      connection.gone()
    })
  }

  /** Every third of the heartbeat: so the longest silence is kept. */
  function beat(): void {
    const now = nowMs()
    for (const client of clients) {
      const { socket, last } = client
      const silentMs = now - last.heardAtMs
      if (silentMs > settings.heartbeatMs * 2) socket.terminate()
      else if (silentMs > settings.heartbeatMs) socket.ping()
      if (now - last.spokeAtMs > (settings.heartbeatMs * 2) / 3) {
        last.spokeAtMs = now
        socket.send(heartbeat)
      }
      if (now - last.checkedAtMs > settings.recheckMs) {
        last.checkedAtMs = now
        void recheck(client)
      }
    }
  }

  /** A session that was closed or a key that was revoked loses its connection too. */
  async function recheck(client: Client): Promise<void> {
    const answer = await deps.recheck(client.request)
    if (!answer.ok && (answer.refusal.status === 401 || answer.refusal.status === 403))
      client.connection.drop('signed-out')
  }

  return {
    upgrade,
    part: {
      name: 'live connections',
      start() {
        timer = setInterval(beat, settings.heartbeatMs / 3)
      },
      async stop() {
        isStopping = true
        clearInterval(timer)
        const closed = [...clients].map(({ socket }) => once(socket, 'close'))
        for (const { connection } of clients) connection.drop('stopping')
        // Those that do not answer are terminated by then.
        await Promise.allSettled(closed)
      },
    },
    get clients() {
      return clients.size
    },
  }
}

/** Answers as the API does, on the socket as it is. */
function refuse(socket: Duplex, { status, code, message, headers }: UpgradeRefusal): void {
  const body = JSON.stringify({ error: message, error_code: code, details: {}, correlation_id: newId() })
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
