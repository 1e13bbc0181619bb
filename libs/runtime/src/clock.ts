/** Time, so that tests can own it. */
export interface Clock {
  /** Unix milliseconds. */
  nowMs(): number
  /** Resolves after `ms`, or as soon as the signal is aborted: never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve()
      const wake = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, Math.max(0, ms))
      signal?.addEventListener('abort', wake, { once: true })
    }),
}

export interface ManualClock extends Clock {
  /** Lets what is under way settle, moves time on, and wakes each sleeper at its own moment. */
  advance(ms: number): Promise<void>
  /** Sleepers not woken yet. */
  readonly sleepers: number
}

/** A clock that stands still until it is moved: for tests. */
export function makeManualClock(startMs: number): ManualClock {
  let now = startMs
  const sleepers = new Set<{ dueMs: number; wake: () => void }>()
  return {
    nowMs: () => now,
    get sleepers() {
      return sleepers.size
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted === true) return resolve()
        const sleeper = {
          dueMs: now + ms,
          wake: () => {
            sleepers.delete(sleeper)
            signal?.removeEventListener('abort', sleeper.wake)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', sleeper.wake, { once: true })
      }),
    async advance(ms) {
      await settle()
      const endMs = now + ms
      for (;;) {
        const due = [...sleepers].filter((s) => s.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0]
        if (due === undefined) break
        now = Math.max(now, due.dueMs)
        due.wake()
        await settle()
      }
      now = endMs
      await settle()
    },
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
