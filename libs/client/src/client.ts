import type { RpcOutput, Run, RunOptions, RunStatus, Site, SiteRun, schedulerRpc } from '@seine/contracts'
import { ApiFailure, reasonOf, Unreachable } from './api-failure.ts'
import { type RunEvent, type RunEventsOptions, runEvents } from './run-events.ts'

/** A run with the first of its sites (1,000 at most). */
export type RunDetail = Run & { sites: SiteRun[]; sitesTotal: number }

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

export type PageHistoryEntry = RpcOutput<typeof schedulerRpc.readHistory>['changes'][number]
export type PagePrice = RpcOutput<typeof schedulerRpc.readPrices>['prices'][number]

export type RetentionReport = RpcOutput<typeof schedulerRpc.retain>

export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly parts: Record<string, { status: string; reason?: string }>
}

export interface Download {
  readonly sizeBytes: number
  /** Hex. */
  readonly sha256: string
  readonly body: ReadableStream<Uint8Array>
}

/** Everything the gateway's API does. Every call throws ApiFailure where it refuses and Unreachable where it is not there. */
export interface Client {
  readonly baseUrl: string
  createRun(options: Partial<RunOptions>, request?: { idempotencyKey?: string }): Promise<Run>
  getRun(id: string): Promise<RunDetail>
  listRuns(request?: PageRequest & { status?: RunStatus }): Promise<Page<Run>>
  listSiteRuns(id: string, request?: PageRequest): Promise<Page<SiteRun>>
  cancelRun(id: string): Promise<Run>
  resumeRun(id: string): Promise<Run>
  /** `failuresOnly`: failed pages alone; otherwise whole sites. Absent `site`: every one that has something to retry. */
  retryRun(id: string, which?: { site?: string; failuresOnly?: boolean }): Promise<Run>
  /** Extraction and export again from stored pages. Absent `site`: every one that has some. */
  reextractRun(id: string, which?: { site?: string }): Promise<Run>
  runEvents(id: string, options?: RunEventsOptions): AsyncGenerator<RunEvent, void>
  /** Null: the run has none yet. */
  archive(id: string): Promise<Download | null>
  artifact(id: string, site: string, file: string): Promise<Download | null>
  listSites(request?: PageRequest): Promise<Page<Site>>
  /** What changed of a page from run to run, newest first. */
  pageHistory(site: string, url: string, request?: PageRequest): Promise<Page<PageHistoryEntry>>
  /** The prices of a page's product, oldest first. */
  pagePrices(site: string, url: string, request?: PageRequest): Promise<Page<PagePrice>>
  /** Lets go of runs that are not to be kept; `dryRun`: tells which. */
  retain(request?: { dryRun?: boolean }): Promise<RetentionReport>
  health(): Promise<Health>
}

export interface ClientOptions {
  /** `http://127.0.0.1:8080`. */
  readonly baseUrl: string
  /** For each answer's head; a body or a stream may take as long as it needs. */
  readonly timeoutMs?: number
  readonly fetch?: typeof globalThis.fetch
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  readonly nowMs?: () => number
}

/** A client of the gateway. Runs in Node and in browsers. */
export function makeClient(options: ClientOptions): Client {
  const { timeoutMs = 30_000, sleep = sleepOn, nowMs = Date.now } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const doFetch = options.fetch ?? globalThis.fetch

  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs)
    const signal = init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal
    let response: Response
    try {
      response = await doFetch(baseUrl + path, { ...init, signal })
    } catch (error) {
      throw new Unreachable(baseUrl, reasonOf(error), error)
    } finally {
      clearTimeout(timer)
    }
    if (response.ok || response.status === 304) return response
    throw new ApiFailure(response.status, await response.json().catch(() => null))
  }

  const get = async <T>(path: string): Promise<T> => (await open(path)).json() as Promise<T>

  async function post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    const init = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    }
    return ((await (await open(path, init)).json()) as { data: T }).data
  }

  async function download(path: string): Promise<Download | null> {
    try {
      const { headers, body } = await open(path)
      if (body === null) return null
      const sha256 = headers.get('etag')?.replaceAll('"', '') ?? ''
      return { sizeBytes: Number(headers.get('content-length')), sha256, body }
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404 && error.code !== 'invalid') return null
      throw error
    }
  }

  const of = (id: string) => `/api/bulk-runs/${encodeURIComponent(id)}`
  return {
    baseUrl,
    createRun: (body, { idempotencyKey } = {}) =>
      post<Run>('/api/bulk-runs', body, idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    getRun: async (id) => (await get<{ data: RunDetail }>(of(id))).data,
    listRuns: (request = {}) => get(`/api/bulk-runs${queryOf(request)}`),
    listSiteRuns: (id, request = {}) => get(`${of(id)}/sites${queryOf(request)}`),
    cancelRun: (id) => post(`${of(id)}/cancel`, {}),
    resumeRun: (id) => post(`${of(id)}/resume`, {}),
    retryRun: (id, { site, failuresOnly = false } = {}) =>
      post(`${of(id)}/retry`, { failures_only: failuresOnly, ...(site === undefined ? {} : { site }) }),
    reextractRun: (id, which = {}) => post(`${of(id)}/reextract`, which),
    runEvents: (id, eventOptions) => {
      const openStream = (path: string, headers: Record<string, string>, signal: AbortSignal) =>
        open(path, { headers, signal })
      return runEvents({ open: openStream, baseUrl, sleep, nowMs }, encodeURIComponent(id), eventOptions)
    },
    archive: (id) => download(`${of(id)}/archive`),
    artifact: (id, site, file) =>
      download(`${of(id)}/sites/${encodeURIComponent(site)}/artifacts/${encodeURIComponent(file)}`),
    listSites: (request = {}) => get(`/api/sites${queryOf(request)}`),
    pageHistory: (site, url, request = {}) =>
      get(`/api/sites/${encodeURIComponent(site)}/history${queryOf({ ...request, url })}`),
    pagePrices: (site, url, request = {}) =>
      get(`/api/sites/${encodeURIComponent(site)}/prices${queryOf({ ...request, url })}`),
    retain: ({ dryRun = false } = {}) => post('/api/retention', { dry_run: dryRun }),
    health: async () => {
      try {
        return await get<Health>('/health')
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 503) return { status: 'unhealthy', parts: {} }
        throw error
      }
    },
  }
}

function queryOf({ page, perPage, status, url }: PageRequest & { status?: string; url?: string }): string {
  const query = new URLSearchParams()
  if (page !== undefined) query.set('page', String(page))
  if (perPage !== undefined) query.set('per_page', String(perPage))
  if (status !== undefined) query.set('status', status)
  if (url !== undefined) query.set('url', url)
  return query.size === 0 ? '' : `?${query}`
}

function sleepOn(ms: number, signal: AbortSignal): Promise<void> {
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
