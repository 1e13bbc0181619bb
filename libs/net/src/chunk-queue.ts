import { FetchError } from './failure.ts'

/** Held before the sender is asked to wait; in chunks too, since a hostile server sends single bytes. */
const maxHeldBytes = 65_536
const maxHeldChunks = 64

export interface ChunkQueue extends AsyncIterable<Uint8Array> {
  /** False: enough is held, ask the sender to wait until `onDrained`. */
  push(chunk: Uint8Array): boolean
  end(): void
  /** What is held is still handed out, then iterating throws `error`. */
  fail(error: unknown): void
}

/** Chunks of a body on their way from the socket to one reader. keeps I7 */
export function makeChunkQueue(onDrained: () => void): ChunkQueue {
  let chunks: Uint8Array[] = []
  let heldBytes = 0
  let ended = false
  let error: unknown = null
  let wake: (() => void) | null = null

  function signal(): void {
    wake?.()
    wake = null
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (chunks.length > 0) {
        const taken = chunks
        chunks = []
        heldBytes = 0
        onDrained()
        yield* taken
      } else if (error !== null) throw error
      else if (ended) return
      else {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        await promise
      }
    }
  }

  return {
    push(chunk) {
      chunks.push(chunk)
      heldBytes += chunk.length
      signal()
      return heldBytes < maxHeldBytes && chunks.length < maxHeldChunks
    },
    end() {
      ended = true
      signal()
    },
    fail(reason) {
      ended = true
      error = reason ?? new FetchError('aborted', 'aborted')
      signal()
    },
    [Symbol.asyncIterator]: read,
  }
}
