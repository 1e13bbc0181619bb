import { once } from 'node:events'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { ZipArchive } from 'archiver'

/** What goes into a zip: text, or bytes that are opened when their turn has come. */
export interface PackEntry {
  readonly name: string
  readonly sizeBytes: number
  readonly content: string | (() => Promise<Readable>)
}

/** The earliest moment a zip can say: keeps I8. */
const fixedDate = new Date(Date.UTC(1980, 0, 1))
const max32 = 0xffff_ffff
const maxEntries = 0xffff

/**
 * Packs entries in their order, one at a time and only as fast as `store` takes the bytes (keeps I7); the same entries give the same bytes
 * (keeps I8). Level 1 of deflate, because CSV shrinks well and workbooks are packed already. Where either fails, so does this, when neither
 * is at work any more.
 */
export async function packZip<Stored>(
  entries: readonly PackEntry[],
  store: (bytes: Readable) => Promise<Stored>,
  { signal, forceZip64 = false }: { signal: AbortSignal; forceZip64?: boolean },
): Promise<Stored> {
  const zip = new ZipArchive({ zlib: { level: 1 }, forceZip64: forceZip64 || needsZip64(entries) })
  const bytes = new PassThrough()
  pipeline(zip, bytes, () => {})
  const stored = store(bytes)
  const packed = pack(zip, entries, signal).catch((error: unknown) => {
    zip.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  })
  const [result] = await settled(stored, packed)
  return result
}

/** Whether sizes or entries need zip64: not otherwise, because older programs can't read it. Deflate may add a little. */
export function needsZip64(entries: readonly { readonly sizeBytes: number }[]): boolean {
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return total * 1.01 + entries.length * 1_024 > max32 || entries.length >= maxEntries
}

async function pack(zip: ZipArchive, entries: readonly PackEntry[], signal: AbortSignal): Promise<void> {
  for (const { name, content } of entries) {
    signal.throwIfAborted()
    await add(zip, name, typeof content === 'string' ? content : await content())
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
