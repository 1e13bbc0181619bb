import type {
  EventType,
  Run,
  RunFile,
  RunOptions,
  RunPlan,
  RunStatus,
  runOrders,
  SeineEvent,
  SiteRun,
} from '@seine/contracts'
import { type RunEvent, type RunEventsOptions, runEvents } from './run-events.ts'
import { type Download, type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

/** A run with the first of its sites (1,000 at most). */
export type RunDetail = Run & { sites: SiteRun[]; sitesTotal: number }

/** Which runs of a list are wanted, in which order. */
export interface RunsRequest extends PageRequest {
  readonly status?: RunStatus | readonly RunStatus[]
  /** Runs that this site is part of. */
  readonly site?: string
  /** Created then or later, ISO 8601. */
  readonly from?: string
  /** Created before. */
  readonly to?: string
  readonly dryRun?: boolean
  readonly sort?: (typeof runOrders)[number]
}

/** A part of a run's log. */
export interface EventPage {
  readonly events: (SeineEvent & { seq: number })[]
  /** Null: there is no more now. */
  readonly next_since: number | null
}

export interface EventsRequest {
  readonly since?: number
  /** At most 1,000. */
  readonly limit?: number
  readonly level?: SeineEvent['level']
  readonly type?: EventType
  readonly site?: string
}

/** A file of a run in the list of downloads. */
export type Downloadable = RunFile & { href: string }

/** What a run has made so far; paths as in its archive. */
export interface RunManifest {
  readonly run: string
  readonly status: RunStatus
  readonly createdAt: string
  readonly archive: ManifestFile | null
  readonly sites: (Pick<SiteRun, 'site' | 'status' | 'reason' | 'counts' | 'diff'> & { files: ManifestFile[] })[]
}

export interface ManifestFile {
  readonly path: string
  readonly sha256: string
  readonly size: number
}

export interface RunsClient {
  createRun(options: Partial<RunOptions>, request?: { idempotencyKey?: string }): Promise<Run>
  /** What a run with these options would do; starts nothing. */
  planRun(options: Partial<RunOptions>): Promise<RunPlan>
  getRun(id: string): Promise<RunDetail>
  listRuns(request?: RunsRequest): Promise<Page<Run>>
  listSiteRuns(id: string, request?: PageRequest): Promise<Page<SiteRun>>
  cancelRun(id: string): Promise<Run>
  pauseRun(id: string): Promise<Run>
  resumeRun(id: string): Promise<Run>
  /** `failuresOnly`: failed pages alone; otherwise whole sites. Absent `site`: every one that has something to retry. */
  retryRun(id: string, which?: { site?: string; failuresOnly?: boolean }): Promise<Run>
  /** Extraction and export again from stored pages. Absent `site`: every one that has some. */
  reextractRun(id: string, which?: { site?: string }): Promise<Run>
  /** The log as it is now, a page at a time; {@link runEvents} follows it. */
  listRunEvents(id: string, request?: EventsRequest): Promise<EventPage>
  /** As they happen, to the run's end. `id` null: of all runs, without end. */
  runEvents(id: string | null, options?: RunEventsOptions): AsyncGenerator<RunEvent, void>
  /** Null: the run has none yet. `part`: from 1, of its `archiveParts`. Absent: the first, or all of it. */
  archive(id: string, part?: number): Promise<Download | null>
  artifact(id: string, site: string, file: string): Promise<Download | null>
  manifest(id: string): Promise<RunManifest>
  listArtifacts(request?: PageRequest & { run?: string; site?: string; file?: string }): Promise<Page<Downloadable>>
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
    planRun: (body) => send('POST', '/api/bulk-runs/plan', body),
    listRuns: ({ status, site, from, to, dryRun, sort, ...page } = {}) => {
      const statuses = status === undefined ? undefined : [status].flat().join(',')
      const filter = { status: statuses, site, from, to, dry_run: dryRun, sort }
      return json(`/api/bulk-runs${queryOf({ ...pageOf(page), ...filter })}`)
    },
    listSiteRuns: (id, page = {}) => json(`${of(id)}/sites${queryOf(pageOf(page))}`),
    cancelRun: (id) => send('POST', `${of(id)}/cancel`, {}),
    pauseRun: (id) => send('POST', `${of(id)}/pause`, {}),
    resumeRun: (id) => send('POST', `${of(id)}/resume`, {}),
    retryRun: (id, { site, failuresOnly = false } = {}) =>
      send('POST', `${of(id)}/retry`, { failures_only: failuresOnly, ...(site === undefined ? {} : { site }) }),
    reextractRun: (id, which = {}) => send('POST', `${of(id)}/reextract`, which),
    listRunEvents: (id, request = {}) => get(`${of(id)}/events${queryOf({ ...request })}`),
    runEvents: (id, options) => {
      const openStream = (path: string, headers: Record<string, string>, signal: AbortSignal) =>
        open(path, { headers, signal })
      return runEvents({ open: openStream, baseUrl, ...wait }, id, options)
    },
    manifest: (id) => get(`${of(id)}/manifest`),
    listArtifacts: ({ run, site, file, ...page } = {}) =>
      json(`/api/artifacts${queryOf({ ...pageOf(page), run, site, file })}`),
    archive: (id, part) => download(`${of(id)}/archive${queryOf({ part })}`),
    artifact: (id, site, file) =>
      download(`${of(id)}/sites/${encodeURIComponent(site)}/artifacts/${encodeURIComponent(file)}`),
  }
}
