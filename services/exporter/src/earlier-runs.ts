import { pipeline } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createZstdDecompress } from 'node:zlib'
import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { reportPath, snapshotPath } from '@seine/contracts'
import { readSiteReport, readSnapshot, type SiteReport, type SnapshotEntry } from '@seine/reports'
import type { Logger } from '@seine/runtime'
import { collectRecords } from './collect-records.ts'

/** A run's snapshot of a site, or null where the store has none. */
export async function openSnapshot(
  store: ArtifactStore,
  of: { runId: string; site: string },
): Promise<AsyncIterable<SnapshotEntry> | null> {
  const opened = await store.open(snapshotPath(of.runId, of.site))
  if (opened === null) return null
  const unpacked = createZstdDecompress()
  // The reader sees the failure as the unpacked stream's; the callback only keeps it from being nobody's.
  pipeline(opened.stream, unpacked, () => {})
  return readSnapshot(unpacked)
}

/** What a run's report of a site said. Null: the store has none that can be read here. */
export async function readReport(
  store: Pick<ArtifactStore, 'open'>,
  of: { runId: string; site: string },
): Promise<SiteReport | null> {
  const opened = await store.open(reportPath(of.runId, of.site))
  return opened === null ? null : readSiteReport(await text(opened.stream))
}

/**
 * What another run knew of the site, sorted: from its snapshot or, for a run that never came to an export, from its results.
 */
export async function* entriesOfRun(
  deps: { bus: Pick<Bus, 'replay'>; store: ArtifactStore; log: Logger },
  of: { runId: string; site: string },
  options: { dir: string; sortMemoryBytes: number; signal: AbortSignal },
): AsyncGenerator<SnapshotEntry> {
  const snapshot = await openSnapshot(deps.store, of)
  if (snapshot !== null) return yield* snapshot
  await using records = await collectRecords(deps, of, options)
  let last: SnapshotEntry | null = null
  for await (const { record } of records.sorted()) {
    // The last attempt of each URL.
    if (last !== null && last.record.url !== record.url) yield last
    last = { runId: of.runId, record }
  }
  if (last !== null) yield last
}
