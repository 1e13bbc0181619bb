import type { RunStatus, Schedule, ScheduleSettings, ScheduleTick } from '@seine/contracts'
import type { Sql } from '../database/sql.ts'
import { type CronTimes, readCron } from './cron-times.ts'

/** A schedule as it is stored. */
export interface ScheduleRow extends ScheduleSettings {
  readonly id: string
  readonly version: number
  readonly nextMs: number | null
  readonly createdMs: number
  readonly updatedMs: number
}

interface TickRow {
  readonly atMs: number
  readonly state: ScheduleTick['state']
  readonly reason: string | null
  readonly runId: string | null
  readonly runStatus: RunStatus | null
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`
const columns = `s.id, s.name, s.cron, s.time_zone as "timeZone", s.options, s.enabled, s.overlap, s.catch_up_ms as "catchUpMs",
  s.version, ${ms('s.next_at')} as "nextMs", ${ms('s.created_at')} as "createdMs", ${ms('s.updated_at')} as "updatedMs"`
const tickColumns = `${ms('t.at')} as "atMs", t.state, t.reason, t.run_id as "runId", j.status as "runStatus"`
const ticksOf = (where: string, limit: number) => `(select coalesce(json_agg(t), '[]') from (
  select ${tickColumns} from schedule_ticks t left join bulk_jobs j on j.id = t.run_id
  where t.schedule_id = s.id and ${where} order by t.at desc limit ${limit}) t)`

const shownTicks = 5
const shownTimes = 5

/** Schedules with what became of their last ticks. `tail` speaks of `s` and begins with `where` or `order by`. */
export async function readSchedules(
  sql: Sql,
  tail: string,
  values: readonly unknown[],
  nowMs: number,
): Promise<Schedule[]> {
  const rows = await sql.query<ScheduleRow & { ticks: TickRow[]; withRun: TickRow[] }>(
    `select ${columns}, ${ticksOf('true', shownTicks)} as ticks, ${ticksOf('t.run_id is not null', 1)} as "withRun"
     from schedules s ${tail}`,
    values,
  )
  return rows.map(({ ticks, withRun, ...row }) => ({
    ...settingsOf(row),
    id: row.id,
    version: row.version,
    nextRuns: row.enabled ? timesOf(row).after(nowMs, shownTimes).map(iso) : [],
    ticks: ticks.map(tickOf),
    lastRun: withRun[0] === undefined ? null : tickOf(withRun[0]),
    createdAt: iso(row.createdMs),
    updatedAt: iso(row.updatedMs),
  }))
}

/** Locks a schedule for the rest of the transaction. Null: there is none. */
export async function lockSchedule(sql: Sql, id: string): Promise<ScheduleRow | null> {
  const rows = await sql.query<ScheduleRow>(`select ${columns} from schedules s where s.id = $1 for update`, [id])
  return rows[0] ?? null
}

/** Enabled schedules that are due, the longest overdue first. */
export async function dueSchedules(sql: Sql, now: string, limit: number): Promise<ScheduleRow[]> {
  return sql.query<ScheduleRow>(
    `select ${columns} from schedules s where s.enabled and s.next_at <= $1::timestamptz order by s.next_at limit ${limit}`,
    [now],
  )
}

/** The times of a stored schedule. Throws where they can't be read: what is stored has been checked. */
export function timesOf({ cron, timeZone }: Pick<ScheduleSettings, 'cron' | 'timeZone'>): CronTimes {
  const read = readCron(cron, timeZone)
  if (!read.ok) throw new Error(`${read.field}: ${read.problem}`)
  return read.times
}

const iso = (ms: number) => new Date(ms).toISOString()
const tickOf = ({ atMs, ...tick }: TickRow): ScheduleTick => ({ at: iso(atMs), ...tick })

function settingsOf(row: ScheduleRow): ScheduleSettings {
  const { name, cron, timeZone, options, enabled, overlap, catchUpMs } = row
  return { name, cron, timeZone, options, enabled, overlap, catchUpMs }
}
