import type { RoundEvidence } from '../round-evidence.ts'

/** I1: a run always ends, and faults that are over are no reason for it to fail. */
export function runEnded({ run }: Pick<RoundEvidence, 'run'>): string[] {
  const sites = run.sites.filter(({ status }) => status !== 'completed')
  return [
    ...(run.finishedAt === null ? [`the run has not ended: ${run.status}`] : []),
    ...(run.status === 'completed' ? [] : [`the run is ${run.status}: ${run.reason}`]),
    ...sites.map(({ site, status, reason }) => `${site} is ${status}: ${reason}`),
  ]
}
