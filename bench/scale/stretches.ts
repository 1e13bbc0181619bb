import type { Usage } from '../process-meter.ts'
import type { Memory } from './memory.ts'

/** What the mesh had used when so many pages were done. */
export interface Reading {
  readonly pages: number
  readonly seconds: number
  readonly usage: Readonly<Record<string, Usage>>
  readonly memory: Readonly<Record<string, Memory>>
}

/** What the pages between two readings cost: whether the last ones cost more than the first is seen here. */
export interface Stretch {
  readonly pages: number
  readonly pagesPerSecond: number
  /** By process. */
  readonly cpuMsEach: Readonly<Record<string, number>>
}

export function stretchesOf(readings: readonly Reading[]): Stretch[] {
  return readings.slice(1).flatMap((to, i) => {
    const from = readings[i]!
    const pages = to.pages - from.pages
    if (pages <= 0) return []
    const cpuMs = Object.entries(to.usage).map(
      ([name, { cpuMs }]) => [name, (cpuMs - (from.usage[name]?.cpuMs ?? 0)) / pages] as const,
    )
    return {
      pages: to.pages,
      pagesPerSecond: pages / (to.seconds - from.seconds),
      cpuMsEach: Object.fromEntries(cpuMs),
    }
  })
}
