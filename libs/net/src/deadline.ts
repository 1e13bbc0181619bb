import type { Socket } from 'node:net'

export interface Deadline {
  /** Settles as `work` does, or rejects when the time is over, destroying the socket. */
  within<T>(work: Promise<T>, tooLate: () => Error, socket?: Socket): Promise<T>
  clear(): void
}

/** One limit for several steps in a row. */
export function startDeadline(timeoutMs: number): Deadline {
  const { promise: over, resolve: end } = Promise.withResolvers<typeof late>()
  const timer = setTimeout(end, timeoutMs, late)
  return {
    async within(work, tooLate, socket) {
      const first = await Promise.race([work, over])
      if (first !== late) return first as Awaited<typeof work>
      work.catch(() => {}) // its outcome has been decided: too late
      socket?.on('error', () => {})
      socket?.destroy()
      throw tooLate()
    },
    clear: () => clearTimeout(timer),
  }
}

const late = Symbol('late')
