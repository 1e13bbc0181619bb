import { once } from 'node:events'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import type { ArtifactStore } from '@seine/artifacts'
import { type Artifact, archivePath, type ExportArchive, type SiteRun, schedulerRpc } from '@seine/contracts'
import { ZipArchive } from 'archiver'
import type { ExportAnswer, ExportDeps } from './export-site.ts'
import { archivedSite, entryOf, manifestJson } from './manifest.ts'

/** The earliest moment a zip can say: keeps I8. */
const fixedDate = new Date(Date.UTC(1980, 0, 1))
const sitesPerPage = 200
const max32 = 0xffff_ffff
const maxEntries = 0xffff

/**
 * Packs the reports of a run's sites: `manifest.json`, then `<site>/<file>` by name. Level 1, because CSV shrinks well and
 * workbooks are packed already.
 */
export function makeExportArchive({ bus, store }: Pick<ExportDeps, 'bus' | 'store'>) {
  return async (work: ExportArchive, signal: AbortSignal): Promise<ExportAnswer> => {
    const { runId, createdAt } = work
    const sites = (await readSites(bus, runId, signal)).map(archivedSite).sort((a, b) => (a.site < b.site ? -1 : 1))
    const files = sites.flatMap(({ site, sources }) =>
      sources.map((source) => ({ source, entry: entryOf(site, source.path) })),
    )
    const manifest = manifestJson({ runId, createdAt }, sites)
    const forceZip64 = needsZip64(files.map(({ source }) => source.sizeBytes))
    const zip = new ZipArchive({ zlib: { level: 1 }, forceZip64 })
    // The store takes the bytes only as fast as it can, and the packing below waits for it, entry by entry.
    const bytes = new PassThrough()
    pipeline(zip, bytes, () => {})
    const stored = store.put(archivePath(runId), bytes)
    const packed = pack(zip, store, manifest, files, signal).catch((error: unknown) => {
      zip.destroy(error instanceof Error ? error : new Error(String(error)))
      throw error
    })
    const [artifact] = await settled(stored, packed)
    return {
      status: 'complete',
      reason: null,
      rows: sites.length,
      missingUrlIds: [],
      artifacts: [artifact],
      diff: null,
    }
  }
}

/** Whether sizes or entries need zip64: not otherwise, because older programs can't read it. Deflate may add a little. */
export function needsZip64(sizes: readonly number[]): boolean {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return total * 1.01 + sizes.length * 1_024 + 1024 ** 2 > max32 || sizes.length + 1 >= maxEntries
}

async function pack(
  zip: ZipArchive,
  store: ArtifactStore,
  manifest: string,
  files: readonly { source: Artifact; entry: string }[],
  signal: AbortSignal,
): Promise<void> {
  await add(zip, 'manifest.json', manifest)
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
