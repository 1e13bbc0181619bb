import type { RoundEvidence } from '../round-evidence.ts'
import type { Visit } from '../world/visit.ts'

/**
 * How much later one request of a window may be on its way than another: a fetcher uses a slot up to 100 ms after its time,
 * and has a connection to make and an event loop to get through. Written in time, so that it is the same for all paces.
 */
export const allowanceMs = 150

/** I3: over any window T a host gets at most burst + rate · T requests, all fetchers together, whatever crashes. */
export function paceKept({ visits, paces }: Pick<RoundEvidence, 'visits' | 'paces'>): string[] {
  const problems: string[] = []
  for (const [host, pace] of paces) {
    const excess = excessOf(
      visits.filter((visit) => visit.host === host),
      pace,
    )
    if (excess !== null && excess.ms > allowanceMs)
      problems.push(
        `${host}: ${excess.requests} requests in ${excess.windowMs.toFixed(0)} ms from ${excess.fromMs.toFixed(0)}, ` +
          `${excess.ms.toFixed(0)} ms too early for ${pace.ratePerSecond}/s, burst ${pace.burst}`,
      )
  }
  return problems
}

export interface Excess {
  /** By which its first requests would have to have come earlier. 0 or less: the window is within the pace. */
  readonly ms: number
  readonly requests: number
  readonly windowMs: number
  readonly fromMs: number
}

/**
 * The window that exceeds the pace most. Each window is taken as long as it can have been: from when its first request may
 * have been there to when its last one was seen. So a server that was kept waiting accuses nobody. Null: no requests.
 */
export function excessOf(
  visits: readonly Pick<Visit, 'seenMs' | 'earliestMs'>[],
  pace: { readonly ratePerSecond: number; readonly burst: number },
): Excess | null {
  const intervalMs = 1_000 / pace.ratePerSecond
  let worst: Excess | null = null
  // Window i…j is over by (j − i + 1 − burst) · interval − T: j's share less the least share of any i before.
  let least = { behindMs: Number.POSITIVE_INFINITY, place: 0, earliestMs: 0 }
  for (const [place, { seenMs, earliestMs }] of visits.entries()) {
    const behindMs = place * intervalMs - earliestMs
    if (behindMs < least.behindMs) least = { behindMs, place, earliestMs }
    const ms = place * intervalMs - seenMs - least.behindMs + (1 - pace.burst) * intervalMs
    if (worst === null || ms > worst.ms)
      worst = { ms, requests: place - least.place + 1, windowMs: seenMs - least.earliestMs, fromMs: least.earliestMs }
  }
  return worst
}
