import type { Run, RunOptions, RunStatus, SiteRun } from '@seine/contracts'
import { type RunEvent, type RunEventsOptions, runEvents } from './run-events.ts'
import { type Download, type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

/** A run with the first of its sites (1,000 at most). */
export type RunDetail = Run & { sites: SiteRun[]; sitesTotal: number }

export interface RunsClient {
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
}

export function runsClient(
  transport: Transport,
  wait: { sleep: (ms: number, signal: AbortSignal) => Promise<void>; nowMs: () => number },
): RunsClient {
  const { json, get, send, download, open, baseUrl } = transport
  const of = (id: string) => `/api/bulk-runs/${encodeURIComponent(id)}`
  return {
    createRun: (body, { idempotencyKey } = {}) =>
      send('POST', '/api/bulk-runs', body, idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    getRun: (id) => get(of(id)),
    listRuns: ({ status, ...page } = {}) => json(`/api/bulk-runs${queryOf({ ...pageOf(page), status })}`),
    listSiteRuns: (id, page = {}) => json(`${of(id)}/sites${queryOf(pageOf(page))}`),
    cancelRun: (id) => send('POST', `${of(id)}/cancel`, {}),
    resumeRun: (id) => send('POST', `${of(id)}/resume`, {}),
    retryRun: (id, { site, failuresOnly = false } = {}) =>
      send('POST', `${of(id)}/retry`, { failures_only: failuresOnly, ...(site === undefined ? {} : { site }) }),
    reextractRun: (id, which = {}) => send('POST', `${of(id)}/reextract`, which),
    runEvents: (id, options) => {
      const openStream = (path: string, headers: Record<string, string>, signal: AbortSignal) =>
        open(path, { headers, signal })
      return runEvents({ open: openStream, baseUrl, ...wait }, encodeURIComponent(id), options)
    },
    archive: (id) => download(`${of(id)}/archive`),
    artifact: (id, site, file) =>
      download(`${of(id)}/sites/${encodeURIComponent(site)}/artifacts/${encodeURIComponent(file)}`),
  }
}
