import type { Counts, Eta } from '@seine/contracts'

/** `1,234,567`. */
export const formatCount = (n: number): string =>
  Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')

/** `12 B`, `3.4 kB`, `5.6 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 1_000) return `${unit === 'B' ? value : value.toFixed(1)} ${unit}`
    value /= 1_000
  }
  return `${value.toFixed(1)} TB`
}

/** `850 ms`, `42 s`, `3 m 05 s`, `2 h 07 m`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const two = (n: number) => String(n).padStart(2, '0')
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`
  return `${Math.floor(seconds / 3_600)} h ${two(Math.floor((seconds % 3_600) / 60))} m`
}

export const formatRate = (pagesPerSecond: number): string => `${pagesPerSecond.toFixed(1)}/s`

export function formatEta(eta: Eta): string {
  if (eta.state === 'estimating') return 'estimating'
  return eta.state === 'done' ? 'done' : `${formatDuration(eta.remainingMs)} left`
}

/** Pages that have ended, however they did. */
export const endedPages = ({ ok, unchanged, failed, skipped }: Counts): number => ok + unchanged + failed + skipped
