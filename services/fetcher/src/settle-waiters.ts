import type { Reservation } from '@seine/politeness'

/** What the host's clock answers a task that waits. `due`: the slot and a place with it are its own. */
export type Settled =
  | { kind: 'due'; dueMs: number; hostDueAtMs: number; isAlone: boolean }
  | { kind: 'defer'; untilMs: number; reason: string }
  | { kind: 'dead'; reason: string }

/** A task is held for a place and a slot that come within this time; otherwise it waits in the frontier (I5). */
export const maxHoldMs = 1_000
/**
 * A slot this long past is not used, when the broker has confirmed it or this process comes to it: late requests would come
 * in one go (I3).
 */
export const maxLateMs = 100
/** A probe is alone, so it may be later; but its place is not its own for ever. */
const maxProbeLateMs = 1_500
/** A run always ends (I1): a host that failed so many probes of its breaker in a row is given up. */
const deadAfterProbes = 3

/**
 * What becomes of tasks that waited for a reservation, in their order; `wait`: the host has no place free, and its time is not up.
 *
 * @param giveUpAtMs by when each has a place and a slot, or is given back.
 */
export function settleWaiters(
  giveUpAtMs: readonly number[],
  answer: Reservation,
  { nowMs, random }: { nowMs: number; random: () => number },
): (Settled | 'wait')[] {
  if ('blockedUntilMs' in answer) {
    const { reason, blockedUntilMs: untilMs } = answer
    const { phase, failedProbes } = answer.state.breaker
    // While a probe is out nobody knows: it may be the one that finds the host well again.
    const isDead = phase === 'open' && failedProbes >= deadAfterProbes
    return giveUpAtMs.map(() => (isDead ? { kind: 'dead', reason: 'host-down' } : { kind: 'defer', untilMs, reason }))
  }
  const { nextFreeAtMs: hostDueAtMs, slotsMs, isFull } = answer
  const isAlone = answer.state.breaker.phase !== 'closed'
  const isPlaceLate = isFull && hostDueAtMs <= nowMs
  return giveUpAtMs.map((atMs, i) => {
    const dueMs = slotsMs[i]
    if (dueMs !== undefined) return missed({ dueMs, isAlone }, nowMs) ?? { kind: 'due', dueMs, hostDueAtMs, isAlone }
    if (isFull && hostDueAtMs < atMs) return 'wait'
    if (isPlaceLate) return { kind: 'defer', untilMs: nowMs + random() * maxHoldMs, reason: 'no-place' }
    return { kind: 'defer', untilMs: hostDueAtMs, reason: 'no-slot' }
  })
}

/** Null: the slot's time has not passed by too much. keeps I3 */
export function missed(
  { dueMs, isAlone }: { dueMs: number; isAlone: boolean },
  nowMs: number,
): Extract<Settled, { kind: 'defer' }> | null {
  const isLate = nowMs - dueMs > (isAlone ? maxProbeLateMs : maxLateMs)
  return isLate ? { kind: 'defer', untilMs: nowMs, reason: 'slot-missed' } : null
}
