import { type Access, accessLogOf } from '@seine/testkit'
import type { VisitColumns } from './visit-log.ts'

/** What a host allows: the limits that a policy sets. */
export interface Pace {
  readonly ratePerSecond: number
  readonly burst: number
  readonly concurrency: number
}

/** What the server's own log says of a stretch of time. */
export interface Verdict {
  readonly requestsPerSecond: number
  /** What the limits of all hosts allow together at the time that answers took. */
  readonly allowedPerSecond: number
  /** Of that, what was used: 1 is all. */
  readonly share: number
  /** Hosts that were asked at 95 % of their pace or faster. */
  readonly hostsAtPace: number
  /** Of what it allows, by the host that was asked least. */
  readonly leastShare: number
  /** Mean time from a request to its answer, as the server took it. */
  readonly serviceMs: number
  /** Between the end of an answer and the next request of its host, mean. */
  readonly turnaroundMs: number
  /** Most requests that a host had open. */
  readonly mostAtOnce: number
  /** By how much the worst window of any host came too early, ms; 0 or less: none did. From the beginning, not in the stretch alone. */
  readonly excessMs: number
}

/** A window of a host's slots may lose its last one to the edge. */
const heldShare = 0.95

/** Judges what came in between `fromMs` and `toMs`. */
export function judge(
  visits: VisitColumns,
  { hosts, pace, fromMs, toMs }: { hosts: number; pace: Pace; fromMs: number; toMs: number },
): Verdict {
  const seconds = (toMs - fromMs) / 1_000
  const byHost: Access[][] = Array.from({ length: hosts }, () => [])
  for (const [at, host] of visits.host.entries())
    byHost[host]?.push(accessOf(host, visits.startMs[at]!, visits.endMs[at]!, visits.atOnce[at]!))
  const inside = byHost.map((accesses) => accesses.filter(({ startMs }) => startMs >= fromMs && startMs < toMs))
  const ended = inside.flat().filter(({ endMs }) => endMs !== null)
  const requests = inside.reduce((sum, accesses) => sum + accesses.length, 0)
  const serviceMs = mean(ended.map(({ startMs, endMs }) => endMs! - startMs))
  const allowedEach = Math.min(pace.ratePerSecond, (1_000 * pace.concurrency) / serviceMs)
  const shares = inside.map((accesses) => accesses.length / (allowedEach * seconds))
  const leastHeld = Math.floor(heldShare * allowedEach * seconds)
  return {
    requestsPerSecond: requests / seconds,
    allowedPerSecond: allowedEach * hosts,
    share: requests / seconds / (allowedEach * hosts),
    hostsAtPace: inside.filter((accesses) => accesses.length >= leastHeld).length,
    leastShare: Math.min(...shares),
    serviceMs,
    turnaroundMs: mean(inside.flatMap(turnarounds)),
    mostAtOnce: inside.reduce((most, of) => Math.max(most, ...of.map(({ concurrency }) => concurrency)), 0),
    excessMs: byHost.reduce((most, of, host) => Math.max(most, excessOf(of, host, pace)), Number.NEGATIVE_INFINITY),
  }
}

const excessOf = (accesses: readonly Access[], host: number, pace: Pace): number =>
  accessLogOf(accesses).excessMs(String(host), pace)

function turnarounds(accesses: readonly Access[]): number[] {
  return accesses.slice(1).flatMap(({ startMs }, before) => {
    const { endMs } = accesses[before]!
    return endMs === null || endMs > startMs ? [] : [startMs - endMs]
  })
}

function accessOf(host: number, startMs: number, endMs: number, concurrency: number): Access {
  const ended = endMs === 0 ? null : endMs
  return { host: String(host), path: '', status: 200, startMs, endMs: ended, concurrency, userAgent: '', generation: 0 }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length
