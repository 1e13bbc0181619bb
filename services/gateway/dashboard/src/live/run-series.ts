import type { SeineEvent } from '@seine/contracts'

/** A run over time, a sample for each progress event. */
export interface RunSample {
  readonly atMs: number
  readonly pagesPerSecond: number
  readonly failed: number
  readonly bytes: number
}

/** Bound of what is kept: beyond it every second sample goes. */
export const maxSamples = 2_000

export function addSample(samples: readonly RunSample[], event: SeineEvent): readonly RunSample[] {
  if (event.type !== 'run.progress') return samples
  const atMs = Date.parse(event.ts)
  if (atMs <= (samples.at(-1)?.atMs ?? 0)) return samples
  const { pagesPerSecond, counts, bytes } = event.data
  const next = [...samples, { atMs, pagesPerSecond, failed: counts.failed, bytes }]
  return next.length <= maxSamples ? next : next.filter((_, index) => index % 2 === 1)
}

/** Over so long failures are counted: a sample comes four times a second, and a rate of a quarter is noise. */
const failureWindowMs = 10_000

/** What a chart draws: speed, and failures a minute over the last moments. */
export function seriesOf(samples: readonly RunSample[]) {
  let from = 0
  return {
    times: samples.map(({ atMs }) => atMs / 1000),
    speed: samples.map(({ pagesPerSecond }) => pagesPerSecond),
    failuresPerMinute: samples.map(({ failed, atMs }, index) => {
      while (from + 1 < index && atMs - samples[from + 1]!.atMs >= failureWindowMs) from++
      const before = samples[from]!
      if (before.atMs === atMs) return 0
      // Retried failures are taken back: that is no failure less than none.
      return Math.max(0, ((failed - before.failed) / Math.max(failureWindowMs, atMs - before.atMs)) * 60_000)
    }),
  }
}
