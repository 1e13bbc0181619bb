import type { SiteRunRow } from '../frontier/site-run-row.ts'

/** What the clockwork does next for a running site run. */
export type Next =
  | { readonly do: 'wait' }
  | { readonly do: 'judge-preflight' }
  | { readonly do: 'enter-known' }
  | { readonly do: 'go'; readonly to: 'fetch' | 'export' | 'completed' }
  /** Announced batches don't come: since when is noted, then whoever announced them is driven again, then it goes on without. */
  | { readonly do: 'note-missing' }
  | { readonly do: 'drive-finders' }
  | { readonly do: 'forget-missing' }
  | { readonly do: 'ask-export' }

export interface LifecycleTimes {
  /** How long announced batches may be missing once nothing else is pending. */
  readonly batchWaitMs: number
  /** How long an export may take before it is looked for. */
  readonly exportDeadlineMs: number
}

/** Times the finders of missing batches are driven again. */
export const maxBatchRounds = 2

/** Decides from counters alone. Keeps I1: a site run goes on only where everything announced is entered, and always goes on. */
export function nextMove(run: SiteRunRow, times: LifecycleTimes, nowMs: number): Next {
  const sourcesRead = run.sourcesPending === 0 && run.sourceBatchesMissing === 0
  switch (run.step) {
    case 'preflight':
      return sourcesRead ? { do: 'judge-preflight' } : missing(run, run.sourcesPending === 0, times, nowMs)
    case 'discover':
      if (!sourcesRead) return missing(run, run.sourcesPending === 0, times, nowMs)
      return run.knownDone ? { do: 'go', to: 'fetch' } : { do: 'enter-known' }
    case 'fetch': {
      if (run.pending > 0 || run.sourcesPending > 0) return { do: 'wait' }
      if (run.batchesMissing > 0 || run.sourceBatchesMissing > 0) return missing(run, true, times, nowMs)
      return { do: 'go', to: run.options.dry_run ? 'completed' : 'export' }
    }
    case 'export': {
      const late = run.exportAskedAtMs !== null && nowMs - run.exportAskedAtMs > times.exportDeadlineMs
      return run.exportAskedAtMs === null || late ? { do: 'ask-export' } : { do: 'wait' }
    }
    default:
      return { do: 'wait' }
  }
}

function missing(run: SiteRunRow, settled: boolean, times: LifecycleTimes, nowMs: number): Next {
  if (!settled) return { do: 'wait' }
  if (run.settledAtMs === null) return { do: 'note-missing' }
  if (nowMs - run.settledAtMs < times.batchWaitMs) return { do: 'wait' }
  return run.batchRounds < maxBatchRounds ? { do: 'drive-finders' } : { do: 'forget-missing' }
}
