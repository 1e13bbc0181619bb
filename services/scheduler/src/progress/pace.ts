/** Says when what has changed is due again: at once, but never twice within a time. */
export interface Pace {
  /** `what`: a key's state; the same as last time is never due. */
  isDue(key: string, what: string, everyMs: number, nowMs: number): boolean
  /** It was told, or written down. */
  done(key: string, what: string, nowMs: number): void
  /** Forgets everything but these. */
  keep(keys: ReadonlySet<string>): void
}

export function makePace(): Pace {
  const last = new Map<string, { what: string; atMs: number }>()
  return {
    isDue(key, what, everyMs, nowMs) {
      const { what: lastWhat, atMs } = last.get(key) ?? { what: null, atMs: Number.NEGATIVE_INFINITY }
      return what !== lastWhat && nowMs - atMs >= everyMs
    },
    done: (key, what, nowMs) => void last.set(key, { what, atMs: nowMs }),
    keep(keys) {
      for (const key of last.keys()) if (!keys.has(key)) last.delete(key)
    },
  }
}

/** How long it takes until each of so many has had its turn, where so many a second have one. */
export const turnMs = (count: number, perSecond: number): number => (count * 1_000) / perSecond
