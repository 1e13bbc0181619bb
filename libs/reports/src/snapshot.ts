import type { PageRecord } from '@seine/contracts'
import { linesOf } from './lines.ts'

/** Written into the first line; a reader refuses what it does not know. */
const version = 1

/** A page as a snapshot holds it. */
export interface SnapshotEntry {
  /** The run that fetched it: an earlier one where the page was unchanged or could not be checked. */
  readonly runId: string
  readonly record: PageRecord
}

/**
 * A snapshot: what is known of a site's pages after a run, sorted by URL bytes, one JSON a line, after one line that says
 * what it is. `snapshotHeader(…)`, then a `snapshotLine(…)` for each page, compressed by the caller.
 */
export function snapshotHeader(of: { runId: string; site: string }): string {
  return `${JSON.stringify({ seineSnapshot: version, ...of })}\n`
}

export function snapshotLine({ runId, record }: SnapshotEntry): string {
  return `${JSON.stringify({ runId, record })}\n`
}

/** Reads a snapshot's uncompressed bytes. Throws when they are none, or of a version that is not known here. */
export async function* readSnapshot(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SnapshotEntry> {
  let isFirst = true
  for await (const line of linesOf(chunks)) {
    if (!isFirst) {
      yield JSON.parse(line) as SnapshotEntry
      continue
    }
    isFirst = false
    const header = JSON.parse(line) as { seineSnapshot?: number }
    if (header.seineSnapshot !== version) throw new Error(`not a snapshot of version ${version}: ${line.slice(0, 80)}`)
  }
  if (isFirst) throw new Error('the snapshot is empty')
}
