/** Wakes whoever waits for a change. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring, or after `timeoutMs`. */
  rung(timeoutMs?: number): Promise<void>
}

export function makeBell(): Bell {
  let next = Promise.withResolvers<void>()
  return {
    ring() {
      next.resolve()
      next = Promise.withResolvers()
    },
    rung(timeoutMs) {
      const ring = next.promise
      if (timeoutMs === undefined) return ring
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        void ring.then(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    },
  }
}
