/** What a client reads next. `idle`: nothing came in time. `overflow`: it fell too far behind. `closed`: no more comes. */
export type Next<T> = { readonly items: readonly T[] } | 'idle' | 'overflow' | 'closed'

/** What may wait for one client, in all of its queues together. */
export interface Allowance {
  /** False: it does not fit any more. */
  take(sizeBytes: number): boolean
  give(items: number, sizeBytes: number): void
}

export function makeAllowance(limits: { maxItems: number; maxBytes: number }): Allowance {
  let items = 0
  let bytes = 0
  return {
    take(sizeBytes) {
      if (items >= limits.maxItems || bytes + sizeBytes > limits.maxBytes) return false
      items++
      bytes += sizeBytes
      return true
    },
    give(givenItems, givenBytes) {
      items -= givenItems
      bytes -= givenBytes
    },
  }
}

/** Events that one client has yet to be sent: bounded, so that a slow client costs memory only up to here. */
export interface ClientQueue<T> {
  /** Nothing before `open`. Past the bound everything is let go and the queue has overflowed for good. */
  push(item: T): void
  open(): void
  /** All that waits, or what comes first within the time. 0: for ever. One reader. */
  next(timeoutMs: number): Promise<Next<T>>
  close(): void
}

/** `onOverflow`: called at once, because a reader that waits for its client does not come back to be told. */
export function makeClientQueue<T extends { readonly sizeBytes: number }>(
  allowance: Allowance,
  onOverflow: () => void = () => {},
): ClientQueue<T> {
  let items: T[] = []
  let state: 'paused' | 'open' | 'overflow' | 'closed' = 'paused'
  let wake: () => void = () => {}

  function takeAll(): T[] {
    const taken = items
    items = []
    allowance.give(taken.length, sum(taken))
    return taken
  }

  const ready = (): Next<T> | null => {
    if (state === 'closed' || state === 'overflow') return state
    return items.length === 0 ? null : { items: takeAll() }
  }

  return {
    push(item) {
      if (state !== 'open') return
      if (allowance.take(item.sizeBytes)) items.push(item)
      else {
        state = 'overflow'
        takeAll()
        onOverflow()
      }
      wake()
    },
    open() {
      if (state === 'paused') state = 'open'
    },
    async next(timeoutMs) {
      const now = ready()
      if (now !== null) return now
      await new Promise<void>((resolve) => {
        const timer = timeoutMs === 0 ? undefined : setTimeout(resolve, timeoutMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = () => {}
      return ready() ?? 'idle'
    },
    close() {
      takeAll()
      state = 'closed'
      wake()
    },
  }
}

const sum = (items: readonly { readonly sizeBytes: number }[]): number =>
  items.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
