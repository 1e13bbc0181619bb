import type { AddressGuard } from './address-guard.ts'
import { type AgentPool, makeAgentPool } from './agent-pool.ts'
import { makeBodyBudget } from './body-budget.ts'
import { makeChunkQueue } from './chunk-queue.ts'
import { acceptedEncodings, parseCodings } from './content-coding.ts'
import { type DecodeState, decodeChunks } from './decode.ts'
import { cacheResolve, makeDnsResolver, makeOverrides, type Resolve } from './dns.ts'
import { Exchange, type ResponseHead, unwantedRest } from './exchange.ts'
import { FetchError, type FetchFailureKind, failureOf } from './failure.ts'
import {
  failed,
  type HttpAnswer,
  type HttpAnswerHead,
  type HttpFailed,
  type HttpPage,
  type HttpRequest,
  type HttpStream,
} from './http-messages.ts'
import { makePageSink, type PageBody } from './page-sink.ts'
import type { ProxyPoolName, WebProxy } from './proxy.ts'
import type { ProxyPool } from './proxy-pool.ts'
import { plainHeaders } from './response-headers.ts'
import { checkEach, type Send, viaProxies } from './via-proxies.ts'

export interface HttpClient {
  /**
   * One GET, or one POST of a body. Redirects are answers, not followed; cookies are not kept. Resolves for everything the network can do;
   * rejects only for a mistake in the request (a header with a line break).
   * A body that can't be decoded fails a 2xx; any other status keeps its answer, with an empty, truncated body.
   */
  request(request: HttpRequest): Promise<HttpAnswer>
  /**
   * The same GET, resolved at its headers, for bodies that are read once and may be large. A body that is a gzip file
   * (`sitemap.xml.gz`) is unpacked too. `totalMs` runs on while the chunks are read, also while the reader is slow.
   */
  stream(request: HttpRequest): Promise<HttpStream | HttpFailed>
  /**
   * Sends this request through every proxy of a pool, and ejects those that fail it: to be done at start, before the
   * pool is relied on. `problem` is null for a proxy through which any answer came.
   */
  checkProxies(pool: ProxyPoolName, request: HttpRequest): Promise<{ proxy: string; problem: string | null }[]>
  /** Ends what is under way as `aborted` and closes every connection. */
  close(): Promise<void>
}

export interface HttpClientOptions {
  guard: AddressGuard
  /** Name lookup; DNS by default. */
  resolve?: Resolve
  /** How long the addresses of a name are used for new connections. Default a minute; 0: asked for each. */
  dnsCacheMs?: number
  /** Fixed addresses: `shop.test` or `*.test` → IP. They pass the guard like any other. */
  hostOverrides?: Readonly<Record<string, string>>
  /** Connections to one origin at once; further requests wait for one. Default 64. */
  maxConnectionsPerOrigin?: number
  /** How long an idle connection is kept, if the server doesn't say. Default 4 s. */
  keepAliveMs?: number
  /**
   * Bytes that all page bodies together hold while they are read; past it, bodies over a quarter of a megabyte wait for each
   * other. Default 64 MiB.
   */
  maxHeldBodyBytes?: number
  /** The proxies behind the pools that policies name. */
  proxyPools?: Partial<Record<ProxyPoolName, ProxyPool>>
  /** Certificate authorities to trust instead of the system's, PEM. */
  ca?: string | string[]
}

const maxCachedNames = 10_000

