import type { Artifact, Quality, SiteRun } from '@seine/contracts'
import type { SiteReport } from '@seine/reports'

/** A file in the archive. */
export interface ArchivedFile {
  /** Its entry: `<site>/full.csv`. */
  readonly path: string
  readonly sha256: string
  readonly size: number
}

export interface ArchivedSite {
  readonly site: string
  readonly status: SiteRun['status']
  readonly reason: string | null
  readonly counts: SiteRun['counts']
  readonly diff: SiteRun['diff']
  /** Null: the site never came to an export, or to one without gates. */
  readonly quality: Quality | null
  readonly files: readonly ArchivedFile[]
}

/** A site as the archive has it: its reports by name. The snapshot stays in the store: it is for the next run. */
export function archivedSite(
  run: SiteRun,
  report: SiteReport | null,
): ArchivedSite & { readonly sources: readonly Artifact[] } {
  const sources = run.artifacts
    .filter(({ path }) => !path.endsWith('/snapshot.ndjson.zst'))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const { site, status, reason, counts, diff } = run
  const files = sources.map(({ path, sha256, sizeBytes }) => ({ path: entryOf(site, path), sha256, size: sizeBytes }))
  return { site, status, reason, counts, diff, quality: report?.quality ?? null, files, sources }
}

/** `bulk_runs/<run>/<site>/full.csv` → `<site>/full.csv`: a name that is safe to unpack wherever it came from. */
export function entryOf(site: string, path: string): string {
  const name = (path.split('/').at(-1) ?? '').replace(/[^\w.=@+ -]/g, '_').replace(/^\.+/, '_')
  return `${site}/${name || '_'}`
}

/** One file of an archive, and the entries of sites in it. */
export interface ArchivePart {
  readonly path: string
  readonly entries: readonly string[]
}

/**
 * `manifest.json`. `files` are those of the run as a whole, in the first part. Where there are several parts, they are listed with their
 * entries. Says nothing that differs between two packings of one run: keeps I8.
 */
export function manifestJson(
  {
    runId,
    createdAt,
    files,
    parts,
  }: { runId: string; createdAt: string; files: readonly ArchivedFile[]; parts: readonly ArchivePart[] },
  sites: readonly ArchivedSite[],
): string {
  const listed = sites.map(({ site, status, reason, counts, diff, quality, files }) => ({
    site,
    status,
    reason,
    counts,
    diff,
    quality,
    files,
  }))
  const split = parts.map(({ path, entries }) => ({ file: path.split('/').at(-1), entries }))
  const archive = split.length === 1 ? {} : { parts: split }
  return `${JSON.stringify({ version: 1, run: runId, createdAt, files, ...archive, sites: listed }, null, 2)}\n`
}
