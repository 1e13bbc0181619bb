import { appendFileSync, closeSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Records of a fixed number of unsigned 32-bit words, in the order in which they were pushed. */
export interface RecordFile {
  /** Records. */
  readonly length: number
  /** Words beyond the record's are ignored, missing ones are 0. */
  push(a: number, b?: number, c?: number, d?: number, e?: number, f?: number, g?: number, h?: number): void
  /** Whole records, many at a time, in an array that is only good until the next ones. */
  chunks(): Generator<Uint32Array>
  remove(): void
}

const flushBytes = 16 * 1024
const readBytes = 64 * 1024

/**
 * Keeps records in memory while they are few, and in a file of which a piece is held otherwise: keeps I7. Files are read and
 * written synchronously, because there are a hundred records a page and a promise for each would cost more than all else; a flush
 * is 16 KB into the system's cache.
 */
export function makeRecordFile(file: string, words: number): RecordFile {
  const capacity = Math.floor(flushBytes / 4 / words) * words
  let buffer = new Uint32Array(0)
  let used = 0
  let filed = 0

  function makeRoom(): void {
    if (buffer.length < capacity) {
      const grown = new Uint32Array(Math.min(capacity, Math.max(8 * words, buffer.length * 2)))
      grown.set(buffer)
      buffer = grown
      return
    }
    appendFileSync(file, new Uint8Array(buffer.buffer, 0, used * 4))
    filed += used / words
    used = 0
  }

  return {
    get length() {
      return filed + used / words
    },
    push(a, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0) {
      if (used + words > buffer.length) makeRoom()
      buffer[used] = a
      if (words > 1) buffer[used + 1] = b
      if (words > 2) buffer[used + 2] = c
      if (words > 3) buffer[used + 3] = d
      if (words > 4) buffer[used + 4] = e
      if (words > 5) buffer[used + 5] = f
      if (words > 6) buffer[used + 6] = g
      if (words > 7) buffer[used + 7] = h
      used += words
    },
    *chunks() {
      if (filed > 0) {
        const piece = new Uint32Array(Math.floor(readBytes / 4 / words) * words)
        const bytes = new Uint8Array(piece.buffer)
        const handle = openSync(file, 'r')
        try {
          let left = filed * words * 4
          while (left > 0) {
            const wanted = Math.min(left, bytes.length)
            let got = 0
            while (got < wanted) {
              const read = readSync(handle, bytes, got, wanted - got, null)
              if (read === 0) throw new Error(`the record file ${file} is cut off`)
              got += read
            }
            left -= wanted
            yield piece.subarray(0, wanted / 4)
          }
        } finally {
          closeSync(handle)
        }
      }
      if (used > 0) yield buffer.subarray(0, used)
    },
    remove() {
      if (filed > 0) rmSync(file, { force: true })
      buffer = new Uint32Array(0)
      used = 0
      filed = 0
    },
  }
}

/** Record files by number, made when they are first asked for. */
export interface Partitions {
  at(partition: number): RecordFile
  /** Without making it. */
  find(partition: number): RecordFile | undefined
  /** Records of the longest one. */
  readonly longest: number
  remove(): void
}

export function makePartitions(dir: string, name: string, words: number): Partitions {
  const files = new Map<number, RecordFile>()
  return {
    at(partition) {
      let file = files.get(partition)
      if (file === undefined) {
        file = makeRecordFile(join(dir, `${name}-${partition}.records`), words)
        files.set(partition, file)
      }
      return file
    },
    find: (partition) => files.get(partition),
    get longest() {
      return Math.max(0, ...[...files.values()].map(({ length }) => length))
    },
    remove() {
      for (const file of files.values()) file.remove()
      files.clear()
    },
  }
}
