import { RpcError } from '@seine/bus'
import type { Logger } from '@seine/runtime'
import { at, type Database, type Sql } from '../database/sql.ts'
import type { CreateRun } from '../runs/create-run.ts'
import { decideTick, type TickDecision } from './decide-tick.ts'
import { dueSchedules, lockSchedule, type ScheduleRow, timesOf } from './schedule-rows.ts'
import { activeRunOf, hasQueuedTick, queuedTicks, writeTick } from './ticks.ts'

/** Schedules looked at in one round. */
const maxDue = 100

/** Somebody else was faster, or the schedule has changed since: there is nothing to do any more, and nothing was done. */
class TickTaken extends Error {
  override name = 'TickTaken'
}

/**
 * The clockwork of schedules. One scheduler does it at a time; a tick, the run it starts and the time of the next are
 * written in one transaction, so that two at once, or one that is killed, start exactly one run for a tick.
 */
export function makeStartDue(deps: {
  readonly database: Database
  readonly createRun: CreateRun
  readonly nowMs: () => number
  /** Runs were created. */
  readonly started: () => void
  readonly log: Logger
}): () => Promise<'more' | 'idle'> {
  const { database, createRun, nowMs, log } = deps

  /** Creates a run for a tick; gives why it can't be planned, if so. */
  async function plan(schedule: ScheduleRow, atMs: number, record: (sql: Sql, runId: string) => Promise<void>) {
    const correlationId = `schedule-${schedule.id}-${at(atMs)}`
    try {
      await createRun(
        { options: schedule.options, correlationId },
        { scheduleId: schedule.id, scheduleName: schedule.name, record },
      )
    } catch (error) {
      if (error instanceof RpcError) return error.message
      throw error
    }
    deps.started()
    return null
  }

  async function settle(schedule: ScheduleRow): Promise<void> {
    const decision = decideTick({
      times: timesOf(schedule),
      dueMs: schedule.nextMs!,
      nowMs: nowMs(),
      settings: schedule,
      activeRunId: await activeRunOf(database, schedule.id),
      hasQueued: await hasQueuedTick(database, schedule.id),
    })
    const { atMs, act, reason } = decision
    log.info('schedule is due', { schedule: schedule.name, at: at(atMs), act, reason })
    if (act === 'start') {
      const problem = await plan(schedule, atMs, async (sql, runId) => {
        await take(sql, schedule, decision)
        if ((await activeRunOf(sql, schedule.id, runId)) !== null) throw new TickTaken()
        await writeTick(sql, schedule.id, { atMs, state: 'started', reason, runId })
      })
      if (problem === null) return
      log.warn('run of a schedule can not be planned', { schedule: schedule.name, problem })
      return database.transaction(async (sql) => {
        await take(sql, schedule, decision)
        await writeTick(sql, schedule.id, { atMs, state: 'failed', reason: problem, runId: null })
      })
    }
    const state = ({ queue: 'queued', refuse: 'refused', miss: 'missed' } as const)[act]
    await database.transaction(async (sql) => {
      await take(sql, schedule, decision)
      await writeTick(sql, schedule.id, { atMs, state, reason, runId: null })
    })
  }

  /** Moves the schedule on to its next time, if it is still the one that was decided about. Throws TickTaken. */
  async function take(sql: Sql, seen: ScheduleRow, { nextMs }: TickDecision): Promise<void> {
    const now = await lockSchedule(sql, seen.id)
    if (now === null || now.version !== seen.version || now.nextMs !== seen.nextMs) throw new TickTaken()
    await sql.query('update schedules set next_at = $2::timestamptz where id = $1', [
      seen.id,
      nextMs === null ? null : at(nextMs),
    ])
  }

  async function startQueued({ scheduleId, atMs }: { scheduleId: string; atMs: number }): Promise<void> {
    const schedule = await database.transaction((sql) => lockSchedule(sql, scheduleId))
    if (schedule === null) return
    const problem = await plan(schedule, atMs, async (sql, runId) => {
      await lockSchedule(sql, scheduleId)
      if ((await activeRunOf(sql, scheduleId, runId)) !== null) throw new TickTaken()
      await endQueued(sql, scheduleId, atMs, { state: 'started', reason: 'waited for the run before', runId })
    })
    if (problem === null) return
    const failed = { state: 'failed', reason: problem, runId: null } as const
    await database.transaction((sql) => endQueued(sql, scheduleId, atMs, failed))
  }

  async function endQueued(
    sql: Sql,
    scheduleId: string,
    atMs: number,
    end: { state: 'started' | 'failed'; reason: string; runId: string | null },
  ): Promise<void> {
    const ended = await sql.query(
      `update schedule_ticks set state = $3, reason = $4, run_id = $5
       where schedule_id = $1 and at = $2::timestamptz and state = 'queued' returning 1`,
      [scheduleId, at(atMs), end.state, end.reason, end.runId],
    )
    if (ended.length === 0) throw new TickTaken()
  }

  /** One schedule's trouble leaves the others alone; it is told when all have had their turn. */
  async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const troubles: unknown[] = []
    for (const item of items) {
      try {
        await work(item)
      } catch (error) {
        if (!(error instanceof TickTaken)) troubles.push(error)
      }
    }
    if (troubles.length > 0) throw troubles[0]
  }

  return async () => {
    const more = await database.exclusively('schedules', async () => {
      await forEach(await queuedTicks(database), startQueued)
      const due = await dueSchedules(database, at(nowMs()), maxDue)
      await forEach(due, settle)
      return due.length === maxDue
    })
    return more === true ? 'more' : 'idle'
  }
}
