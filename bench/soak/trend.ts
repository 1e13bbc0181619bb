/** What a measure may gain between the second and the last quarter of a soak and still be called flat. */
export interface Allowance {
  /** Of the second quarter's median. */
  readonly share: number
  /** On top, in the measure's own unit. */
  readonly amount: number
}

export interface Sample {
  readonly atMs: number
  readonly value: number
}

export interface Trend {
  /** Medians of the four quarters of the time. */
  readonly quarters: readonly [number, number, number, number]
  /** Of a straight line through everything after the first quarter (least squares). */
  readonly perHour: number
  readonly isFlat: boolean
}

/**
 * The first quarter is left out of the verdict: caches fill and the first runs are kept whole. Null: fewer than two samples in
 * some quarter.
 */
export function trendOf(samples: readonly Sample[], allowance: Allowance): Trend | null {
  const first = samples[0]?.atMs ?? 0
  const last = samples.at(-1)?.atMs ?? 0
  const parts: Sample[][] = [[], [], [], []]
  for (const sample of samples)
    parts[Math.min(3, Math.floor(((sample.atMs - first) / (last - first || 1)) * 4))]?.push(sample)
  if (parts.some((part) => part.length < 2)) return null
  const quarters = parts.map((part) => median(part.map(({ value }) => value))) as [number, number, number, number]
  const [, second, , fourth] = quarters
  const isFlat = fourth - second <= second * allowance.share + allowance.amount
  return { quarters, perHour: slope(parts.slice(1).flat()) * 3_600_000, isFlat }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Per millisecond. */
function slope(samples: readonly Sample[]): number {
  const meanAt = samples.reduce((sum, { atMs }) => sum + atMs, 0) / samples.length
  const mean = samples.reduce((sum, { value }) => sum + value, 0) / samples.length
  let over = 0
  let under = 0
  for (const { atMs, value } of samples) {
    over += (atMs - meanAt) * (value - mean)
    under += (atMs - meanAt) ** 2
  }
  return under === 0 ? 0 : over / under
}
