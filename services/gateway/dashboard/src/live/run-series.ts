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

/** What a chart draws: speed, and failures a minute between two samples. */
export function seriesOf(samples: readonly RunSample[]) {
  return {
    times: samples.map(({ atMs }) => atMs / 1000),
    speed: samples.map(({ pagesPerSecond }) => pagesPerSecond),
    failuresPerMinute: samples.map(({ failed, atMs }, index) => {
      const before = samples[index - 1]
      // Retried failures are taken back: that is no failure less than none.
      return before === undefined ? failed : Math.max(0, ((failed - before.failed) / (atMs - before.atMs)) * 60_000)
    }),
  }
}
