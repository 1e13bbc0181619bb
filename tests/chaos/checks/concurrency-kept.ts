import type { RoundEvidence } from '../round-evidence.ts'
import type { Visit } from '../world/visit.ts'

/** I3: never more requests of a host are open at once than its policy says. However often a task is said. */
export function concurrencyKept(evidence: Pick<RoundEvidence, 'visits' | 'paces'>): string[] {
  const problems: string[] = []
  for (const [host, { concurrency }] of evidence.paces) {
    const most = mostOpen(evidence.visits.filter((visit) => visit.host === host))
    if (most > concurrency) problems.push(`${host}: ${most} requests open at once, ${concurrency} allowed`)
  }
  return problems
}

/** Most requests that were open at one moment; one that ends when another is seen is not open any more. */
export function mostOpen(visits: readonly Pick<Visit, 'seenMs' | 'endMs'>[]): number {
  const changes = visits
    .flatMap(({ seenMs, endMs }) => [
      { atMs: seenMs, by: 1 },
      { atMs: endMs ?? Number.POSITIVE_INFINITY, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by)
  let open = 0
  let most = 0
  for (const { by } of changes) {
    open += by
    most = Math.max(most, open)
  }
  return most
}
