import { createServer as createHttp, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { certificate } from './certificate.ts'

export interface TestServer extends AsyncDisposable {
  port: number
  /** Connections accepted so far, and those still open. */
  accepted: () => number
  open: () => number
}

/** An ordinary HTTP server on 127.0.0.1. */
export function httpServer(listener: RequestListener): Promise<TestServer> {
  return listening(createHttp(listener))
}

/** Answers each request with raw bytes: `answer` is called once per request head, with the socket and the head. */
export function rawServer(
  answer: (socket: Socket, head: string) => void,
  options: { tls?: boolean; host?: string; port?: number; onData?: (socket: Socket) => void } = {},
): Promise<TestServer> {
  const onSocket = (socket: Socket): void => {
    let received = ''
    socket.on('error', () => {}) // clients hang up on purpose
    socket.on('data', (chunk) => {
      options.onData?.(socket)
      received += chunk.toString('latin1')
      for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
        const head = received.slice(0, end)
        received = received.slice(end + 4)
        answer(socket, head)
      }
    })
  }
  return listening(
    options.tls === true ? createTls(certificate, onSocket) : createTcp(onSocket),
    options.host,
    options.port,
  )
}

/** Accepts connections and never says a word. */
export function silentServer(): Promise<TestServer> {
  return listening(createTcp((socket) => void socket.on('error', () => {}).resume()))
}

/** Hangs up as soon as it is connected to. */
export function resettingServer(): Promise<TestServer> {
  return listening(createTcp((socket) => socket.resetAndDestroy()))
}

export async function listening(server: Server, host = '127.0.0.1', port = 0): Promise<TestServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
