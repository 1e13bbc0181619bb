import { connect, createServer, type Socket } from 'node:net'
import { listening, type TestServer } from './servers.ts'

export interface TestProxy extends TestServer {
  /** What was asked for, in order: `127.0.0.1:80`, or `refused` where the credentials were wrong. */
  asked: string[]
}

export interface TestProxyOptions {
  /** `user:password`; absent: anybody may. */
  login?: string
  /** Answered instead of connecting on: a status of CONNECT, or a reply code of SOCKS5. */
  refusal?: number
  /** Where everything is really sent, whatever was asked for. */
  sendTo?: { host: string; port: number }
}

/** An HTTP proxy that knows CONNECT. */
export async function httpProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = []
  const wanted = options.login === undefined ? null : `Basic ${Buffer.from(options.login).toString('base64')}`
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (chunk) => {
      const head = chunk.toString('latin1')
      const authority = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head)?.[1] ?? ''
      const given = /\r\nProxy-Authorization: (.*?)\r\n/i.exec(head)?.[1] ?? null
      if (wanted !== null && given !== wanted) {
        asked.push('refused')
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
        return
      }
      asked.push(authority)
      if (options.refusal !== undefined) return void socket.end(`HTTP/1.1 ${options.refusal} No\r\n\r\n`)
      socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n')
      pass(socket, options.sendTo ?? addressOf(authority))
    })
  })
  return Object.assign(await listening(server), { asked })
}

/** A SOCKS5 proxy that knows CONNECT, IPv4 and IPv6 addresses, and passwords. */
export async function socksProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = []
  const server = createServer(async (socket) => {
    socket.on('error', () => {})
    const messages = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    const next = async (): Promise<Buffer> => (await messages.next()).value as Buffer
    const method = options.login === undefined ? 0 : 2
    const greeting = await next()
    if (greeting[2] !== method) return void socket.end(Buffer.from([5, 0xff]))
    socket.write(Buffer.from([5, method]))
    if (options.login !== undefined) {
      const login = await next()
      const name = login.subarray(2, 2 + (login[1] ?? 0)).toString()
      const password = login.subarray(3 + (login[1] ?? 0)).toString()
      const granted = `${name}:${password}` === options.login
      socket.write(Buffer.from([1, granted ? 0 : 1]))
      if (!granted) return void asked.push('refused')
    }
    const request = await next()
    const host =
      request[3] === 1
        ? request.subarray(4, 8).join('.')
        : (request.subarray(4, 20).toString('hex').match(/.{4}/g) ?? []).join(':')
    const to = { host, port: request.readUInt16BE(request.length - 2) }
    asked.push(`${to.host}:${to.port}`)
    socket.write(Buffer.from([5, options.refusal ?? 0, 0, 1, 127, 0, 0, 1, 0, 0]))
    if (options.refusal === undefined) pass(socket, options.sendTo ?? to, messages)
  })
  return Object.assign(await listening(server), { asked })
}

function addressOf(authority: string): { host: string; port: number } {
  const colon = authority.lastIndexOf(':')
  return { host: authority.slice(0, colon).replace(/[[\]]/g, ''), port: Number(authority.slice(colon + 1)) }
}

function pass(client: Socket, to: { host: string; port: number }, from: AsyncIterator<Buffer> | null = null): void {
  const host = connect(to.port, to.host)
  host.on('error', () => client.destroy())
  client.on('close', () => host.destroy())
  host.pipe(client)
  if (from === null) client.pipe(host)
  else void forward(from, host)
}

async function forward(from: AsyncIterator<Buffer>, to: Socket): Promise<void> {
  try {
    for (let next = await from.next(); next.done !== true; next = await from.next()) to.write(next.value)
  } catch {
    to.destroy() // the client hung up
  }
}
