import type { RoundEvidence } from '../round-evidence.ts'

/** Some time after its end nothing of a run is under way any more: no task, no export, no event that nobody was told. */
export function nothingLeft({ leftovers, badLines }: Pick<RoundEvidence, 'leftovers' | 'badLines'>): string[] {
  const left = Object.entries(leftovers).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} left`]))
  return [...left, ...badLines]
}