export function makeHttpClient(options: HttpClientOptions): HttpClient {
  const agents = makeAgentPool({
    guard: options.guard,
    resolve: cacheResolve(options.resolve ?? makeDnsResolver(), {
      ttlMs: options.dnsCacheMs ?? 60_000,
      maxNames: maxCachedNames,
      nowMs: () => performance.now(),
    }),
    overrideOf: makeOverrides(options.hostOverrides ?? {}),
    maxConnectionsPerOrigin: options.maxConnectionsPerOrigin ?? 64,
    keepAliveMs: options.keepAliveMs ?? 4_000,
    ca: options.ca,
  })

  const budget = makeBodyBudget(options.maxHeldBodyBytes ?? 67_108_864)
  let closed = false

  /** Sends by the way the policy names, once the URL has passed. */
  function route<A extends HttpAnswerHead>(asked: HttpRequest, send: Send<A>): Promise<A | HttpFailed> {
    if (closed) return Promise.resolve(failed('aborted', 'the client is closed'))
    const refused = (why: string) => Promise.resolve(failed('address-blocked', why))
    const verdict = options.guard.checkUrl(asked.url)
    if (!verdict.ok) return refused(`not a URL that may be fetched (${verdict.reason})`)
    const { proxyPool = 'direct' } = asked
    if (proxyPool === 'direct') return send(asked, verdict.url, null)
    const pool = options.proxyPools?.[proxyPool]
    if (pool === undefined) return refused(`no proxies are configured for the pool ${proxyPool}`)
    return viaProxies(pool, asked, (request, proxy) => send(request, verdict.url, proxy))
  }

  const sendPage: Send<HttpPage> = (asked, url, proxy) => {
    return new Promise((resolve, reject) => {
      let head: ResponseHead | null = null
      const exchange: Exchange = start(agents, asked, url, proxy, {
        onHead(received, exchange) {
          head = received
          return makePageSink({
            exchange,
            codings: parseCodings(encodingOf(received)),
            maxBodyBytes: asked.limits.maxBodyBytes,
            budget,
            expectedBytes: Number(received.headers['content-length']) || 0,
            onDone: (page) => resolve(answerOf(received, page)),
            onFailure,
          })
        },
        onFailure,
      })

      function answerOf(received: ResponseHead, page: PageBody): HttpPage {
        return {
          ...answerHead(received, url),
          body: page.body,
          truncated: page.truncated,
          transferredBytes: page.transferredBytes,
          durationMs: performance.now() - exchange.startedMs,
        }
      }

      function onFailure(error: unknown): void {
        const failure = failureOf(error, head !== null)
        if (failure === null) reject(error)
        else if (head !== null && head.status >= 300 && aboutBody.has(failure.kind)) resolve(answerOf(head, noBody))
        else resolve({ ok: false, failure })
      }
    })
  }

  const sendStream: Send<HttpStream> = (asked, url, proxy) => {
    return new Promise((resolve, reject) => {
      start(agents, asked, url, proxy, {
        onHead(received, exchange) {
          const codings = parseCodings(encodingOf(received))
          const queue = makeChunkQueue(() => exchange.resume())
          const progress: DecodeState = { codedBytes: 0, decodedBytes: 0, truncated: false }
          const limits = { maxBytes: asked.limits.maxBodyBytes, gunzipByMagic: true }
          const chunks = readOnce(decodeChunks(queue, codings, limits, progress), exchange)
          resolve({ ...answerHead(received, url), chunks, progress })
          return { write: (chunk) => (queue.push(chunk) ? 'more' : 'wait'), end: queue.end, fail: queue.fail }
        },
        onFailure(error) {
          const failure = failureOf(error, false)
          if (failure === null) reject(error)
          else resolve({ ok: false, failure })
        },
      })
    })
  }

  function answerHead(received: ResponseHead, url: URL): HttpAnswerHead {
    return {
      ok: true,
      status: received.status,
      headers: plainHeaders(received.headers),
      ttfbMs: received.ttfbMs,
      remoteAddress: agents.remoteAddressOf(url),
    }
  }

  return {
    request: (asked) => route(asked, sendPage),
    stream: (asked) => route(asked, sendStream),
    checkProxies: (name, asked) => checkEach(options.proxyPools?.[name], asked, sendPage),
    async close() {
      closed = true
      await agents.close()
    },
  }
}

const noBody: PageBody = { body: new Uint8Array(0), truncated: true, transferredBytes: 0 }
const aboutBody: ReadonlySet<FetchFailureKind> = new Set(['bad-encoding', 'decompression-bomb', 'truncated-body'])

function start(
  agents: AgentPool,
  asked: HttpRequest,
  url: URL,
  proxy: WebProxy | null,
  handlers: Pick<ConstructorParameters<typeof Exchange>[1], 'onHead' | 'onFailure'>,
): Exchange {
  const agent = agents.agentFor(asked.timeouts.connectMs, asked.limits.maxHeaderBytes, proxy)
  return new Exchange(agent, {
    url,
    headers: requestHeaders(asked.headers),
    body: asked.body,
    timeouts: asked.timeouts,
    signal: asked.signal,
    ...handlers,
  })
}

function requestHeaders(asked: Readonly<Record<string, string>>): string[] {
  const headers: string[] = []
  let hasEncoding = false
  for (const name in asked) {
    headers.push(name, asked[name] as string)
    if (name.length === 15 && name.toLowerCase() === 'accept-encoding') hasEncoding = true
  }
  if (!hasEncoding) headers.push('accept-encoding', acceptedEncodings)
  return headers
}

function encodingOf(head: ResponseHead): string | undefined {
  const header = head.headers['content-encoding']
  return Array.isArray(header) ? header.join(',') : header
}

/** Readers of a stream meet one error class, whatever broke; a reader who leaves takes the connection along. */
async function* readOnce(chunks: AsyncIterable<Uint8Array>, exchange: Exchange): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    const failure = failureOf(error, true)
    throw failure === null || error instanceof FetchError
      ? error
      : new FetchError(failure.kind, failure.message, { cause: error })
  } finally {
    exchange.abort(unwantedRest())
  }
}
