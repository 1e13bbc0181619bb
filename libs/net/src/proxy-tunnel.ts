import { isIP, type Socket } from 'node:net'
import { FetchError } from './failure.ts'
import { ProxyError, type WebProxy } from './proxy.ts'

/** An answer to CONNECT longer than this is none. */
const maxReplyBytes = 16_384

/**
 * Asks a connected proxy to connect on to an address, which was resolved and checked here: a name would be resolved
 * by the proxy, out of the guard's sight. keeps I9
 * Throws ProxyError where the proxy is to blame, FetchError where the proxy says that the host is.
 */
export async function openTunnel(socket: Socket, proxy: WebProxy, address: string, port: number): Promise<void> {
  if (proxy.protocol === 'http') await connectByHttp(socket, proxy, address, port)
  else await connectBySocks5(socket, proxy, address, port)
}

/** RFC 9110 §9.3.6. */
async function connectByHttp(socket: Socket, proxy: WebProxy, address: string, port: number): Promise<void> {
  const authority = `${isIP(address) === 6 ? `[${address}]` : address}:${port}`
  const authorization = proxy.authorization()
  const credentials = authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`)
  const reply = await receive(socket, proxy, (received) => {
    const end = received.indexOf('\r\n\r\n')
    return end === -1 ? null : end + 4
  })
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(reply.toString('latin1'))?.[1] ?? 0)
  if (status >= 200 && status < 300) return
  const reason = status === 0 ? 'answers CONNECT with something else than HTTP' : `answers CONNECT with ${status}`
  if (status === 502) throw new FetchError('connect-refused', `proxy ${proxy.id} ${reason}`)
  if (status === 504) throw new FetchError('connect-timeout', `proxy ${proxy.id} ${reason}`)
  throw new ProxyError(proxy, reason)
}

/** RFC 1928 and, for credentials, RFC 1929. */
async function connectBySocks5(socket: Socket, proxy: WebProxy, address: string, port: number): Promise<void> {
  const credentials = proxy.credentials()
  const method = credentials === null ? noAuthentication : byPassword
  socket.write(Buffer.from([5, 1, method]))
  const chosen = await receive(socket, proxy, (received) => (received.length < 2 ? null : 2))
  if (chosen[0] !== 5) throw new ProxyError(proxy, 'does not speak SOCKS5')
  if (chosen[1] !== method) throw new ProxyError(proxy, 'refuses our way of authentication')
  if (credentials !== null) {
    const { username, password } = credentials
    socket.write(Buffer.concat([Buffer.from([1, username.length]), username, Buffer.from([password.length]), password]))
    const granted = await receive(socket, proxy, (received) => (received.length < 2 ? null : 2))
    if (granted[1] !== 0) throw new ProxyError(proxy, 'refuses our credentials')
  }
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), socksAddress(address), Buffer.from([port >> 8, port & 255])]))
  const reply = await receive(socket, proxy, socksReplyLength)
  const code = reply[1] as number
  if (code === 0) return
  const reason = socksReplies[code] ?? `answers with code ${code}`
  if (code >= 3 && code <= 5) throw new FetchError('connect-refused', `proxy ${proxy.id}: ${reason}`)
  if (code === 6) throw new FetchError('connect-timeout', `proxy ${proxy.id}: ${reason}`)
  throw new ProxyError(proxy, reason)
}

const noAuthentication = 0
const byPassword = 2

const socksReplies: Record<number, string> = {
  1: 'general failure',
  2: 'not allowed by its rules',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'TTL expired',
  7: 'CONNECT is not supported',
  8: 'address type is not supported',
}

function socksAddress(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from([1, ...address.split('.').map(Number)])
  // WHATWG URLs write IPv6 without dots, with `::` for one run of zeroes.
  const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  return Buffer.from([
    4,
    ...groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  ])
}

function socksReplyLength(received: Buffer): number | null {
  if (received.length < 5) return null
  const type = received[3]
  const addressBytes = type === 1 ? 4 : type === 4 ? 16 : 1 + (received[4] as number)
  return received.length < 6 + addressBytes ? null : 6 + addressBytes
}

/** Reads one message; `lengthOf` answers its length once it is there. What follows it stays in the socket. */
function receive(socket: Socket, proxy: WebProxy, lengthOf: (received: Buffer) => number | null): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  let received: Buffer = Buffer.alloc(0)

  // Before anything is put back into the socket: that would call onReadable again, and again.
  function detach(): void {
    socket.off('readable', onReadable).off('end', onGone).off('close', onGone).off('error', onGone)
  }

  function onReadable(): void {
    let chunk: Buffer | null = socket.read()
    while (chunk !== null) {
      received = Buffer.concat([received, chunk])
      const length = lengthOf(received)
      if (length !== null) {
        detach()
        if (received.length > length) socket.unshift(received.subarray(length))
        resolve(received.subarray(0, length))
        return
      }
      if (received.length > maxReplyBytes) {
        detach()
        reject(new ProxyError(proxy, 'answers without end'))
        return
      }
      chunk = socket.read()
    }
  }

  function onGone(): void {
    detach()
    reject(new ProxyError(proxy, 'hung up'))
  }

  socket.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', onGone)
  onReadable()
  return promise
}
