import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { badPorts } from './bad-ports.ts'

/** Why an address or a URL is refused: short kebab-case text, safe to show and to count by. */
export type GuardVerdict = { ok: true } | { ok: false; reason: string }
export type UrlVerdict = { ok: true; url: URL } | { ok: false; reason: string }

export interface AddressGuard {
  /**
   * May a socket be connected to this address? `ip` is an IPv4 or IPv6 literal as sockets report it (a zone id is
   * allowed); any other spelling, `0177.0.0.1` and `1` included, is refused as `not-an-address`.
   */
  check(ip: string): GuardVerdict
  /**
   * May this URL be asked at all? Judges what the text alone says: scheme, credentials, port, an address or a
   * loopback name as host. A name that passes must still be resolved and each address given to `check`.
   */
  checkUrl(url: string | URL): UrlVerdict
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Cidr = [Address, number]

/**
 * The one judge of where the mesh may connect to: public unicast addresses, and the networks allowed by name.
 * `allowedPrivate`: CIDRs (`127.0.0.0/8`, `fd00::/8`) or single addresses; throws on one that is not. keeps I9
 */
export function makeAddressGuard({ allowedPrivate }: { allowedPrivate: readonly string[] }): AddressGuard {
  const allowed = allowedPrivate.map(parseCidr)

  function check(ip: string): GuardVerdict {
    if (isIP(ip) === 0) return refuse('not-an-address')
    const address = parseAddress(ip)
    for (const [network, bits] of allowed) {
      if (network.kind() === address.kind() && matches(address, network, bits)) return accepted
    }
    const reason = address instanceof ipaddr.IPv6 ? ipv6Range(address) : address.range()
    return reason === 'unicast' ? accepted : refuse(`address-${kebab(reason)}`)
  }

  function checkUrl(raw: string | URL): UrlVerdict {
    const url = typeof raw === 'string' ? URL.parse(raw) : raw
    if (url === null) return refuse('invalid-url')
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('scheme')
    // A server never needs them to be crawled, and they would leak into logs and reports.
    if (url.username !== '' || url.password !== '') return refuse('credentials')
    if (url.port !== '' && badPorts.has(Number(url.port))) return refuse('port')
    const literal = addressLiteral(url.hostname)
    if (literal !== null) {
      const verdict = check(literal)
      if (!verdict.ok) return verdict
    }
    return { ok: true, url }
  }

  return { check, checkUrl }
}

/**
 * The address a WHATWG hostname stands for without asking DNS: a literal without its brackets, or loopback for the
 * names that mean it (RFC 6761 §6.3, and what hosts files add); null for a name that has to be resolved.
 */
export function addressLiteral(hostname: string): string | null {
  if (hostname.startsWith('[')) return hostname.slice(1, -1)
  if (isIP(hostname) !== 0) return hostname
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  if (name === 'localhost' || name.endsWith('.localhost') || name === 'localhost.localdomain') return '127.0.0.1'
  if (name === 'ip6-localhost' || name === 'ip6-loopback') return '::1'
  return null
}

const accepted: GuardVerdict = { ok: true }

function refuse(reason: string): { ok: false; reason: string } {
  return { ok: false, reason }
}

/** An IPv4 address written as IPv6 (`::ffff:127.0.0.1`) is that IPv4 address to the kernel, so it is judged as such. */
function parseAddress(ip: string): Address {
  const address = ipaddr.parse(dotless(ip))
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/** The parser reads `::8.8.8.8` as `::ffff:8.8.8.8`, which is another address: without dots nothing is to be confused. */
function dotless(ip: string): string {
  if (!ip.includes(':') || !ip.includes('.')) return ip
  return new URL(`http://[${ip.replace(/%.*$/, '')}]`).hostname.slice(1, -1)
}

function ipv6Range(address: ipaddr.IPv6): string {
  const range = address.range()
  if (range !== 'unicast') return range
  const [first = 0, , , , fifth = 0, sixth = 0] = address.parts
  // Only 2000::/3 is handed out for the public internet (RFC 4291 §2.4); `::a.b.c.d` and the rest are not.
  if (first >> 13 !== 1) return 'reserved'
  // ISATAP hides an IPv4 address in the interface id (RFC 5214 §6.1), as 6to4 and NAT64 do in the prefix.
  if ((fifth === 0 || fifth === 0x0200) && sixth === 0x5efe) return 'isatap'
  return range
}

function matches(address: Address, network: Address, bits: number): boolean {
  return address.kind() === 'ipv4'
    ? (address as ipaddr.IPv4).match(network as ipaddr.IPv4, bits)
    : (address as ipaddr.IPv6).match(network as ipaddr.IPv6, bits)
}

function parseCidr(text: string): Cidr {
  if (isIP(text) !== 0) {
    const address = parseAddress(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  }
  const [host = '', bits = ''] = text.split('/')
  if (isIP(host) === 0 || !/^\d{1,3}$/.test(bits)) throw new Error(`not a CIDR: '${text}'`)
  return ipaddr.parseCIDR(text)
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
