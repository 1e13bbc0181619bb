import type { Policy } from '@seine/contracts'

/** How a host may be asked, as the plan and its robots.txt say. */
export interface Pace {
  readonly ratePerSecond: number
  readonly burst: number
  /** Requests open at once, all fetchers together. */
  readonly concurrency: number
  /** Longest that one request may take. */
  readonly requestMs: number
  /** Absent: robots.txt names none, or the policy doesn't honour it. */
  readonly crawlDelayMs?: number
}

/** @param crawlDelayMs of the host's robots.txt. Null: it names none, or is not known yet. */
export function paceOf(policy: Policy, crawlDelayMs: number | null): Pace {
  return {
    ratePerSecond: policy.ratePerSecond,
    burst: policy.burst,
    concurrency: policy.concurrency,
    requestMs: policy.timeouts.totalMs,
    ...(policy.honourCrawlDelay && crawlDelayMs ? { crawlDelayMs } : {}),
  }
}

/** The slowest of several paces: tasks of two runs with different policies share one host. Null: there is none. */
export function strictest(paces: readonly Pace[]): Pace | null {
  const first = paces[0]
  if (first === undefined) return null
  if (paces.every((pace) => pace === first)) return first
  const crawlDelays = paces.flatMap((pace) => (pace.crawlDelayMs === undefined ? [] : [pace.crawlDelayMs]))
  return {
    ratePerSecond: Math.min(...paces.map((pace) => pace.ratePerSecond)),
    burst: Math.min(...paces.map((pace) => pace.burst)),
    concurrency: Math.min(...paces.map((pace) => pace.concurrency)),
    requestMs: Math.max(...paces.map((pace) => pace.requestMs)),
    ...(crawlDelays.length > 0 ? { crawlDelayMs: Math.max(...crawlDelays) } : {}),
  }
}
