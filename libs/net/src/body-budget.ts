/** What a body may hold without being asked: pages of this size never wait for one another. */
export const maxFreeBodyBytes = 262_144

/** Bounds the bytes that the bodies of all requests hold together while they are read. keeps I7 */
export interface BodyBudget {
  /** For one body. `onRoom` is called once after each `false`, when it may read on, and when it is closed. */
  open(onRoom: () => void): BodyShare
}

export interface BodyShare {
  /** Counts bytes that have come. False: read no more until there is room. */
  take(bytes: number): boolean
  /** The body is done with, one way or the other; what it takes after that counts no more. */
  close(): void
}

interface Holder {
  heldBytes: number
  readonly onRoom: () => void
}

/**
 * Bodies that are larger than {@link maxFreeBodyBytes} wait while more than `maxBytes` are held, all but one: the first
 * that found no room reads on, so that there is always one that gets done and gives its bytes back.
 */
export function makeBodyBudget(maxBytes: number): BodyBudget {
  let heldBytes = 0
  let leader: Holder | null = null
  const waiting = new Set<Holder>()

  function makeRoom(): void {
    if (heldBytes <= maxBytes) leader = null
    for (const holder of waiting) {
      if (heldBytes > maxBytes && leader !== null) return
      if (heldBytes > maxBytes) leader = holder
      waiting.delete(holder)
      holder.onRoom()
    }
  }

  return {
    open(onRoom) {
      const holder: Holder = { heldBytes: 0, onRoom }
      let closed = false
      return {
        take(bytes) {
          if (closed) return true
          holder.heldBytes += bytes
          heldBytes += bytes
          if (heldBytes <= maxBytes || holder.heldBytes <= maxFreeBodyBytes) return true
          leader ??= holder
          if (leader === holder) return true
          waiting.add(holder)
          return false
        },
        close() {
          if (closed) return
          closed = true
          heldBytes -= holder.heldBytes
          if (leader === holder) leader = null
          if (waiting.delete(holder)) holder.onRoom()
          makeRoom()
        },
      }
    },
  }
}
