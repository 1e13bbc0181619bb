import { type HostObservation, observe, type Reservation, type ReserveRequest, reserve } from '../host-clock.ts'

interface Entry {
  readonly value: unknown
  readonly revision: number
}

/** One step of a cluster's life. `worker` is taken modulo the number of workers. */
export type Step =
  | { kind: 'pass'; ms: number }
  | { kind: 'read'; worker: number }
  | { kind: 'reserve'; worker: number; request: ReserveRequest }
  | { kind: 'observe'; worker: number; observation: HostObservation }
  | { kind: 'restart'; worker: number }
  | { kind: 'set-clock'; worker: number; offsetMs: number }

/**
 * A model of workers around one `hosts` entry: each holds what it read or wrote last, which may be stale, has a clock
 * that is off, and writes by compare-and-set. What a worker reserved counts as soon as its write has succeeded.
 */
export function makeCluster(workers: number, startMs: number) {
  let nowMs = startMs
  let stored: Entry | null = null
  const known: (Entry | null | undefined)[] = Array.from({ length: workers })
  const offsetsMs: number[] = Array.from({ length: workers }, () => 0)
  const grantedMs: number[] = []
  let conflicts = 0

  function write(worker: number, value: unknown): boolean {
    const read = known[worker] ?? null
    if (read?.revision !== stored?.revision) {
      known[worker] = undefined
      conflicts++
      return false
    }
    stored = { value: JSON.parse(JSON.stringify(value)), revision: (stored?.revision ?? 0) + 1 }
    known[worker] = stored
    return true
  }

  function readOnce(worker: number): Entry | null {
    if (known[worker] === undefined) known[worker] = stored
    return known[worker] ?? null
  }

  return {
    grantedMs,
    conflicts: () => conflicts,
    nowMs: () => nowMs,
    stored: () => stored?.value,
    run(step: Step): Reservation | null {
      if (step.kind === 'pass') {
        nowMs += step.ms
        return null
      }
      const worker = step.worker % workers
      const clockMs = nowMs + (offsetsMs[worker] ?? 0)
      switch (step.kind) {
        case 'read':
          known[worker] = stored
          return null
        case 'restart':
          known[worker] = undefined
          return null
        case 'set-clock':
          offsetsMs[worker] = step.offsetMs
          return null
        case 'observe':
          write(worker, observe(readOnce(worker)?.value, step.observation, clockMs))
          return null
        case 'reserve': {
          const answer = reserve(readOnce(worker)?.value, step.request, clockMs)
          if (!write(worker, answer.state)) return null
          if ('slotsMs' in answer) grantedMs.push(...answer.slotsMs)
          return answer
        }
      }
    },
  }
}
