import type { Bucket } from '@seine/bus'
import { hostKey } from '@seine/contracts'
import { type HostObservation, type HostView, observe, type Reservation, reserve, viewHost } from '@seine/politeness'
import type { Clock, Logger } from '@seine/runtime'

/**
 * `go`: the slot's time has come. `defer`: give the task back; the host has no slot before `untilMs` (broker time).
 * `dead`: its breaker is open and {@link deadAfterProbes} probes in a row have failed; while another probe is out it waits.
 */
export type Slot =
  | { kind: 'go'; startedAtMs: number; hostDueAtMs: number }
  | { kind: 'defer'; untilMs: number; reason: string }
  | { kind: 'dead'; reason: string }

/** The site run that a request is for: whose events tell what becomes of the host. */
export interface RunRef {
  readonly runId: string
  readonly site: string
}

/** How fast a host may be asked, as the plan and its robots.txt say. */
export interface Pace {
  readonly ratePerSecond: number
  readonly burst: number
  /** Absent: robots.txt names none, or the policy doesn't honour it. */
  readonly crawlDelayMs?: number
}

export interface HostGate {
  /** Waits for a slot that is due within {@link maxHoldMs}; any later one is given back. One that passed unused is asked for again. Keeps I3 and I5. */
  acquire(host: string, pace: Pace, run?: RunRef): Promise<Slot>
  /** Tells the host's clock how a request ended. Returns at once; written soon, together with what else waits. */
  report(host: string, observation: HostObservation): void
  /** Resolves when what has been reported is written. */
  flush(): Promise<void>
}

/** A task is held for a slot due within this time; otherwise it waits in the frontier (I5). */
export const maxHoldMs = 1_000
/**
 * A slot this long past is not used, when the broker has confirmed it or this process comes to it: late requests would come
 * in one go (I3).
 */
const maxLateMs = 100
/** A missed slot costs a write of the host's entry; a task that is given back costs the frontier, the broker and the scheduler one more. */
const maxMissedSlots = 3
/** Compare-and-set tries before a host's waiting tasks are given back. */
const maxConflicts = 20
/** A run always ends (I1): a host that failed so many probes of its breaker in a row is given up. */
const deadAfterProbes = 3
/** How long a host waits after its state could not be reached: it fails closed (I3). */
const limiterRetryMs = 2_000

type Settled = { kind: 'due'; dueMs: number; hostDueAtMs: number; isAlone: boolean } | Exclude<Slot, { kind: 'go' }>

interface Waiter {
  readonly pace: Pace
  readonly settle: (slot: Settled) => void
}

interface HostQueue {
  waiters: Waiter[]
  reports: HostObservation[]
  /** Who asked for the host last. */
  run: RunRef | null
  draining: Promise<void> | null
  /** What this process wrote or read last: saves a read a reservation. */
  known: { state: unknown; revision: number } | null
  /** How far ahead slots have to be asked for: 0 unless the last write took so long that they were missed. */
  leadMs: number
}

/**
 * The edge around the pure host clock: everything that waits for a host in this process is reserved in one
 * compare-and-set on the host's entry in the `hosts` bucket.
 */
