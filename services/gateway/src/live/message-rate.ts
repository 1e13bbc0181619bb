/** Counts messages of one client: `burst` at once, `perSecond` in the long run. */
export function makeMessageRate(perSecond: number, burst: number, nowMs: () => number): { take(): boolean } {
  let tokens = burst
  let atMs = nowMs()
  return {
    take() {
      const now = nowMs()
      tokens = Math.min(burst, tokens + ((now - atMs) / 1_000) * perSecond)
      atMs = now
      if (tokens < 1) return false
      tokens--
      return true
    },
  }
}
