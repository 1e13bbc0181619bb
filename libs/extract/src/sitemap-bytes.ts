import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Bytes worked on at a time: what bounds the entries that wait to be taken. */
const sliceBytes = 65_536

/** What went wrong or was cut while a sitemap's bytes were read. */
export type BytesReport = { truncated: boolean; badGzip: boolean }

/**
 * The bytes of a sitemap, gunzipped where they start as gzip does (a `.xml.gz`, whatever its type says), in slices, at
 * most `maxBytes` of them; `report` says what was cut. Damaged gzip ends the bytes where the damage is. Throws what the
 * source throws.
 */
export async function* sitemapBytes(
  chunks: Bytes,
  maxBytes: number,
  report: BytesReport,
): AsyncGenerator<Uint8Array, void> {
  let left = maxBytes
  for await (const chunk of gunzipped(chunks, report)) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes)
      if (slice.length > left) {
        report.truncated = true
        if (left > 0) yield slice.subarray(0, left)
        return
      }
      left -= slice.length
      yield slice
    }
  }
}

async function* gunzipped(chunks: Bytes, report: BytesReport): AsyncGenerator<Uint8Array, void> {
  const source = withHead(chunks, 2)
  const first = await source.next()
  if (first.done) return
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield first.value
    yield* source
    return
  }

  // The stream's errors come from two sides: the source's are the caller's, zlib's are the document's.
  const failure: { error?: unknown } = {}
  const compressed = Readable.from(rememberFailure(first.value, source, failure))
  const gunzip = createGunzip({ chunkSize: sliceBytes })
  compressed.once('error', (error) => gunzip.destroy(error))
  try {
    for await (const chunk of compressed.pipe(gunzip)) yield chunk as Uint8Array
  } catch (error) {
    if ('error' in failure) throw failure.error
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error
    report.badGzip = true
    report.truncated = true
  } finally {
    gunzip.destroy()
    compressed.destroy()
  }
}

/** The same bytes, the first chunk being at least `headBytes` long where there are so many. */
async function* withHead(chunks: Bytes, headBytes: number): AsyncGenerator<Uint8Array, void> {
  let head: Uint8Array | null = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (head === null) {
      yield chunk
      continue
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    if (head.length < headBytes) continue
    yield head
    head = null
  }
  if (head !== null && head.length > 0) yield head
}

async function* rememberFailure(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  failure: { error?: unknown },
): AsyncGenerator<Uint8Array, void> {
  try {
    yield first
    yield* rest
  } catch (error) {
    failure.error = error
    throw error
  }
}
