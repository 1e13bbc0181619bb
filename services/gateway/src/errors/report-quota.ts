/** Reports of clients that one gateway takes in a minute, all callers together: a page that fails in a loop on every screen. */
export const reportsPerMinute = 300
const minuteMs = 60_000

/** Counts reports in a window of a minute. `take` gives 0, or how long there is no room. */
export function makeReportQuota(nowMs: () => number, max = reportsPerMinute): { take(): number } {
  let sinceMs = Number.NEGATIVE_INFINITY
  let taken = 0
  return {
    take() {
      const now = nowMs()
      if (now - sinceMs >= minuteMs) {
        sinceMs = now
        taken = 0
      }
      if (taken >= max) return sinceMs + minuteMs - now
      taken++
      return 0
    },
  }
}
