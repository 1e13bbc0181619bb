import { createReadStream } from 'node:fs'
import type { ArtifactStore } from '@seine/artifacts'
import {
  type Artifact,
  archivePartPath,
  archivePath,
  type ExportArchive,
  eventsPath,
  summaryPath,
} from '@seine/contracts'
import { splitIntoParts } from './archive-parts.ts'
import type { ExportAnswer, ExportDeps } from './export-site.ts'
import { archivedSite, entryOf, manifestJson } from './manifest.ts'
import { type PackEntry, packZip } from './pack-zip.ts'
import { readPackedSites } from './packed-sites.ts'
import { writeRunEvents } from './run-events.ts'
import { writeRunSummary } from './run-summary.ts'

/**
 * Packs the reports of a run's sites: `manifest.json`, `summary.xlsx` (a row a site), `events.jsonl`, then `<site>/<file>` by name; in parts of at most
 * `partBytes` (0: one). What was there of another number of parts is removed.
 */
export function makeExportArchive({
  bus,
  store,
  workDirs,
  partBytes = 0,
  maxEventsWaitMs = 5_000,
}: Pick<ExportDeps, 'bus' | 'store' | 'workDirs'> & { partBytes?: number; maxEventsWaitMs?: number }) {
  return async (work: ExportArchive, signal: AbortSignal): Promise<ExportAnswer> => {
    const { runId, createdAt } = work
    const reported = await readPackedSites({ bus, store }, runId, signal)
    const sites = reported.map(({ run, report }) => archivedSite(run, report))
    await using dir = await workDirs.open()
    const summary = await writeRunSummary(reported, { dir: dir.path, runId, createdAt })
    // Stored before it is packed: what the store says of it goes into the manifest.
    const stored = await store.put(summaryPath(runId), { file: summary })
    const eventDeps = { bus, store, maxWaitMs: maxEventsWaitMs }
    const runs = reported.map(({ run }) => run)
    const events = await writeRunEvents(eventDeps, { runId, sites: runs, dir: dir.path }, signal)
    const storedEvents = await store.put(eventsPath(runId), { file: events })
    const files = sites.flatMap(({ site, sources }) => sources.map((source) => entryFor(store, site, source)))
    const parts = splitIntoParts(files, {
      maxBytes: partBytes,
      takenBytes: partBytes === 0 ? 0 : stored.sizeBytes + storedEvents.sizeBytes,
    })
    const partPaths = pathsOf(runId, parts.length)
    const manifest = manifestJson(
      {
        ...{ runId, createdAt },
        files: [
          { path: 'summary.xlsx', sha256: stored.sha256, size: stored.sizeBytes },
          { path: 'events.jsonl', sha256: storedEvents.sha256, size: storedEvents.sizeBytes },
        ],
        parts: parts.map((part, i) => ({ path: partPaths[i]!, entries: part.map(({ name }) => name) })),
      },
      sites,
    )
    const own: PackEntry[] = [
      { name: 'manifest.json', sizeBytes: Buffer.byteLength(manifest), content: manifest },
      { name: 'summary.xlsx', sizeBytes: stored.sizeBytes, content: async () => createReadStream(summary) },
      { name: 'events.jsonl', sizeBytes: storedEvents.sizeBytes, content: async () => createReadStream(events) },
    ]
    const archive: Artifact[] = []
    for (const [i, part] of parts.entries())
      archive.push(
        await packZip(i === 0 ? [...own, ...part] : part, (bytes) => store.put(partPaths[i]!, bytes), { signal }),
      )
    await removeOthers(store, runId, parts.length)
    return {
      status: 'complete',
      reason: null,
      rows: sites.length,
      missingUrlIds: [],
      // The archive first: that is what the run's own artifact is.
      artifacts: [archive[0]!, stored, storedEvents],
      ...(archive.length === 1 ? {} : { archiveParts: archive }),
      diff: null,
    }
  }
}

function pathsOf(runId: string, parts: number): string[] {
  if (parts === 1) return [archivePath(runId)]
  return Array.from({ length: parts }, (_, i) => archivePartPath(runId, i + 1))
}

/** Files of an earlier archive of the run, which had more parts, or one. */
async function removeOthers(store: Pick<ArtifactStore, 'remove'>, runId: string, parts: number): Promise<void> {
  if (parts > 1) await store.remove(archivePath(runId))
  for (let part = parts === 1 ? 1 : parts + 1; await store.remove(archivePartPath(runId, part)); part++);
}

function entryFor(store: Pick<ArtifactStore, 'open'>, site: string, source: Artifact): PackEntry {
  return {
    name: entryOf(site, source.path),
    sizeBytes: source.sizeBytes,
    async content() {
      const opened = await store.open(source.path)
      if (opened === null) throw new Error(`${source.path} is not in the artifact store`)
      if (opened.sha256 !== source.sha256) {
        opened.stream.destroy()
        throw new Error(`${source.path} is not the file that was exported: another export has replaced it`)
      }
      return opened.stream
    },
  }
}
