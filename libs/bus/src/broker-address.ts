/** Where a broker is, and who asks, if the address says it: `nats://user:password@host:4222`. */
export interface BrokerAddress {
  /** Without credentials: safe to show. */
  readonly server: string
  readonly user?: string
  readonly password?: string
}

/** Takes the credentials out of a server's address. What is no URL is left as it is. */
export function readBrokerAddress(server: string): BrokerAddress {
  const url = /^\w+:\/\//.test(server) ? URL.parse(server) : null
  if (url === null || url.username === '') return { server }
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  url.username = ''
  url.password = ''
  return { server: url.href.replace(/\/$/, ''), user, password }
}
