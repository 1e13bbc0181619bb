import { describeFault, type Fault, type FaultKind } from './fault.ts'
import type { RoundResult } from './round.ts'
import type { RoundEvidence } from './round-evidence.ts'

/** A fault as it was really done, in ms of its round. */
export interface DoneFault {
  readonly fault: Fault
  readonly beganMs: number
  readonly endedMs: number
}

/** One line: the seed, what was done, how long it took, what is to be said against it. */
export function roundLine(result: RoundResult): string {
  const { seed, faults, tookMs, violations, evidence } = result
  const done = faults.length === 0 ? 'nothing' : faults.map(describeFault).join(', ')
  const asked = evidence === null ? '' : ` (the run ${runSeconds(evidence)}), ${evidence.visits.length} requests`
  const verdict = violations.length === 0 ? 'ok' : `BAD: ${violations.slice(0, 5).join(' | ')}`
  const more = violations.length > 5 ? ` and ${violations.length - 5} more` : ''
  return `seed ${seed}: ${done}; ${(tookMs / 1_000).toFixed(1)} s${asked}: ${verdict}${more}`
}

function runSeconds({ run }: RoundEvidence): string {
  return ((Date.parse(run.finishedAt ?? '') - Date.parse(run.createdAt)) / 1_000).toFixed(1)
}

const targetOf = (fault: Fault): string => {
  if (fault.kind === 'fill') return fault.disk
  if (fault.kind === 'repeat') return `${fault.stream}, ${fault.sameId ? 'same id' : 'another id'}`
  const name = fault.target.replace(/-\d+$/, '')
  return 'to' in fault ? `${name} → ${fault.to}` : name
}

/** How often each kind of fault was done to what, as a Markdown table; and in how many rounds that went wrong. */
export function tallyTable(rounds: readonly { done: readonly DoneFault[]; violated: boolean }[]): string {
  const rows = new Map<string, { kind: FaultKind; target: string; times: number; longestMs: number; bad: number }>()
  for (const { done, violated } of rounds)
    for (const { fault, beganMs, endedMs } of done) {
      const [kind, target] = [fault.kind, targetOf(fault)]
      const row = rows.get(`${kind} ${target}`) ?? { kind, target, times: 0, longestMs: 0, bad: 0 }
      row.times++
      row.longestMs = Math.max(row.longestMs, endedMs - beganMs)
      if (violated) row.bad++
      rows.set(`${kind} ${target}`, row)
    }
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([, row]) =>
        `| ${row.kind} | ${row.target} | ${row.times} | ${(row.longestMs / 1_000).toFixed(1)} | ${row.bad} |`,
    )
  return [
    '| fault | what | times | longest, s | in rounds gone wrong |',
    '| --- | --- | ---: | ---: | ---: |',
    ...lines,
  ].join('\n')
}
