import { ApiFailure, reasonOf, Unreachable } from './api-failure.ts'

export interface TransportOptions {
  /** `http://127.0.0.1:8080`. */
  readonly baseUrl: string
  /** Sent with every request. Absent: in a browser the session's cookie goes along by itself. */
  readonly apiKey?: string | undefined
  /** Whether nobody did anything for what is asked now: a session does not last longer for it. Absent: somebody always did. */
  readonly isBackground?: () => boolean
  /** For each answer's head; a body or a stream may take as long as it needs. */
  readonly timeoutMs?: number
  readonly fetch?: typeof globalThis.fetch
  /** Absent: real time. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Page<T> {
  readonly data: T[]
  readonly pagination: { page: number; per_page: number; total: number; total_pages: number }
}

export interface PageRequest {
  /** From 1. */
  readonly page?: number
  /** At most 200. */
  readonly perPage?: number
}

export interface Download {
  readonly sizeBytes: number
  /** Hex. */
  readonly sha256: string
  readonly body: ReadableStream<Uint8Array>
}

/** Requests under the conventions of the API: its envelope taken off, its errors as ApiFailure. */
export interface Transport {
  readonly baseUrl: string
  /** Throws ApiFailure for every answer but 2xx and 304, Unreachable where nobody answers. */
  open(path: string, init?: RequestInit): Promise<Response>
  /** The answer's JSON as it is, envelope included: lists, health. */
  json<T>(path: string): Promise<T>
  /** `data` of the answer. */
  get<T>(path: string): Promise<T>
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<T>
  /** What a session's unsafe requests carry from now on. */
  useCsrfToken(token: string | null): void
  /** Null: there is no such file yet. */
  download(path: string): Promise<Download | null>
}

/** Longest wait for a rate limit before it becomes the caller's trouble. */
const maxRateWaitMs = 10_000
const maxTries = 4

export function makeTransport(options: TransportOptions): Transport {
  const { timeoutMs = 30_000, sleep = sleepOn } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const doFetch = options.fetch ?? globalThis.fetch
  let csrfToken: string | null = null

  function withCredentials(given: HeadersInit | undefined, method: string): Headers {
    const headers = new Headers(given)
    if (options.apiKey !== undefined) headers.set('authorization', `Bearer ${options.apiKey}`)
    if (csrfToken !== null && method !== 'GET') headers.set('x-csrf-token', csrfToken)
    if (options.isBackground?.() === true) headers.set('x-seine-background', '1')
    return headers
  }

  /** A request that came too soon was refused before anything was done: it is sent again when the gateway says. */
  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const response = await ask(path, init)
      if (response.ok || response.status === 304) return response
      const failure = new ApiFailure(response.status, await response.json().catch(() => null))
      const waitMs = 1_000 * Number(response.headers.get('retry-after') ?? Number.NaN)
      if (failure.code !== 'rate-limited' || tries === maxTries || !(waitMs <= maxRateWaitMs)) throw failure
      await sleep(waitMs, init.signal ?? new AbortController().signal)
      init.signal?.throwIfAborted()
    }
  }

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs)
    const signal = init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal
    try {
      const headers = withCredentials(init.headers, init.method ?? 'GET')
      return await doFetch(baseUrl + path, { ...init, headers, signal })
    } catch (error) {
      throw new Unreachable(baseUrl, reasonOf(error), error)
    } finally {
      clearTimeout(timer)
    }
  }

  const json = async <T>(path: string): Promise<T> => (await open(path)).json() as Promise<T>
  return {
    baseUrl,
    open,
    json,
    useCsrfToken(token) {
      csrfToken = token
    },
    get: async <T>(path: string) => (await json<{ data: T }>(path)).data,
    async send<T>(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
      const init = { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
      return ((await (await open(path, init)).json()) as { data: T }).data
    },
    async download(path) {
      try {
        const { headers, body } = await open(path)
        if (body === null) return null
        const sha256 = headers.get('etag')?.replaceAll('"', '') ?? ''
        return { sizeBytes: Number(headers.get('content-length')), sha256, body }
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 404 && error.code !== 'invalid') return null
        throw error
      }
    },
  }
}

/** `?a=1&b=2`; absent values are left out, and nothing at all is the empty string. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value))
  return query.size === 0 ? '' : `?${query}`
}

/** A page of a list as the API names it. */
export function pageOf({ page, perPage }: PageRequest): { page?: number; per_page?: number } {
  return { ...(page === undefined ? {} : { page }), ...(perPage === undefined ? {} : { per_page: perPage }) }
}

/** Resolves after the time or at the signal, never rejects. */
export function sleepOn(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
