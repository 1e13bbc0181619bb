import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Access, type LiveAccessLog, makeAccessLog } from './access-log.ts'
import { app } from './app.ts'
import { books } from './books.ts'
import { faultHosts } from './faults/index.ts'
import type { SampleAnswer, SampleHost } from './host.ts'
import { lamps } from './lamps.ts'
import { pacedHosts } from './paced.ts'
import { type SampleSite, sampleSites } from './sites.ts'
import { troubles } from './troubles.ts'

/** Everything below this name is served; fetchers reach it through HOST_OVERRIDES. */
export const sampleDomain = 'sample.test'

export interface SampleSites extends AsyncDisposable {
  readonly port: number
  /** Entries for `sites.json`, valid for this server's port. Of the shops: other worlds' visitors make their own. */
  readonly sites: readonly SampleSite[]
  /** What is served. */
  readonly hosts: readonly Pick<SampleHost, 'name' | 'about'>[]
  readonly log: LiveAccessLog
  readonly generation: number
  /** What a fetcher has to be told to reach them. */
  readonly fetcherEnv: { readonly HOST_OVERRIDES: string; readonly ALLOWED_PRIVATE_NETWORKS: string }
  /** `http://lamps.sample.test:<port>`. */
  originOf(name: string): string
  /** Prices, stock, titles and the assortment change as time would change them; the seed decides how. */
  advance(): void
  stop(): Promise<void>
}

export interface SampleSitesOptions {
  /** Which hosts are served. Absent: the shops and their troubles. */
  readonly world?: SampleWorld
  /** 0 or absent: any free one. */
  readonly port?: number
  /** Absent: the first. */
  readonly generation?: number
}

const worlds = {
  shops: (): readonly SampleHost[] => [lamps, books, ...troubles],
  /** Hosts whose visitors' pace is watched. */
  paced: pacedHosts,
  /** What a browser has to fill. */
  apps: (): readonly SampleHost[] => [app],
  /** Everything that a host can do to a fetcher, and hosts that do nothing of it. */
  faults: faultHosts,
}
export type SampleWorld = keyof typeof worlds

/** Serves the sample sites on one loopback port, told apart by the Host header. Throws EADDRINUSE for a taken port. */
export async function startSampleSites(options: SampleSitesOptions = {}): Promise<SampleSites> {
  const hosts = worlds[options.world ?? 'shops']()
  const log = makeAccessLog()
  const visits = new Map<string, number>()
  const stopping = new AbortController()
  let generation = options.generation ?? 1

  const server = createServer((request, response) => {
    const url = `http://${request.headers.host}${request.url}`
    if (/^(127\.0\.0\.1|localhost)(:|$)/.test(request.headers.host ?? '')) return control(request, response)
    const access = log.enter({
      host: request.headers.host ?? '',
      path: request.url ?? '',
      status: 0,
      startMs: preciseNowMs(),
      endMs: null,
      userAgent: request.headers['user-agent'] ?? '',
      generation,
    })
    response.once('close', () => {
      access.endMs = preciseNowMs()
      log.leave(access)
    })
    void reply(response, access, answerTo(url), stopping.signal)
  })

  function answerTo(rawUrl: string): SampleAnswer {
    const url = new URL(rawUrl)
    const host = hosts.find(({ name }) => url.hostname === `${name}.${sampleDomain}`)
    if (host === undefined) return { status: 421, body: `no sample site is called ${url.hostname}` }
    const key = `${generation} ${url.host}${url.pathname}`
    const visit = (visits.get(key) ?? 0) + 1
    visits.set(key, visit)
    return host.answer({ origin: url.origin, path: url.pathname + url.search, generation, visit })
  }

  /** For whoever runs it as a process: `POST /advance`, `GET /state`, `GET /log`. */
  function control(request: IncomingMessage, response: ServerResponse) {
    if (request.method === 'POST' && request.url === '/advance') advance()
    else if (request.url !== '/state' && request.url !== '/log') return response.writeHead(404).end()
    const state = request.url === '/log' ? log.entries : { generation }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state))
  }

  function advance() {
    generation++
    visits.clear()
  }

  await listen(server, options.port ?? 0)
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    stopping.abort()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return {
    port,
    hosts: hosts.map(({ name, about }) => ({ name, about })),
    log,
    sites: options.world === undefined || options.world === 'shops' ? sampleSites(port) : [],
    get generation() {
      return generation
    },
    fetcherEnv: { HOST_OVERRIDES: `*.${sampleDomain}=127.0.0.1`, ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' },
    originOf: (name) => `http://${name}.${sampleDomain}:${port}`,
    advance,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Fractions count: windows are measured with it. */
function preciseNowMs(): number {
  return performance.timeOrigin + performance.now()
}

async function reply(
  response: ServerResponse,
  access: Access,
  answer: SampleAnswer,
  signal: AbortSignal,
): Promise<void> {
  const { socket } = response
  try {
    if (answer.raw !== undefined && socket !== null) {
      access.status = answer.status
      return await answer.raw(socket, signal)
    }
    if (answer.delayMs !== undefined) await sleep(answer.delayMs, undefined, { signal })
    access.status = answer.status
    const { body } = answer
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      const bytes = Buffer.from(body ?? '')
      response.writeHead(answer.status, { ...answer.headers, 'content-length': String(bytes.length) }).end(bytes)
      return
    }
    response.writeHead(answer.status, { ...answer.headers })
    await pipeline(Readable.from(body), response, { signal })
  } catch (error) {
    // A client that has read enough hangs up: that is what endless bodies are for.
    if (!response.destroyed && socket?.destroyed === false && !signal.aborted) throw error
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, resolve)
  })
}
