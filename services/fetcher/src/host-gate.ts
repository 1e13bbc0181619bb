import type { Bucket } from '@seine/bus'
import { hostKey, newId } from '@seine/contracts'
import {
  type HostObservation,
  type HostView,
  observe,
  placesTaken,
  type Reservation,
  release,
  reserve,
  viewHost,
} from '@seine/politeness'
import type { Clock, Logger } from '@seine/runtime'
import { type HostQueue, makeHostQueues, type RunRef, type Waiter } from './host-queues.ts'
import { type Pace, strictest } from './pace.ts'
import { maxHoldMs, maxLateMs, missed, type Settled, settleWaiters } from './settle-waiters.ts'

/**
 * `go`: the slot's time has come; `letGo` is called when the request is over. `defer`: give the task back; the host has no
 * slot before `untilMs` (broker time). `dead`: its breaker is open and {@link deadAfterProbes} probes in a row have failed;
 * while another probe is out it waits.
 */
export type Slot =
  | { kind: 'go'; startedAtMs: number; hostDueAtMs: number; letGo: () => void }
  | { kind: 'defer'; untilMs: number; reason: string }
  | { kind: 'dead'; reason: string }

export interface HostGate {
  /**
   * Waits for one of the host's places, and with it for a slot that is due within {@link maxHoldMs}; any later one is given
   * back. A slot that passed unused is asked for again. Keeps I3 and I5.
   */
  acquire(host: string, pace: Pace, run?: RunRef): Promise<Slot>
  /** Tells the host's clock how a request ended. Returns at once; written soon, together with what else waits. */
  report(host: string, observation: HostObservation): void
  /** Resolves when what has been reported is written, and places are given back that nobody here uses. */
  flush(): Promise<void>
}

/** A missed slot costs a write of the host's entry; a task that is given back costs the frontier, the broker and the scheduler one more. */
const maxMissedSlots = 3
/** Compare-and-set tries before a host's waiting tasks are given back. */
const maxConflicts = 20
/** How long a host waits after its state could not be reached: it fails closed (I3). */
const limiterRetryMs = 2_000
/** How soon it is looked whether another fetcher has let go of a place and was not heard. */
const placePollMs = 300
/** A host that another fetcher has asked is taken to be shared for so long. */
const sharedForMs = 10_000
/** How long a place is kept for this process's next request to the host, which saves a write: where nobody else wants it. */
const keepPlaceMs = 250

/** What one compare-and-set is about. */
interface Round {
  readonly waiters: Waiter[]
  readonly reports: HostObservation[]
  readonly givesBack: boolean
}

