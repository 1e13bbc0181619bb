/** What a Content-Length may reserve before a byte has come: a server that lies gets no more than this of our memory. */
const maxReservedBytes = 262_144

export interface BodyBuffer {
  readonly length: number
  /** Takes as much of the chunk as fits; false when something didn't. */
  append(chunk: Uint8Array): boolean
  /** The bytes so far; not to be appended to afterwards. */
  bytes(): Uint8Array
}

/**
 * Collects a body of at most `maxBytes`. A body in one chunk is kept as it is; more are copied into one growing buffer,
 * so that a server that sends single bytes costs us bytes, not objects. keeps I7
 */
export function makeBodyBuffer(maxBytes: number, expectedBytes: number): BodyBuffer {
  let held: Uint8Array = empty
  let length = 0

  function grow(needed: number): void {
    const expected = Math.min(expectedBytes, maxReservedBytes)
    const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(expected, needed, held.length * 2)))
    larger.set(length === held.length ? held : held.subarray(0, length))
    held = larger
  }

  return {
    get length() {
      return length
    },
    append(chunk) {
      const room = maxBytes - length
      const taken = chunk.length <= room ? chunk : chunk.subarray(0, room)
      if (length === 0) held = taken
      else {
        if (length + taken.length > held.length) grow(length + taken.length)
        held.set(taken, length)
      }
      length += taken.length
      return taken === chunk
    },
    bytes: () => (length === held.length ? held : held.subarray(0, length)),
  }
}

const empty = new Uint8Array(0)
