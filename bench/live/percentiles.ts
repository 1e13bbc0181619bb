/** Of any number of values; all zero where there are none. */
export function percentiles(values: readonly number[]): {
  count: number
  p50: number
  p95: number
  p99: number
  max: number
} {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
