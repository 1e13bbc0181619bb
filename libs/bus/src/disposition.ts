/** How the handling of a message ended; the bus turns it into an acknowledgement. */
export type Disposition =
  /** It is done with: never delivered again. */
  | { readonly kind: 'done' }
  /** Delivered again after a short pause (at most {@link maxRetryPauseMs}): longer waits belong in the frontier (I5). */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** It can't be handled, ever: a dead letter with the reason. */
  | { readonly kind: 'drop'; readonly reason: string }

/** Longest pause before a message is given back: it holds a slot meanwhile. */
export const maxRetryPauseMs = 1_000

export const done = (): Disposition => ({ kind: 'done' })
export const retry = (afterMs: number, reason: string): Disposition => ({ kind: 'retry', afterMs, reason })
export const drop = (reason: string): Disposition => ({ kind: 'drop', reason })
