import type { ScheduleSettings } from '@seine/contracts'
import type { CronTimes } from './cron-times.ts'

/** What is to be done with the time that a schedule is due at. */
export interface TickDecision {
  /** The tick that counts: of several that passed, the latest. */
  readonly atMs: number
  readonly act: 'start' | 'queue' | 'refuse' | 'miss'
  readonly reason: string | null
  /** When it is due next. Null: never again. */
  readonly nextMs: number | null
}

/** How late a tick is that is on time: what a scheduler takes to restart, or another to notice that it is alone. */
export const punctualWithinMs = 60_000

/** Decides about a schedule whose `dueMs` has come. */
export function decideTick(schedule: {
  readonly times: CronTimes
  readonly dueMs: number
  readonly nowMs: number
  readonly settings: Pick<ScheduleSettings, 'catchUpMs' | 'overlap'>
  /** A run of this schedule that has not ended. Null: there is none. */
  readonly activeRunId: string | null
  readonly hasQueued: boolean
}): TickDecision {
  const { times, dueMs, nowMs, settings, activeRunId, hasQueued } = schedule
  const atMs = Math.max(dueMs, times.upTo(nowMs) ?? dueMs)
  const tick = { atMs, nextMs: times.after(nowMs, 1)[0] ?? null }
  const lateMs = nowMs - atMs
  if (lateMs > Math.max(settings.catchUpMs, punctualWithinMs))
    return { ...tick, act: 'miss', reason: `no scheduler was there for ${Math.round(lateMs / 60_000)} minutes` }
  const late = lateMs > punctualWithinMs ? `${Math.round(lateMs / 60_000)} minutes late: no scheduler was there` : null
  if (activeRunId === null && !hasQueued) return { ...tick, act: 'start', reason: late }
  if (settings.overlap === 'refuse' && activeRunId !== null)
    return { ...tick, act: 'refuse', reason: `run ${activeRunId} was under way` }
  if (hasQueued) return { ...tick, act: 'refuse', reason: 'one was waiting already' }
  return { ...tick, act: 'queue', reason: late }
}
