import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerOf, type Shop } from './shops.ts'

export interface ServedShops {
  readonly port: number
  /** Requests so far. */
  readonly asked: number
  /** Deliveries of webhooks so far. */
  readonly delivered: number
  generation: number
  originOf(shop: Shop): string
  stop(): Promise<void>
}

const domain = 'soak.test'

/** What fetchers have to be told to reach them. */
export const shopsEnv = { HOST_OVERRIDES: `*.${domain}=127.0.0.1`, ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' }

/** Serves all shops on one loopback port, told apart by the Host header; `hooks.soak.test` takes deliveries. */
export async function serveShops(shops: readonly Shop[]): Promise<ServedShops> {
  const byHost = new Map(shops.map((shop) => [`${shop.name}.${domain}`, shop]))
  let generation = 1
  let asked = 0
  let delivered = 0
  const visits = new Map<string, number>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    request.resume()
    if (url.hostname === `hooks.${domain}`) {
      delivered++
      return response.writeHead(204).end()
    }
    const shop = byHost.get(url.hostname)
    if (shop === undefined) return response.writeHead(421).end()
    asked++
    const key = url.host + url.pathname
    const visit = (visits.get(key) ?? 0) + 1
    visits.set(key, visit)
    const ifNoneMatch = request.headers['if-none-match']
    const answer = answerOf(shop, { origin: url.origin, path: url.pathname, generation, visit, ifNoneMatch })
    const send = () => response.writeHead(answer.status, answer.headers).end(answer.body)
    if (answer.delayMs > 0) setTimeout(send, answer.delayMs)
    else send()
  })
  server.keepAliveTimeout = 30_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    get asked() {
      return asked
    },
    get delivered() {
      return delivered
    },
    get generation() {
      return generation
    },
    set generation(next) {
      generation = next
      visits.clear()
    },
    originOf: ({ name }) => `http://${name}.${domain}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