/**
 * The edge around the pure host clock: everything that waits for a host in this process is reserved in one
 * compare-and-set on the host's entry in the `hosts` bucket, with what its requests have come to and the places they let go of.
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
  /** Hosts that are remembered. */
  maxHosts?: number
}): HostGate {
  const { bucket, nowMs, clock, log } = deps
  const random = deps.random ?? Math.random
  const queues = makeHostQueues(deps.maxHosts ?? 10_000)
  /** This process, for as long as it lives. */
  const holder = newId(nowMs()).slice(-12)

  function drain(host: string, queue: HostQueue): Promise<void> {
    queue.draining ??= drainAll(host, queue)
    return queue.draining
  }

  async function drainAll(host: string, queue: HostQueue): Promise<void> {
    // One turn of the event loop lets the tasks of one pull gather in one reservation.
    await nextTurn()
    while (queue.waiters.length > 0 || queue.reports.length > 0 || queue.givesBack) {
      const waiters = queue.waiters.splice(0)
      const reports = queue.reports.splice(0)
      const givesBack = queue.givesBack || waiters.length > 0
      queue.givesBack = false
      try {
        const waiting = await settleAll(host, queue, { waiters, reports, givesBack })
        if (waiting.length === 0) continue
        queue.waiters.unshift(...waiting)
        await placeFreed(host, queue)
        // What the request that let go of it came to is told in the same turn: a host that throttles must not be asked before that is entered.
        await nextTurn()
      } catch (error) {
        log.warn('host clock unreachable; the host waits', { host, error })
        queue.known = null
        // What was asked for may have been written all the same. Where only places were to be given back they run out by themselves.
        queue.entered = waiters.length === 0 ? queue.held : queue.held + waiters.length
        settleAllWith(waiters, { kind: 'defer', untilMs: nowMs() + limiterRetryMs, reason: 'limiter-unavailable' })
        void giveBackAfter(limiterRetryMs, host, queue)
      }
    }
    // In the same turn as the last look at the queue: what comes after it starts a drain of its own.
    queue.draining = null
    giveBackSoon(host, queue)
  }

  /** Gives what waits for a place. */
  async function settleAll(host: string, queue: HostQueue, { waiters, reports, givesBack }: Round): Promise<Waiter[]> {
    const key = hostKey(host)
    const pace = strictest(waiters.map((waiter) => waiter.pace))
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      if (conflicts > 0) await clock.sleep(random() * 2 ** Math.min(conflicts, 6))
      const known = queue.known ?? (await read(key))
      const now = nowMs()
      const before = known === null ? null : known.state
      const observed = reports.reduce<unknown>((state, report) => observe(state, report, now), before)
      // What is written for another reason gives back as well.
      const released = givesBack || observed !== before ? release(observed, holder, queue.held, now) : observed
      const answer = pace && reserve(released, requestOf(queue, waiters, pace), now + queue.leadMs)
      const state = answer?.state ?? released
      const revision = known !== null && state === before ? known.revision : await write(key, state, known)
      // What grants nothing is not kept: others may have opened the host since, and nothing would ever tell. Of a place it is told.
      const tookMs = nowMs() - now
      queue.leadMs = tookMs > maxLateMs ? Math.min(tookMs, maxHoldMs) : 0
      queue.known = revision === null || grantsNothing(answer) ? null : { state, revision }
      if (revision === null) continue
      deps.onChange?.(host, viewHost(before, now), viewHost(state, now), queue.run)
      const taken = placesTaken(state, now)
      if (pace !== null) {
        if (known !== null && known.revision !== queue.writtenRevision) queue.sharedAtMs = now
        queue.isContended = now - queue.sharedAtMs < sharedForMs && taken * 2 > pace.concurrency
      }
      queue.entered = placesTaken(state, now, holder)
      queue.othersHold = taken > queue.entered
      if (state !== before) queue.writtenRevision = revision
      return answer === null ? [] : settle(queue, waiters, answer)
    }
    settleAllWith(waiters, { kind: 'defer', untilMs: nowMs() + random() * maxHoldMs, reason: 'limiter-contended' })
    return []
  }

  function requestOf({ held }: HostQueue, waiters: Waiter[], pace: Pace) {
    const { concurrency, requestMs, ...rate } = pace
    const maxWaitMs = Math.max(0, ...waiters.map(({ giveUpAtMs }) => giveUpAtMs - nowMs()))
    return { ...rate, wanted: waiters.length, maxWaitMs, places: { holder, held, concurrency, requestMs } }
  }

  function write(key: string, state: unknown, known: HostQueue['known']): Promise<number | null> {
    return known === null ? bucket.create(key, state) : bucket.update(key, state, known.revision)
  }

  async function read(key: string): Promise<HostQueue['known']> {
    const entry = await bucket.get(key)
    return entry === null ? null : { state: entry.value, revision: entry.revision }
  }

  /** Gives those who wait for a place. */
  function settle(queue: HostQueue, waiters: Waiter[], answer: Reservation): Waiter[] {
    const giveUpAtMs = waiters.map((waiter) => waiter.giveUpAtMs)
    const settled = settleWaiters(giveUpAtMs, answer, { nowMs: nowMs(), random })
    return waiters.filter((waiter, i) => {
      const slot = settled[i]!
      if (slot === 'wait') return true
      if (slot.kind === 'due') queue.held++
      waiter.settle(slot)
      return false
    })
  }

  /** Resolves when a place is let go of, here or elsewhere, or it is time to look whether that was missed. */
  async function placeFreed(host: string, queue: HostQueue): Promise<void> {
    const freed = new AbortController()
    const concurrency = Math.min(...queue.waiters.map(({ pace }) => pace.concurrency))
    queue.freed = () => freed.abort()
    let isOurs = true
    const hearsOf = (state: unknown) => {
      if (placesTaken(state, nowMs()) >= concurrency) return
      isOurs = false
      freed.abort()
    }
    // Where nobody else has any, none comes free elsewhere.
    const untilGivenUpMs = Math.min(...queue.waiters.map(({ giveUpAtMs }) => giveUpAtMs)) - nowMs()
    if (queue.othersHold) bucket.hear(hostKey(host), hearsOf, freed.signal)
    await clock.sleep(queue.othersHold ? placePollMs * (0.5 + random()) : untilGivenUpMs, freed.signal)
    queue.freed = null
    // What others have written since.
    if (!isOurs || !freed.signal.aborted) queue.known = null
    freed.abort()
  }

  function settleAllWith(waiters: Waiter[], slot: Settled): void {
    for (const waiter of waiters) waiter.settle(slot)
  }

  async function acquireOnce(host: string, queue: HostQueue, pace: Pace): Promise<Slot> {
    const settled = await new Promise<Settled>((settle) => {
      queue.waiters.push({ pace, settle, giveUpAtMs: nowMs() + maxHoldMs })
      void drain(host, queue)
    })
    if (settled.kind !== 'due') return settled
    const { dueMs, hostDueAtMs } = settled
    const letGo = once(() => letGoOf(host, queue))
    const waitMs = dueMs - nowMs()
    // A timer may fire a millisecond early: rounding up keeps I3.
    if (waitMs > 0) await clock.sleep(Math.ceil(waitMs) + 1)
    // This process may have stood still meanwhile: stopped, or collecting garbage.
    const late = missed(settled, nowMs())
    if (late === null) return { kind: 'go', startedAtMs: dueMs, hostDueAtMs, letGo }
    letGo()
    return late
  }

  function letGoOf(host: string, queue: HostQueue): void {
    queue.held--
    queue.freed?.()
    // While it drains, the end of that looks after it.
    if (queue.draining === null) giveBackSoon(host, queue)
  }

  function giveBackSoon(host: string, queue: HostQueue): void {
    void giveBackAfter(queue.isContended ? 0 : keepPlaceMs, host, queue)
  }

  async function giveBackAfter(ms: number, host: string, queue: HostQueue): Promise<void> {
    if (queue.isLettingGo || queue.entered <= queue.held) return
    queue.isLettingGo = true
    if (ms > 0) await clock.sleep(ms)
    queue.isLettingGo = false
    if (queue.entered <= queue.held) return
    queue.givesBack = true
    await drain(host, queue)
  }

  return {
    async acquire(host, pace, run) {
      const queue = queues.of(host)
      if (run) queue.run = run
      for (let tries = 1; ; tries++) {
        const slot = await acquireOnce(host, queue, pace)
        if (!isMissed(slot) || tries === maxMissedSlots) return slot
      }
    },
    report(host, observation) {
      const queue = queues.of(host)
      // Bounded by the tasks in flight: each request reports once.
      queue.reports.push(observation)
      void drain(host, queue)
    },
    async flush() {
      await Promise.all(
        [...queues.all()].map(([host, queue]) => {
          queue.givesBack = queue.entered > queue.held
          return drain(host, queue)
        }),
      )
    },
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function isMissed(slot: Slot): boolean {
  return slot.kind === 'defer' && slot.reason === 'slot-missed'
}

function grantsNothing(answer: Reservation | null): boolean {
  return answer !== null && ('blockedUntilMs' in answer || (answer.slotsMs.length === 0 && !answer.isFull))
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}