export function makeHostGate(deps: {
  bucket: Bucket<unknown>
  /** Broker time, Unix ms. */
  nowMs: () => number
  clock: Clock
  log: Logger
  random?: () => number
  /** Told what each write of a host's entry did to it. */
  onChange?: (host: string, before: HostView, after: HostView, run: RunRef | null) => void
  /** Hosts whose queue is remembered. At the limit the least recently used idle one is forgotten: costs one read. */
  maxHosts?: number
}): HostGate {
  const { bucket, nowMs, clock, log } = deps
  const random = deps.random ?? Math.random
  const maxHosts = deps.maxHosts ?? 10_000
  const queues = new Map<string, HostQueue>()

  function queueOf(host: string): HostQueue {
    const found = queues.get(host)
    if (found) {
      queues.delete(host)
      queues.set(host, found)
      return found
    }
    if (queues.size >= maxHosts) forgetOneIdle()
    const queue: HostQueue = { waiters: [], reports: [], run: null, draining: null, known: null, leadMs: 0 }
    queues.set(host, queue)
    return queue
  }

  function forgetOneIdle(): void {
    for (const [host, queue] of queues)
      if (queue.draining === null && queue.waiters.length === 0 && queue.reports.length === 0) {
        queues.delete(host)
        return
      }
  }

  function drain(host: string, queue: HostQueue): Promise<void> {
    queue.draining ??= drainAll(host, queue)
    return queue.draining
  }

  async function drainAll(host: string, queue: HostQueue): Promise<void> {
    // One turn of the event loop lets the tasks of one pull gather in one reservation.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.waiters.length > 0 || queue.reports.length > 0) {
      const waiters = queue.waiters.splice(0)
      const reports = queue.reports.splice(0)
      try {
        await settleAll(host, queue, waiters, reports)
      } catch (error) {
        log.warn('host clock unreachable; the host waits', { host, error })
        queue.known = null
        settleRest(waiters, { kind: 'defer', untilMs: nowMs() + limiterRetryMs, reason: 'limiter-unavailable' })
      }
    }
    // In the same turn as the last look at the queue: what comes after it starts a drain of its own.
    queue.draining = null
  }

  async function settleAll(host: string, queue: HostQueue, waiters: Waiter[], reports: HostObservation[]) {
    const key = hostKey(host)
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      if (conflicts > 0) await clock.sleep(random() * 2 ** Math.min(conflicts, 6))
      const known = queue.known ?? (await read(key))
      const now = nowMs()
      const before = known === null ? null : known.state
      const observed = reports.reduce<unknown>((state, report) => observe(state, report, now), before)
      const pace = strictest(waiters.map((waiter) => waiter.pace))
      const wanted = { wanted: waiters.length, maxWaitMs: maxHoldMs }
      const answer = pace && reserve(observed, { ...pace, ...wanted }, now + queue.leadMs)
      const state = answer?.state ?? observed
      const revision = known !== null && state === before ? known.revision : await write(key, state, known)
      // What grants nothing is not kept: others may have opened the host since, and nothing would ever tell.
      const tookMs = nowMs() - now
      queue.leadMs = tookMs > maxLateMs ? Math.min(tookMs, maxHoldMs) : 0
      queue.known = revision === null || grantsNothing(answer) ? null : { state, revision }
      if (revision === null) continue
      deps.onChange?.(host, viewHost(before, now), viewHost(state, now), queue.run)
      if (answer !== null) settleWaiters(waiters, answer)
      return
    }
    settleRest(waiters, { kind: 'defer', untilMs: nowMs() + random() * maxHoldMs, reason: 'limiter-contended' })
  }

  function write(key: string, state: unknown, known: HostQueue['known']): Promise<number | null> {
    return known === null ? bucket.create(key, state) : bucket.update(key, state, known.revision)
  }

  async function read(key: string): Promise<HostQueue['known']> {
    const entry = await bucket.get(key)
    return entry === null ? null : { state: entry.value, revision: entry.revision }
  }

  function settleWaiters(waiters: Waiter[], answer: Reservation): void {
    if ('blockedUntilMs' in answer) {
      const { reason, blockedUntilMs: untilMs } = answer
      const { phase, failedProbes } = answer.state.breaker
      // While a probe is out nobody knows: it may be the one that finds the host well again.
      const dead = phase === 'open' && failedProbes >= deadAfterProbes
      settleRest(waiters, dead ? { kind: 'dead', reason: 'host-down' } : { kind: 'defer', untilMs, reason })
      return
    }
    const { nextFreeAtMs: hostDueAtMs, slotsMs } = answer
    // A probe is alone, however late.
    const isAlone = answer.state.breaker.phase !== 'closed'
    for (const [i, dueMs] of slotsMs.entries())
      waiters[i]?.settle(missed({ dueMs, isAlone }) ?? { kind: 'due', dueMs, hostDueAtMs, isAlone })
    settleRest(waiters.slice(slotsMs.length), { kind: 'defer', untilMs: hostDueAtMs, reason: 'no-slot' })
  }

  /** Null: its time has not passed by too much. keeps I3 */
  function missed({ dueMs, isAlone }: { dueMs: number; isAlone: boolean }): Exclude<Slot, { kind: 'go' }> | null {
    const now = nowMs()
    return isAlone || now - dueMs <= maxLateMs ? null : { kind: 'defer', untilMs: now, reason: 'slot-missed' }
  }

  function settleRest(waiters: Waiter[], slot: Settled): void {
    for (const waiter of waiters) waiter.settle(slot)
  }

  async function acquireOnce(host: string, queue: HostQueue, pace: Pace): Promise<Slot> {
    const settled = await new Promise<Settled>((resolve) => {
      queue.waiters.push({ pace, settle: resolve })
      void drain(host, queue)
    })
    if (settled.kind !== 'due') return settled
    const { dueMs, hostDueAtMs } = settled
    const waitMs = dueMs - nowMs()
    // A timer may fire a millisecond early: rounding up keeps I3.
    if (waitMs > 0) await clock.sleep(Math.ceil(waitMs) + 1)
    // This process may have stood still meanwhile: stopped, or collecting garbage.
    return missed(settled) ?? { kind: 'go', startedAtMs: dueMs, hostDueAtMs }
  }

  return {
    async acquire(host, pace, run) {
      const queue = queueOf(host)
      if (run) queue.run = run
      for (let tries = 1; ; tries++) {
        const slot = await acquireOnce(host, queue, pace)
        if (!isMissed(slot) || tries === maxMissedSlots) return slot
      }
    },
    report(host, observation) {
      const queue = queueOf(host)
      // Bounded by the tasks in flight: each request reports once.
      queue.reports.push(observation)
      void drain(host, queue)
    },
    async flush() {
      await Promise.all([...queues].map(([host, queue]) => drain(host, queue)))
    },
  }
}

function isMissed(slot: Slot): boolean {
  return slot.kind === 'defer' && slot.reason === 'slot-missed'
}

function grantsNothing(answer: Reservation | null): boolean {
  return answer !== null && ('blockedUntilMs' in answer || answer.slotsMs.length === 0)
}

/** The slowest of several paces: tasks of two runs with different policies share one host. Null: none waits. */
function strictest(paces: readonly Pace[]): Pace | null {
  const first = paces[0]
  if (first === undefined) return null
  if (paces.every((pace) => pace === first)) return first
  const crawlDelays = paces.flatMap((pace) => (pace.crawlDelayMs === undefined ? [] : [pace.crawlDelayMs]))
  return {
    ratePerSecond: Math.min(...paces.map((pace) => pace.ratePerSecond)),
    burst: Math.min(...paces.map((pace) => pace.burst)),
    ...(crawlDelays.length > 0 ? { crawlDelayMs: Math.max(...crawlDelays) } : {}),
  }
}
