import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import type { ArtifactStore } from '@seine/artifacts'
import {
  type Artifact,
  archivePath,
  type ExportArchive,
  reportPath,
  type SiteRun,
  schedulerRpc,
  summaryPath,
} from '@seine/contracts'
import type { RunSite } from '@seine/reports'
import { ZipArchive } from 'archiver'
import { readReport } from './earlier-runs.ts'
import type { ExportAnswer, ExportDeps } from './export-site.ts'
import { archivedSite, entryOf, manifestJson } from './manifest.ts'
import { writeRunSummary } from './run-summary.ts'

/** The earliest moment a zip can say: keeps I8. */
const fixedDate = new Date(Date.UTC(1980, 0, 1))
const sitesPerPage = 200
const max32 = 0xffff_ffff
const maxEntries = 0xffff

/**
 * Packs the reports of a run's sites: `manifest.json`, `summary.xlsx` (a row a site), then `<site>/<file>` by name. Level 1,
 * because CSV shrinks well and workbooks are packed already.
 */
export function makeExportArchive({ bus, store, workDirs }: Pick<ExportDeps, 'bus' | 'store' | 'workDirs'>) {
  return async (work: ExportArchive, signal: AbortSignal): Promise<ExportAnswer> => {
    const { runId, createdAt } = work
    const reported = await readReports(store, await readSites(bus, runId, signal), signal)
    const sites = reported.map(({ run, report }) => archivedSite(run, report))
    await using dir = await workDirs.open()
    const summary = await writeRunSummary(reported, { dir: dir.path, runId, createdAt })
    const files = sites.flatMap(({ site, sources }) =>
      sources.map((source) => ({ source, entry: entryOf(site, source.path) })),
    )
    // Stored before it is packed: what the store says of it goes into the manifest.
    const stored = await store.put(summaryPath(runId), { file: summary })
    const ownFiles = [{ path: 'summary.xlsx', sha256: stored.sha256, size: stored.sizeBytes }]
    const manifest = manifestJson({ runId, createdAt, files: ownFiles }, sites)
    const forceZip64 = needsZip64([stored.sizeBytes, ...files.map(({ source }) => source.sizeBytes)])
    const zip = new ZipArchive({ zlib: { level: 1 }, forceZip64 })
    // The store takes the bytes only as fast as it can, and the packing below waits for it, entry by entry.
    const bytes = new PassThrough()
    pipeline(zip, bytes, () => {})
    const archive = store.put(archivePath(runId), bytes)
    const packed = pack(zip, store, { manifest, summary, files }, signal).catch((error: unknown) => {
      zip.destroy(error instanceof Error ? error : new Error(String(error)))
      throw error
    })
    const [artifact] = await settled(archive, packed)
    return {
      status: 'complete',
      reason: null,
      rows: sites.length,
      missingUrlIds: [],
      // The archive first: that is what the run's own artifact is.
      artifacts: [artifact, stored],
      diff: null,
    }
  }
}

/** Whether sizes or entries need zip64: not otherwise, because older programs can't read it. Deflate may add a little. */
export function needsZip64(sizes: readonly number[]): boolean {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return total * 1.01 + sizes.length * 1_024 + 1024 ** 2 > max32 || sizes.length + 1 >= maxEntries
}

interface Contents {
  readonly manifest: string
  /** Path of the file. */
  readonly summary: string
  readonly files: readonly { source: Artifact; entry: string }[]
}

async function pack(
  zip: ZipArchive,
  store: ArtifactStore,
  { manifest, summary, files }: Contents,
  signal: AbortSignal,
): Promise<void> {
  await add(zip, 'manifest.json', manifest)
  await add(zip, 'summary.xlsx', createReadStream(summary))
  for (const { source, entry } of files) {
    signal.throwIfAborted()
    const opened = await store.open(source.path)
    if (opened === null) throw new Error(`${source.path} is not in the artifact store`)
    if (opened.sha256 !== source.sha256) {
      opened.stream.destroy()
      throw new Error(`${source.path} is not the file that was exported: another export has replaced it`)
    }
    await add(zip, entry, opened.stream)
  }
  await zip.finalize()
}

async function add(zip: ZipArchive, name: string, source: Readable | string): Promise<void> {
  const isIn = once(zip, 'entry')
  const broke = Promise.withResolvers<never>()
  if (typeof source !== 'string') source.once('error', broke.reject)
  zip.append(source, { name, date: fixedDate, mode: 0o644 })
  // archiver leaves an entry whose source broke open for ever: waiting for both is what ends it.
  await Promise.race([isIn, broke.promise])
}

async function readSites(bus: ExportDeps['bus'], runId: string, signal: AbortSignal): Promise<SiteRun[]> {
  const sites: SiteRun[] = []
  for (let page = 1; ; page++) {
    signal.throwIfAborted()
    const answer = await bus.call(schedulerRpc.listSiteRuns, { runId, page, perPage: sitesPerPage })
    sites.push(...answer.sites)
    if (answer.sites.length === 0 || sites.length >= answer.total) return sites
  }
}

/** Sites by name, with what their reports say. */
async function readReports(
  store: ExportDeps['store'],
  runs: readonly SiteRun[],
  signal: AbortSignal,
): Promise<RunSite[]> {
  const sites: RunSite[] = []
  for (const run of [...runs].sort((a, b) => (a.site < b.site ? -1 : 1))) {
    signal.throwIfAborted()
    const path = reportPath(run.runId, run.site)
    const isExported = run.artifacts.some((artifact) => artifact.path === path)
    sites.push({ run, report: isExported ? await readReport(store, run) : null })
  }
  return sites
}

/** Both, or the error of the one that failed first, when neither is at work any more. */
async function settled<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  let first: { error: unknown } | undefined
  const note = (error: unknown): void => {
    first ??= { error }
  }
  a.catch(note)
  b.catch(note)
  const [doneA, doneB] = await Promise.allSettled([a, b])
  if (first !== undefined) throw first.error
  return [(doneA as PromiseFulfilledResult<A>).value, (doneB as PromiseFulfilledResult<B>).value]
}
