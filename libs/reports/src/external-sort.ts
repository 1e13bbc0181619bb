import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface Sorted {
  readonly key: string
  readonly payload: Buffer
}

export interface ExternalSort extends AsyncDisposable {
  /** Keys have only characters up to U+00FF, and are told apart by the caller: entries of one key come in any order. */
  add(key: string, payload: Uint8Array): Promise<void>
  /** All entries by key. Once; nothing can be added afterwards. */
  sorted(): AsyncGenerator<Sorted>
  readonly count: number
}

const headBytes = 8
/** Files merged at once; when there are more, they become one. */
const maxRuns = 32
const readBytes = 256 * 1024
/** Room for an entry's place in the index, beside its bytes. */
const indexBytes = 100

/**
 * Sorts more than fits into memory: `maxBytes` of entries are held, sorted and written to a file in `dir`, and the files
 * are merged. Keeps I7. Throws RangeError for an entry larger than `maxBytes`.
 */
export function makeExternalSort({ dir, maxBytes }: { dir: string; maxBytes: number }): ExternalSort {
  let arena = Buffer.alloc(0)
  let used = 0
  let index: { key: string; start: number; end: number }[] = []
  let runs: string[] = []
  let count = 0

  const inOrder = function* (): Generator<Sorted> {
    index.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    for (const { key, start, end } of index) yield { key, payload: arena.subarray(start, end) }
  }
  const spill = async (): Promise<void> => {
    runs.push(await writeRun(dir, inOrder()))
    index = []
    used = 0
    if (runs.length < maxRuns) return
    const merged = await writeRun(dir, merge(runs))
    await Promise.all(runs.map((file) => rm(file, { force: true })))
    runs = [merged]
  }

  return {
    get count() {
      return count
    },
    async add(key, payload) {
      if (payload.length > maxBytes) throw new RangeError(`${payload.length} bytes to sort in room for ${maxBytes}`)
      if (used + payload.length + (index.length + 1) * indexBytes > maxBytes && index.length > 0) await spill()
      // Grows by doubling up to the limit, so that a small sort stays small.
      if (used + payload.length > arena.length) {
        const wanted = Math.max(used + payload.length, arena.length * 2, 1024 * 1024)
        const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(maxBytes, used + payload.length), wanted))
        arena.copy(grown, 0, 0, used)
        arena = grown
      }
      arena.set(payload, used)
      index.push({ key, start: used, end: used + payload.length })
      used += payload.length
      count++
    },
    async *sorted() {
      if (runs.length === 0) {
        yield* inOrder()
        return
      }
      if (index.length > 0) await spill()
      arena = Buffer.alloc(0)
      yield* merge(runs)
    },
    async [Symbol.asyncDispose]() {
      arena = Buffer.alloc(0)
      index = []
      await Promise.all(runs.map((file) => rm(file, { force: true })))
      runs = []
    },
  }
}

// A run: [u32 key length][u32 payload length][key, Latin-1][payload], again and again.
async function writeRun(dir: string, entries: AsyncIterable<Sorted> | Iterable<Sorted>): Promise<string> {
  const file = join(dir, `sort-${randomUUID()}.run`)
  const handle = await open(file, 'wx')
  try {
    let pieces: Buffer[] = []
    let held = 0
    for await (const { key, payload } of entries) {
      const head = Buffer.allocUnsafe(headBytes + key.length)
      head.writeUInt32LE(key.length, 0)
      head.writeUInt32LE(payload.length, 4)
      head.write(key, headBytes, 'latin1')
      pieces.push(head, payload)
      held += head.length + payload.length
      if (held < readBytes) continue
      await handle.appendFile(Buffer.concat(pieces))
      pieces = []
      held = 0
    }
    if (pieces.length > 0) await handle.appendFile(Buffer.concat(pieces))
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return file
}

async function* merge(files: readonly string[]): AsyncGenerator<Sorted> {
  const readers: { entries: AsyncGenerator<Sorted>; head: Sorted }[] = []
  try {
    for (const file of files) {
      const entries = readRun(file)
      const first = await entries.next()
      if (first.done !== true) readers.push({ entries, head: first.value })
    }
    while (readers.length > 0) {
      let least = 0
      for (let i = 1; i < readers.length; i++) if (readers[i]!.head.key < readers[least]!.head.key) least = i
      const reader = readers[least]!
      yield reader.head
      const next = await reader.entries.next()
      if (next.done === true) readers.splice(least, 1)
      else reader.head = next.value
    }
  } finally {
    for (const { entries } of readers) await entries.return(undefined)
  }
}

async function* readRun(file: string): AsyncGenerator<Sorted> {
  const handle: FileHandle = await open(file, 'r')
  try {
    let buffer = Buffer.alloc(0)
    for (;;) {
      let at = 0
      while (buffer.length - at >= headBytes) {
        const keyEnd = at + headBytes + buffer.readUInt32LE(at)
        const end = keyEnd + buffer.readUInt32LE(at + 4)
        if (end > buffer.length) break
        yield { key: buffer.toString('latin1', at + headBytes, keyEnd), payload: buffer.subarray(keyEnd, end) }
        at = end
      }
      // A new buffer each time: entries that were handed out keep the old one.
      const rest = buffer.subarray(at)
      const grown = Buffer.allocUnsafe(rest.length + readBytes)
      rest.copy(grown)
      const { bytesRead } = await handle.read(grown, rest.length, readBytes)
      if (bytesRead === 0) {
        if (rest.length > 0) throw new Error(`the sort file ${file} is cut off`)
        return
      }
      buffer = grown.subarray(0, rest.length + bytesRead)
    }
  } finally {
    await handle.close()
  }
}
