/** A speed and what it was measured on. */
export interface Speed {
  readonly pagesPerSecond: number
  readonly pages: number
  readonly overMs: number
}

export interface Speedometer {
  /** Takes in how many pages are done and gives the speed over the window. Null: the first sight of it. */
  observe(key: string, pagesDone: number, nowMs: number): Speed | null
  /** Forgets everything but these. */
  keep(keys: ReadonlySet<string>): void
}

const maxSamples = 64

/** Measures speeds over a sliding window. A count that goes back (pages were reopened) starts it over. */
export function makeSpeedometer(windowMs: number): Speedometer {
  const samples = new Map<string, { atMs: number; pages: number }[]>()
  return {
    observe(key, pages, atMs) {
      const kept = (samples.get(key) ?? []).filter((sample) => atMs - sample.atMs <= windowMs && sample.pages <= pages)
      const oldest = kept[0]
      const last = kept.at(-1)
      // Closer ones tell nothing more, and so the window never holds more than it has room for.
      if (last === undefined || atMs - last.atMs >= windowMs / maxSamples) kept.push({ atMs, pages })
      samples.set(key, kept)
      if (oldest === undefined || atMs <= oldest.atMs) return null
      const overMs = atMs - oldest.atMs
      const done = pages - oldest.pages
      return { pagesPerSecond: Math.round((done / overMs) * 100_000) / 100, pages: done, overMs }
    },
    keep(keys) {
      for (const key of samples.keys()) if (!keys.has(key)) samples.delete(key)
    },
  }
}
