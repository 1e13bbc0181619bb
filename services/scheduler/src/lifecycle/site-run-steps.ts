import type { RunStatus, SiteRunStatus, Step, StepState } from '@seine/contracts'

/**
 * The life of a site run. {@link enter} is its one door: nothing else writes status, step or manifest.
 *
 *   waiting ─▶ preflight ─▶ discover ─▶ fetch ─▶ export ─▶ completed
 *      │           │            │         │ ◀──────┤ (records are missing: driven again)
 *      │           │            │         └────────┼────▶ completed (a dry run exports nothing)
 *      └───────────┴────────────┴─────────┴────────┴────▶ cancelled
 *                  └────────────┴─────────┴────────┴────▶ failed
 *
 * An ended one keeps the step it stopped at. Resuming puts it back to `waiting`, from where it goes on at that step;
 * done anew it forgets the step and its manifest.
 */
export type SiteStep = Exclude<Step, 'archive'>
export const siteSteps = ['preflight', 'discover', 'fetch', 'export'] as const satisfies readonly SiteStep[]

export interface SiteRunState {
  readonly status: SiteRunStatus
  /** Kept after the end: where it stopped. */
  readonly step: SiteStep | null
  readonly reason: string | null
  readonly steps: StepState[]
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

export type SiteRunMove =
  | { readonly to: SiteStep }
  | { readonly to: 'completed' }
  | { readonly to: 'failed'; readonly reason: string }
  | { readonly to: 'cancelled' }
  /** Takes an ended one up again, at `step` or where it stopped. */
  | { readonly to: 'waiting'; readonly step?: SiteStep }
  /** Takes an ended one up from the very start. */
  | { readonly to: 'anew' }

export type SiteRunEvent =
  | { readonly type: 'site.started' }
  | { readonly type: 'site.step'; readonly from: SiteStep | null }
  | { readonly type: 'site.finished' }

/** A move that the diagram has no arrow for: a bug, or two that did the same at once. */
export class IllegalMove extends Error {
  constructor(state: SiteRunState, move: SiteRunMove) {
    super(`a site run that is ${state.status} at ${state.step ?? 'no step'} can't go to ${move.to}`)
    this.name = 'IllegalMove'
  }
}

const nextSteps: Record<SiteStep, readonly SiteRunMove['to'][]> = {
  preflight: ['discover', 'failed', 'cancelled'],
  discover: ['fetch', 'failed', 'cancelled'],
  fetch: ['export', 'completed', 'failed', 'cancelled'],
  export: ['fetch', 'completed', 'failed', 'cancelled'],
}

const ended: readonly RunStatus[] = ['completed', 'failed', 'cancelled']
export const hasEnded = (status: RunStatus): boolean => ended.includes(status)

/** Whether {@link enter} would take the move. */
export function mayEnter(state: SiteRunState, move: SiteRunMove): boolean {
  if (state.status === 'waiting') return move.to === (state.step ?? 'preflight') || move.to === 'cancelled'
  if (state.status === 'running') return state.step !== null && nextSteps[state.step].includes(move.to)
  return move.to === 'waiting' || move.to === 'anew'
}

/** The state after a move, and the events that tell of it. Throws IllegalMove. */
export function enter(
  state: SiteRunState,
  move: SiteRunMove,
  now: string,
): { state: SiteRunState; events: SiteRunEvent[] } {
  if (!mayEnter(state, move)) throw new IllegalMove(state, move)
  switch (move.to) {
    case 'completed':
      return end(state, 'completed', null, now)
    case 'cancelled':
      return end(state, 'cancelled', state.reason, now)
    case 'failed':
      return end(state, 'failed', move.reason, now)
    case 'waiting': {
      const step = move.step ?? state.step
      return {
        state: { ...state, status: 'waiting', step, reason: null, steps: reopen(state.steps, step), finishedAt: null },
        events: [],
      }
    }
    case 'anew':
      return { state: newSiteRun(), events: [] }
    default:
      return {
        state: {
          ...state,
          status: 'running',
          step: move.to,
          steps: begin(state.steps, move.to, now),
          startedAt: state.startedAt ?? now,
        },
        events: [
          ...(state.status === 'waiting' ? [{ type: 'site.started' } as const] : []),
          { type: 'site.step', from: state.status === 'waiting' ? null : state.step },
        ],
      }
  }
}

/** A site run nobody has started. */
export function newSiteRun(): SiteRunState {
  const steps = siteSteps.map((step) => ({ step, state: 'pending', startedAt: null, finishedAt: null }) as const)
  return { status: 'waiting', step: null, reason: null, steps: [...steps], startedAt: null, finishedAt: null }
}

function end(state: SiteRunState, status: 'completed' | 'failed' | 'cancelled', reason: string | null, now: string) {
  const steps = state.steps.map((entry): StepState => {
    if (entry.state === 'running') return { ...entry, state: runningBecomes(status), finishedAt: now }
    return entry.state === 'pending' && status === 'completed' ? { ...entry, state: 'skipped' } : entry
  })
  return {
    state: { ...state, status, reason, steps, finishedAt: now },
    events: [{ type: 'site.finished' } as const],
  }
}

// Cancelled: it was not done, and a resume does it.
const runningBecomes = (status: 'completed' | 'failed' | 'cancelled'): StepState['state'] =>
  status === 'cancelled' ? 'pending' : status

/** The step runs, those before it are complete, those after it pending. */
function begin(steps: readonly StepState[], step: SiteStep, now: string): StepState[] {
  const place = siteSteps.indexOf(step)
  return steps.map((entry, index): StepState => {
    if (index < place) return entry.state === 'running' ? { ...entry, state: 'completed', finishedAt: now } : entry
    if (index === place) return { ...entry, state: 'running', startedAt: entry.startedAt ?? now, finishedAt: null }
    return { ...entry, state: 'pending', finishedAt: null }
  })
}

function reopen(steps: readonly StepState[], step: SiteStep | null): StepState[] {
  const place = step === null ? 0 : siteSteps.indexOf(step)
  return steps.map((entry, index) => (index < place ? entry : { ...entry, state: 'pending', finishedAt: null }))
}
