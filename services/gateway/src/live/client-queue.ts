/** What a client reads next. `idle`: nothing came in time. `overflow`: it fell too far behind. `closed`: no more comes. */
export type Next<T> = { readonly item: T } | 'idle' | 'overflow' | 'closed'

/** Events that one client has yet to be sent: bounded, so that a slow client costs memory only up to here. */
export interface ClientQueue<T> {
  /** Past the bound everything is let go and the queue has overflowed. */
  push(item: T): void
  next(timeoutMs: number): Promise<Next<T>>
  readonly overflowed: boolean
  /** Empties it and takes the overflow back: for a client that catches up some other way. */
  clear(): void
  close(): void
}

export function makeClientQueue<T>(maxItems: number): ClientQueue<T> {
  let items: T[] = []
  let overflowed = false
  let closed = false
  let wake: () => void = () => {}

  const take = (): Next<T> | null => {
    if (closed) return 'closed'
    if (overflowed) return 'overflow'
    const item = items.shift()
    return item === undefined ? null : { item }
  }
  return {
    push(item) {
      if (overflowed || closed) return
      if (items.length >= maxItems) {
        overflowed = true
        items = []
      } else items.push(item)
      wake()
    },
    async next(timeoutMs) {
      const ready = take()
      if (ready !== null) return ready
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = () => {}
      return take() ?? 'idle'
    },
    get overflowed() {
      return overflowed
    },
    clear() {
      items = []
      overflowed = false
    },
    close() {
      closed = true
      wake()
    },
  }
}
