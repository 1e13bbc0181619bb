import { setTimeout as sleep } from 'node:timers/promises'

const firstPauseMs = 5
const longestPauseMs = 200

/**
 * Runs the check again and again until it neither throws nor returns false, and gives what it returned. Throws the last
 * failure when the time is up (default 10 s).
 */
export async function eventually<T>(check: () => T | Promise<T>, options: { timeoutMs?: number } = {}): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 10_000
  const endMs = performance.now() + timeoutMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    let failure: unknown
    try {
      const value = await check()
      if (value !== false) return value
      failure = new Error(`still false after ${timeoutMs} ms`)
    } catch (error) {
      failure = error
    }
    if (performance.now() + pauseMs > endMs) throw failure
    await sleep(pauseMs)
  }
}
