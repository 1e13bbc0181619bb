import { addAbortSignal, pipeline } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import type { ArtifactStore } from '@seine/artifacts'
import { type PageRecord, snapshotPath } from '@seine/contracts'
import { findInSnapshot } from '@seine/reports'

/** A larger snapshot is not searched: its pages are some hundred thousand. */
const maxSnapshotBytes = 256 * 1024 ** 2
/** Of its text; it stays a little above ten times as small. */
const maxTextBytes = 3 * 1024 ** 3
/** Searches at once; a further one waits. */
const maxSearches = 2
const searchTimeoutMs = 5_000

/** Why there is no record: its run's files are let go of, there are too many pages to search in time, or no run has read the page. */
export const noRecordReasons = ['released', 'too-large', 'never-read'] as const

export type FoundRecord =
  | { readonly record: PageRecord; readonly runId: string }
  | { readonly record: null; readonly reason: (typeof noRecordReasons)[number] }

/** Finds the record of a page in the snapshot of a run. `late`: aborted when a search has taken too long. */
export function makeReadRecord(
  store: Pick<ArtifactStore, 'open' | 'stat'>,
  late = () => AbortSignal.timeout(searchTimeoutMs),
) {
  let searching = 0
  const waiting: (() => void)[] = []

  async function search(of: { runId: string; site: string; url: string }, signal: AbortSignal): Promise<FoundRecord> {
    const path = snapshotPath(of.runId, of.site)
    const stat = await store.stat(path)
    if (stat !== null && stat.sizeBytes > maxSnapshotBytes) return { record: null, reason: 'too-large' }
    const opened = stat === null ? null : await store.open(path)
    if (opened === null) return { record: null, reason: 'released' }
    const text = createZstdDecompress({ chunkSize: 256 * 1024 })
    // The reader sees the failure as the text's; the callback only keeps it from being nobody's.
    pipeline(addAbortSignal(signal, opened.stream), text, () => {})
    const entry = await findInSnapshot(text, of.url, { maxBytes: maxTextBytes })
    return entry === null ? { record: null, reason: 'never-read' } : entry
  }

  return async (of: { runId: string; site: string; url: string }, signal: AbortSignal): Promise<FoundRecord> => {
    if (searching >= maxSearches) await new Promise<void>((resolve) => waiting.push(resolve))
    else searching++
    const deadline = late()
    try {
      return await search(of, AbortSignal.any([signal, deadline]))
    } catch (error) {
      if (deadline.aborted && !signal.aborted) return { record: null, reason: 'too-large' }
      throw error
    } finally {
      const next = waiting.shift()
      if (next === undefined) searching--
      else next()
    }
  }
}
