/** What may stand for `direct` in a policy. */
export type ProxyPoolName = 'datacenter' | 'residential'

/**
 * One proxy. Its credentials are reachable only through `authorization` and `credentials`: neither JSON, nor
 * `util.inspect`, nor an error shows them; `id` is what to log and to count by.
 */
export class WebProxy {
  /** `http://host:port` or `socks5://host:port`. */
  readonly id: string
  readonly protocol: 'http' | 'socks5'
  readonly hostname: string
  readonly port: number
  readonly #username: string
  readonly #password: string

  constructor(url: URL) {
    this.protocol = url.protocol === 'http:' ? 'http' : 'socks5'
    this.hostname = url.hostname
    this.port = Number(url.port) || (this.protocol === 'http' ? 80 : 1080)
    this.id = `${this.protocol}://${this.hostname}:${this.port}`
    this.#username = decodeURIComponent(url.username)
    this.#password = decodeURIComponent(url.password)
  }

  /** The value of `proxy-authorization` (RFC 7617), or null for a proxy without credentials. */
  authorization(): string | null {
    if (this.#username === '' && this.#password === '') return null
    return `Basic ${Buffer.from(`${this.#username}:${this.#password}`).toString('base64')}`
  }

  /** For SOCKS5 (RFC 1929), or null. */
  credentials(): { username: Buffer; password: Buffer } | null {
    if (this.#username === '' && this.#password === '') return null
    return { username: Buffer.from(this.#username), password: Buffer.from(this.#password) }
  }
}

/**
 * Reads proxies as they stand in configuration: `http://user:password@host:port` or `socks5://…`. Throws one error
 * that names the bad ones by their place, not by their text: the text holds passwords.
 */
export function parseProxies(urls: readonly string[]): WebProxy[] {
  const proxies = urls.map(parseProxy)
  const bad = proxies.flatMap((proxy, i) => (proxy === null ? [`#${i + 1}`] : []))
  if (bad.length > 0) {
    throw new Error(`proxy ${bad.join(', ')}: expected http://[user:password@]host:port or socks5://…`)
  }
  return proxies.filter((proxy) => proxy !== null)
}

function parseProxy(text: string): WebProxy | null {
  const url = URL.parse(text.trim())
  if (url === null || !['http:', 'socks5:', 'socks5h:'].includes(url.protocol) || url.hostname === '') return null
  if (url.search !== '' || url.hash !== '' || (url.pathname !== '' && url.pathname !== '/')) return null
  try {
    const proxy = new WebProxy(url)
    const credentials = proxy.credentials()
    // RFC 1929 §2 has one byte for each length.
    const tooLong = credentials !== null && Math.max(credentials.username.length, credentials.password.length) > 255
    return tooLong && proxy.protocol === 'socks5' ? null : proxy
  } catch {
    return null // a stray % in the credentials
  }
}

/** The proxy itself failed, before anything of ours reached the host. Never holds credentials. */
export class ProxyError extends Error {
  readonly proxy: WebProxy
  readonly timedOut: boolean

  constructor(proxy: WebProxy, reason: string, timedOut = false) {
    super(`proxy ${proxy.id}: ${reason}`)
    this.name = 'ProxyError'
    this.proxy = proxy
    this.timedOut = timedOut
  }
}
