import type { HostObservation } from '@seine/politeness'
import type { Pace } from './pace.ts'
import type { Settled } from './settle-waiters.ts'

export interface Waiter {
  readonly pace: Pace
  /** By then it has a place of the host or is given back. Broker time. */
  readonly giveUpAtMs: number
  readonly settle: (slot: Settled) => void
}

/** The site run that a request is for: whose events tell what becomes of the host. */
export interface RunRef {
  readonly runId: string
  readonly site: string
}

/** What this process knows and wants of one host. */
export interface HostQueue {
  waiters: Waiter[]
  reports: HostObservation[]
  /** Who asked for the host last. */
  run: RunRef | null
  draining: Promise<void> | null
  /** What this process wrote or read last: saves a read a reservation. */
  known: { state: unknown; revision: number } | null
  /** How far ahead slots have to be asked for: 0 unless the last write took so long that they were missed. */
  leadMs: number
  /** Places that requests of this process use, or have a slot for. */
  held: number
  /** Places that the host's entry says it uses: never less, and more until the entry is written again. */
  entered: number
  /** When the entry was last found written by another. Broker time; 0: never. */
  sharedAtMs: number
  /** Others have requests open at the host, so that it may be they who let go of a place. */
  othersHold: boolean
  /** Others may need what is let go of here: they write the entry as well, and over half of the places are taken. */
  isContended: boolean
  /** What this process wrote last. 0: nothing yet. */
  writtenRevision: number
  /** Places are to be given back with the next write. */
  givesBack: boolean
  /** Waits to give places back. */
  isLettingGo: boolean
  /** Rings when a place is let go of here. */
  freed: (() => void) | null
}

export interface HostQueues {
  of(host: string): HostQueue
  all(): Iterable<[string, HostQueue]>
}

/** @param maxHosts whose queue is remembered. At the limit the least recently used idle one is forgotten: costs one read. */
export function makeHostQueues(maxHosts: number): HostQueues {
  const queues = new Map<string, HostQueue>()

  function forgetOneIdle(): void {
    for (const [host, queue] of queues)
      if (isIdle(queue)) {
        queues.delete(host)
        return
      }
  }

  return {
    of(host) {
      const found = queues.get(host)
      if (found) {
        queues.delete(host)
        queues.set(host, found)
        return found
      }
      if (queues.size >= maxHosts) forgetOneIdle()
      const queue = newQueue()
      queues.set(host, queue)
      return queue
    },
    all: () => [...queues],
  }
}

function newQueue(): HostQueue {
  return {
    waiters: [],
    reports: [],
    run: null,
    draining: null,
    known: null,
    leadMs: 0,
    held: 0,
    entered: 0,
    sharedAtMs: 0,
    othersHold: false,
    isContended: false,
    writtenRevision: 0,
    givesBack: false,
    isLettingGo: false,
    freed: null,
  }
}

function isIdle({ draining, waiters, reports, held, entered, isLettingGo }: HostQueue): boolean {
  return draining === null && waiters.length + reports.length + held + entered === 0 && !isLettingGo
}
