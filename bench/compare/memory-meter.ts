import { readMemory } from '../scale/memory.ts'

const samplePeriodMs = 500

export type PeakMemory = {
  /** The most that all had at one time. */
  mb: number
  byName: Record<string, number>
}

/** Samples the memory of processes and their children by name; what several share counts once. */
export function startMemoryMeter(roots: () => Iterable<[name: string, pid: number]>): { stop(): PeakMemory } {
  const peak: PeakMemory = { mb: 0, byName: {} }
  const sample = () => {
    let sum = 0
    for (const [name, pid] of roots()) {
      const mb = readMemory(pid)?.mb ?? 0
      peak.byName[name] = Math.max(peak.byName[name] ?? 0, mb)
      sum += mb
    }
    peak.mb = Math.max(peak.mb, sum)
  }
  const timer = setInterval(sample, samplePeriodMs)
  return {
    stop() {
      clearInterval(timer)
      sample()
      return peak
    },
  }
}
