import { type SiteRunStatus, type Step, type StepState, steps } from '@seine/contracts'
import type { SiteStep } from './site-run-steps.ts'

/** How many sites of a run are where. */
export interface SiteGroup {
  readonly status: SiteRunStatus
  readonly step: SiteStep | null
  readonly n: number
}

/** The manifest of a run that nobody has started. */
export function newManifest(): StepState[] {
  return steps.map((step) => ({ step, state: 'pending', startedAt: null, finishedAt: null }))
}

/**
 * A run's manifest, moved on by where its sites are: a step runs from the first site that enters it until no site is in or before it.
 * The archive is the run's own and is given as `archive`.
 */
export function advanceManifest(
  manifest: readonly StepState[],
  groups: readonly SiteGroup[],
  archive: StepState['state'],
  now: string,
): StepState[] {
  return manifest.map((entry) => {
    const state = entry.step === 'archive' ? archive : stateOfStep(entry.step, groups)
    if (state === entry.state) return entry
    const over = state === 'completed' || state === 'failed' || state === 'skipped'
    return {
      step: entry.step,
      state,
      startedAt: state === 'pending' || state === 'skipped' ? null : (entry.startedAt ?? now),
      finishedAt: over ? now : null,
    }
  })
}

function stateOfStep(step: SiteStep, groups: readonly SiteGroup[]): StepState['state'] {
  const place = steps.indexOf(step)
  let here = 0
  let before = 0
  let past = 0
  let failed = 0
  for (const group of groups) {
    const at = group.step === null ? -1 : steps.indexOf(group.step as Step)
    const over = group.status === 'failed' || group.status === 'cancelled'
    if (group.status === 'completed' || at > place) past += group.n
    else if (over && at === place) failed += group.n
    else if (over) continue
    else if (at === place && group.status === 'running') here += group.n
    else before += group.n
  }
  if (here > 0) return 'running'
  if (before > 0) return past + failed > 0 ? 'running' : 'pending'
  if (past > 0) return 'completed'
  return failed > 0 ? 'failed' : 'skipped'
}
