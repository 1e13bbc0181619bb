import type { Dispatcher } from 'undici'
import { FetchError } from './failure.ts'

export interface ResponseHead {
  status: number
  /** As undici gives them: lower-case names, an array where a name came more than once. */
  headers: Record<string, string | string[] | undefined>
  /** From the request's start to the last header byte, waiting for a connection included. */
  ttfbMs: number
}

/** Takes a body. `enough`: the rest is not wanted, the connection is dropped. */
export interface BodySink {
  write(chunk: Buffer): 'more' | 'wait' | 'enough'
  end(): void
  fail(error: unknown): void
}

export interface ExchangeOptions {
  url: URL
  /** Flat list: name, value, name, value … */
  headers: string[]
  /** Makes it a POST. */
  body: Uint8Array | undefined
  timeouts: { headersMs: number; idleMs: number; totalMs: number }
  signal: AbortSignal | undefined
  /** Called once per response with its final head; what it throws fails the exchange. */
  onHead: (head: ResponseHead, exchange: Exchange) => BodySink
  /** The exchange ended before there was a head. */
  onFailure: (error: unknown) => void
}

/**
 * One GET, or one POST, on undici's dispatcher. It exists beside `undici.request` for its price: no stream, no async scope, one
 * plain timer instead of composed abort signals. Exactly one of `onFailure`, `sink.end` and `sink.fail` is called,
 * unless the sink itself said `enough`; after that nothing is.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly startedMs = performance.now()
  readonly #options: ExchangeOptions
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | null = null
  #sink: BodySink | null = null
  #over = false

  constructor(dispatcher: Dispatcher, options: ExchangeOptions) {
    this.#options = options
    const { url, headers, body, timeouts, signal } = options
    this.#timer = setTimeout(onTotalTimeout, timeouts.totalMs, this)
    if (signal !== undefined) {
      if (signal.aborted) {
        this.abort(new FetchError('aborted', 'aborted before it was sent'))
        return
      }
      signal.addEventListener('abort', this.#onAbort)
    }
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: body === undefined ? 'GET' : 'POST',
        body: body ?? null,
        headers,
        headersTimeout: timeouts.headersMs,
        bodyTimeout: timeouts.idleMs,
      },
      this,
    )
  }

  /** Ends the exchange with this error and drops its connection. Does nothing once it is over. */
  abort(error: Error): void {
    if (this.#over) return
    this.#fail(error)
    this.#controller?.abort(error)
  }

  get totalMs(): number {
    return this.#options.timeouts.totalMs
  }

  resume(): void {
    if (!this.#over) this.#controller?.resume()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It ended while it waited for a connection: nothing is sent.
    if (this.#over) controller.abort(new FetchError('aborted', 'ended before it was sent'))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.#over) return
    const head = { status, headers, ttfbMs: performance.now() - this.startedMs }
    try {
      this.#sink = this.#options.onHead(head, this)
    } catch (error) {
      this.abort(error as Error)
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over || this.#sink === null) return
    const wish = this.#sink.write(chunk)
    if (wish === 'wait') controller.pause()
    else if (wish === 'enough') {
      this.#finish()
      controller.abort(unwantedRest())
    }
  }

  onResponseEnd(): void {
    if (this.#over) return
    this.#finish()
    // undici takes the connection back one turn of the event loop after this; whoever asked, and asks again at once,
    // would find it busy and open another. The detour puts us behind undici's own immediate.
    queueMicrotask(() => setImmediate(() => this.#sink?.end()))
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (!this.#over) this.#fail(error)
  }

  #fail(error: unknown): void {
    this.#finish()
    if (this.#sink === null) this.#options.onFailure(error)
    else this.#sink.fail(error)
  }

  #finish(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }

  #onAbort = (): void => this.abort(new FetchError('aborted', 'aborted'))
}

function onTotalTimeout(exchange: Exchange): void {
  exchange.abort(new FetchError('total-timeout', `not done within ${exchange.totalMs} ms`))
}

/** The reason for dropping a connection whose body has been read as far as it was wanted. */
export function unwantedRest(): FetchError {
  return new FetchError('aborted', 'the rest of the body is not wanted')
}
