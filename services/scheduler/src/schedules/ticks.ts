import type { ScheduleTick } from '@seine/contracts'
import { at, type Sql } from '../database/sql.ts'

/** Ticks kept of each schedule; older ones are forgotten, their runs stay. */
export const maxTicksKept = 100

/** A run of the schedule that has not ended, other than `except`. Null: there is none. */
export async function activeRunOf(sql: Sql, scheduleId: string, except: string | null = null): Promise<string | null> {
  const rows = await sql.query<{ id: string }>(
    `select id from bulk_jobs where schedule_id = $1 and status not in ('completed', 'failed', 'cancelled')
       and id is distinct from $2::uuid limit 1`,
    [scheduleId, except],
  )
  return rows[0]?.id ?? null
}

export async function hasQueuedTick(sql: Sql, scheduleId: string): Promise<boolean> {
  const rows = await sql.query(`select 1 from schedule_ticks where schedule_id = $1 and state = 'queued' limit 1`, [
    scheduleId,
  ])
  return rows.length > 0
}

/** Ticks that wait and whose schedule has no run under way any more. */
export async function queuedTicks(sql: Sql): Promise<{ scheduleId: string; atMs: number }[]> {
  return sql.query(
    `select t.schedule_id as "scheduleId", (extract(epoch from t.at) * 1000)::float8 as "atMs"
     from schedule_ticks t where t.state = 'queued' and not exists (
       select 1 from bulk_jobs j where j.schedule_id = t.schedule_id and j.status not in ('completed', 'failed', 'cancelled')
     ) order by t.at limit 100`,
  )
}

/** Writes down what became of a tick. Throws where it has been written before: the key is the schedule and the time. */
export async function writeTick(
  sql: Sql,
  scheduleId: string,
  tick: { atMs: number; state: ScheduleTick['state']; reason: string | null; runId: string | null },
): Promise<void> {
  await sql.query(
    'insert into schedule_ticks (schedule_id, at, state, reason, run_id) values ($1, $2::timestamptz, $3, $4, $5)',
    [scheduleId, at(tick.atMs), tick.state, tick.reason?.slice(0, 1_000) ?? null, tick.runId],
  )
  await sql.query(
    `delete from schedule_ticks where schedule_id = $1 and at < (
       select at from schedule_ticks where schedule_id = $1 order by at desc offset ${maxTicksKept - 1} limit 1)`,
    [scheduleId],
  )
}
