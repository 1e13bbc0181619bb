import type { ContentKey, Outcome, OutcomeKind, PageRecord } from '@seine/contracts'

/** How a task ended, before it is addressed: what the handlers of the task kinds return. */
export interface Ending {
  readonly outcome: OutcomeKind
  readonly reason: string
  readonly detail?: string
  readonly status?: number
  /** `deferred`: when to try again, broker time. */
  readonly retryAtMs?: number
  /** `deferred`: an error did it, so it counts against the retry budget. */
  readonly countsAsFailure?: boolean
  readonly hostDueAtMs?: number
  readonly announcedBatches?: number
  readonly durationMs?: number
  readonly bytes?: number
  readonly etag?: string
  readonly lastModified?: string
  readonly content?: ContentKey
  readonly cache?: 'hit' | 'miss'
  readonly stored?: string
  readonly record?: PageRecord
}

/** Addresses an ending: the outcome that the ledger reads. */
export function outcomeOf(task: { urlId: string; attempt: number; kind: Outcome['kind'] }, ending: Ending): Outcome {
  const { record: _record, ...rest } = ending
  return {
    urlId: task.urlId,
    attempt: task.attempt,
    kind: task.kind,
    ...rest,
    ...(rest.detail === undefined ? {} : { detail: rest.detail.slice(0, 500) }),
    status: ending.status ?? 0,
    announcedBatches: ending.announcedBatches ?? 0,
    durationMs: Math.max(0, Math.round((ending.durationMs ?? 0) * 10) / 10),
    bytes: ending.bytes ?? 0,
  }
}
