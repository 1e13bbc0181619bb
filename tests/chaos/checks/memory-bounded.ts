import type { RoundEvidence } from '../round-evidence.ts'

/** I7: what one service may take; as `make faults` has it. */
export const maxMegabytes = 300

export function memoryBounded({ megabytes }: Pick<RoundEvidence, 'megabytes'>): string[] {
  return Object.entries(megabytes).flatMap(([name, peak]) =>
    peak <= maxMegabytes ? [] : [`${name} took ${Math.round(peak)} MB`],
  )
}
