import { z } from 'zod'

/** A file that a run produced. */
export const artifactSchema = z.strictObject({
  /** Key in the artifact store, `/`-separated: `bulk_runs/<run>/<site>/full.csv`. */
  path: z.string().min(1).max(500),
  /** Hex. */
  sha256: z.string().length(64),
  sizeBytes: z.int().nonnegative(),
  /** False: an identical file was there already. */
  wrote: z.boolean(),
  /** Why it was written or not: `new`, `changed`, `identical`. */
  reason: z.string().max(100),
})

export type Artifact = z.output<typeof artifactSchema>

export const diffCountsSchema = z.strictObject({
  added: z.int(),
  removed: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  notChecked: z.int(),
  moved: z.int(),
})

/** What a diff found, in pages. All zero on a first run but `added`. */
export type DiffCounts = z.output<typeof diffCountsSchema>

/** Folder of all that a run made. */
export const runArtifacts = (runId: string): string => `bulk_runs/${runId}`
/** Folder of a site run's artifacts. */
export const siteArtifacts = (runId: string, site: string): string => `bulk_runs/${runId}/${site}`
/** Where the whole run's archive lies. */
export const archivePath = (runId: string): string => `bulk_runs/${runId}/reports.zip`
/** A part of it, from 1, where it is split. */
export const archivePartPath = (runId: string, part: number): string =>
  `bulk_runs/${runId}/reports-part${String(part).padStart(2, '0')}.zip`
/** The whole run's workbook: a row a site. */
export const summaryPath = (runId: string): string => `bulk_runs/${runId}/summary.xlsx`
/** The run's log, an event a line, without progress. */
export const eventsPath = (runId: string): string => `bulk_runs/${runId}/events.jsonl`
/** The records of a site run, sorted by URL, one JSON a line, zstd: what the next run is compared with. */
export const snapshotPath = (runId: string, site: string): string => `${siteArtifacts(runId, site)}/snapshot.ndjson.zst`
/** What the files of a site run say, in numbers: what the next run's quality is compared with. */
export const reportPath = (runId: string, site: string): string => `${siteArtifacts(runId, site)}/report.json`
