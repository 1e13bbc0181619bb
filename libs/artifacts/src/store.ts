import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Artifact } from '@seine/contracts'
import { takeIn } from './take-in.ts'

/** What to store: bytes, a file that stays untouched meanwhile, or a stream (kept in a temp file until it has ended). */
export type ArtifactSource = Uint8Array | Readable | { readonly file: string }

export interface ArtifactStat {
  readonly sizeBytes: number
  /** Hex. */
  readonly sha256: string
  /** When it was written, Unix ms. */
  readonly writtenAtMs: number
}

/** A part of a file: from the byte `first` up to and with `last`, from 0. The file has both. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface ArtifactEntry {
  readonly path: string
  readonly sizeBytes: number
  readonly writtenAtMs: number
}

/** Files of runs under `/`-separated paths. Nothing half-written is ever visible under a path. */
export interface ArtifactStore {
  /**
   * Stores a file. The same bytes under the same path are not written again (`wrote: false`, reason `identical`).
   * `sha256`, if given, must be the source's: a stream whose hash is there already is then not even read, and one that
   * turns out different is refused.
   */
  put(path: string, source: ArtifactSource, options?: { sha256?: string }): Promise<Artifact>
  /**
   * The file, or null if there is none; with a range, the stream is that part of it and size and hash are the whole file's. The
   * stream fails if the file is replaced or removed while it is read.
   */
  open(path: string, range?: ByteRange): Promise<(ArtifactStat & { stream: Readable }) | null>
  stat(path: string): Promise<ArtifactStat | null>
  /** Files whose path starts with the prefix, in no particular order. */
  list(prefix: string): AsyncIterable<ArtifactEntry>
  /** False: there was none. */
  remove(path: string): Promise<boolean>
  /** Null: it answers. Otherwise why it can't be used, one line. */
  check(): Promise<string | null>
}

/** What a kind of storage has to be able to do; {@link makeArtifactStore} does the rest. */
export interface Backend {
  stat(path: string): Promise<ArtifactStat | null>
  /** Makes the whole file visible at once or, when it throws, leaves what was there. */
  write(path: string, content: Content): Promise<void>
  read(path: string, range?: ByteRange): Promise<(ArtifactStat & { stream: Readable }) | null>
  list(prefix: string): AsyncIterable<ArtifactEntry>
  remove(path: string): Promise<boolean>
  check(): Promise<string | null>
}

/** Something whose bytes are known and can be read more than once. */
export interface Content {
  readonly sizeBytes: number
  readonly sha256: string
  open(): Readable
}

/** `spoolDir`: where streams wait until they have ended; the system's temp folder if absent. */
export function makeArtifactStore(backend: Backend, { spoolDir }: { spoolDir?: string } = {}): ArtifactStore {
  return {
    async put(path, source, { sha256: expected } = {}) {
      checkPath(path)
      const existing = await backend.stat(path)
      if (expected !== undefined && existing?.sha256 === expected) {
        if ('destroy' in source) source.destroy()
        return { path, sha256: expected, sizeBytes: existing.sizeBytes, wrote: false, reason: 'identical' }
      }
      await using content = await takeIn(source, spoolDir)
      const { sha256, sizeBytes } = content
      if (expected !== undefined && expected !== sha256)
        throw new Error(`${path}: expected sha256 ${expected}, the source has ${sha256}`)
      if (existing?.sha256 === sha256) return { path, sha256, sizeBytes, wrote: false, reason: 'identical' }
      await backend.write(path, content)
      return { path, sha256, sizeBytes, wrote: true, reason: existing === null ? 'new' : 'changed' }
    },
    open: async (path, range) => backend.read(checkPath(path), range),
    stat: async (path) => backend.stat(checkPath(path)),
    list: (prefix) => backend.list(prefix),
    remove: async (path) => backend.remove(checkPath(path)),
    check: () => backend.check(),
  }
}

/** Opens a file for reading, 256 KiB at a time. */
export const readFileStream = (file: string): Readable => createReadStream(file, { highWaterMark: 256 * 1024 })

// Also a zip entry and a URL segment, so no `..`, no backslash, no control character, no empty segment.
function checkPath(path: string): string {
  if (
    path.length > 500 ||
    !/^[\w.=@+-][\w.=@+ -]*(\/[\w.=@+-][\w.=@+ -]*)*$/.test(path) ||
    /(^|\/)\.\.?(\/|$)/.test(path)
  )
    throw new TypeError(`not an artifact path: '${path}'`)
  return path
}
