import { Buffer } from 'node:buffer'
import type { SnapshotEntry } from './snapshot.ts'

const lineEnd = '\n'.charCodeAt(0)

/**
 * One page's entry of a snapshot's uncompressed bytes: they are searched, not parsed, which is some 20 times as fast. Null: it has none, or
 * not within the first `maxBytes`.
 */
export async function findInSnapshot(
  chunks: AsyncIterable<Uint8Array>,
  url: string,
  { maxBytes }: { maxBytes: number },
): Promise<SnapshotEntry | null> {
  // Another page may name this one too, as its canonical say: only the entry itself tells.
  const wanted = Buffer.from(JSON.stringify(url))
  let rest = Buffer.alloc(0)
  let read = 0
  for await (const chunk of chunks) {
    read += chunk.byteLength
    const text = rest.byteLength === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    const end = text.lastIndexOf(lineEnd) + 1
    const lines = text.subarray(0, end)
    for (let at = lines.indexOf(wanted); at !== -1; ) {
      const to = lines.indexOf(lineEnd, at)
      const entry = JSON.parse(lines.toString('utf8', lines.lastIndexOf(lineEnd, at) + 1, to)) as Partial<SnapshotEntry>
      if (entry.record?.url === url) return entry as SnapshotEntry
      at = lines.indexOf(wanted, to)
    }
    if (read > maxBytes) return null
    rest = text.subarray(end)
  }
  return null
}
