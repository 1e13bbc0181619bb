import { type Bus, RpcError } from '@seine/bus'
import { maxSchedules, newId, type Schedule, type ScheduleSettings, schedulerRpc } from '@seine/contracts'
import type { Part } from '@seine/runtime'
import { type Doer, recordAudit } from '../audit/record-audit.ts'
import { at, type Database, type Sql } from '../database/sql.ts'
import type { CreateRun } from '../runs/create-run.ts'
import { type CronTimes, readCron } from './cron-times.ts'
import { lockSchedule, readSchedules, type ScheduleRow } from './schedule-rows.ts'
import { activeRunOf, writeTick } from './ticks.ts'

/** Answers what is asked about schedules. `changed`: one may be due sooner than before, or a run was created. */
export function serveSchedules(deps: {
  bus: Pick<Bus, 'serve' | 'nowMs'>
  database: Database
  createRun: CreateRun
  changed: () => void
}): Part[] {
  const { bus, database, createRun, changed } = deps
  const nowMs = () => bus.nowMs()

  const told = (sql: Sql, doer: Doer, action: string, { name, cron, timeZone, enabled }: ScheduleSettings) =>
    recordAudit(sql, doer, { action, subject: name, details: { cron, timeZone, enabled } }, nowMs())

  async function getSchedule(id: string): Promise<Schedule> {
    const [schedule] = await readSchedules(database, 'where s.id = $1', [id], nowMs())
    if (schedule === undefined) throw unknown(id)
    return schedule
  }

  async function create(settings: ScheduleSettings, doer: Doer): Promise<Schedule> {
    const times = checkedTimes(settings)
    const id = newId(nowMs())
    await database.transaction(async (sql) => {
      await oneAtATime(sql)
      await refuseTakenName(sql, settings.name, id)
      const [{ n } = { n: 0 }] = await sql.query<{ n: number }>('select count(*)::int as n from schedules')
      if (n >= maxSchedules)
        throw new RpcError('conflict', `there are ${maxSchedules} schedules, the most there may be`)
      await sql.query(
        `insert into schedules (id, name, cron, time_zone, options, enabled, overlap, catch_up_ms, next_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9::timestamptz, $10::timestamptz, $10::timestamptz)`,
        [id, ...columnsOf(settings), firstTime(settings, times, nowMs()), at(nowMs())],
      )
      await told(sql, doer, 'schedule.added', settings)
    })
    changed()
    return getSchedule(id)
  }

  async function replace(id: string, version: number, settings: ScheduleSettings, doer: Doer): Promise<Schedule> {
    const times = checkedTimes(settings)
    await database.transaction(async (sql) => {
      await oneAtATime(sql)
      const before = await lockVersion(sql, id, version)
      await refuseTakenName(sql, settings.name, id)
      const sameTimes = before.enabled && before.cron === settings.cron && before.timeZone === settings.timeZone
      const nextAt =
        sameTimes && settings.enabled && before.nextMs !== null
          ? at(before.nextMs)
          : firstTime(settings, times, nowMs())
      await sql.query(
        `update schedules set name = $2, cron = $3, time_zone = $4, options = $5::jsonb, enabled = $6, overlap = $7,
           catch_up_ms = $8, next_at = $9::timestamptz, updated_at = $10::timestamptz, version = version + 1 where id = $1`,
        [id, ...columnsOf(settings), nextAt, at(nowMs())],
      )
      await told(sql, doer, 'schedule.changed', settings)
      if (!settings.enabled)
        await sql.query(
          `update schedule_ticks set state = 'refused', reason = 'the schedule was disabled' where schedule_id = $1 and state = 'queued'`,
          [id],
        )
    })
    changed()
    return getSchedule(id)
  }

  async function remove(id: string, version: number, doer: Doer): Promise<Schedule> {
    const schedule = await getSchedule(id)
    await database.transaction(async (sql) => {
      await lockVersion(sql, id, version)
      await sql.query('delete from schedules where id = $1', [id])
      await told(sql, doer, 'schedule.removed', schedule)
    })
    return schedule
  }

  async function runNow(id: string, correlationId: string, doer: Doer) {
    const { name, options } = await getSchedule(id)
    const record = async (sql: Sql, runId: string) => {
      if ((await lockSchedule(sql, id)) === null) throw unknown(id)
      const active = await activeRunOf(sql, id, runId)
      if (active !== null)
        throw new RpcError('conflict', `run ${active} of this schedule is under way`, { runId: active })
      await writeTick(sql, id, { atMs: nowMs(), state: 'started', reason: 'by hand', runId })
    }
    const run = await createRun({ options, correlationId }, { scheduleId: id, scheduleName: name, record }, doer)
    changed()
    return run
  }

  return [
    bus.serve(schedulerRpc.listSchedules, async ({ page, perPage }) => {
      const [{ total } = { total: 0 }] = await database.query<{ total: number }>(
        'select count(*)::int as total from schedules',
      )
      const tail = 'order by s.name limit $1 offset $2'
      return { schedules: await readSchedules(database, tail, [perPage, (page - 1) * perPage], nowMs()), total }
    }),
    bus.serve(schedulerRpc.createSchedule, ({ settings }, doer) => create(settings, doer)),
    bus.serve(schedulerRpc.getSchedule, ({ scheduleId }) => getSchedule(scheduleId)),
    bus.serve(schedulerRpc.replaceSchedule, (request, doer) =>
      replace(request.scheduleId, request.version, request.settings, doer),
    ),
    bus.serve(schedulerRpc.removeSchedule, ({ scheduleId, version }, doer) => remove(scheduleId, version, doer)),
    bus.serve(schedulerRpc.runSchedule, ({ scheduleId, correlationId }, doer) =>
      runNow(scheduleId, correlationId, doer),
    ),
    bus.serve(schedulerRpc.previewSchedule, async (request) => ({
      nextRuns: checkedTimes(request).after(nowMs(), previewedTimes).map(at),
    })),
  ]
}

const previewedTimes = 5

/** Throws RpcError `invalid` with the field. */
function checkedTimes({ cron, timeZone }: Pick<ScheduleSettings, 'cron' | 'timeZone'>): CronTimes {
  const read = readCron(cron, timeZone)
  if (read.ok) return read.times
  throw new RpcError('invalid', `${read.field}: ${read.problem}`, { fields: { [read.field]: [read.problem] } })
}

function firstTime({ enabled }: ScheduleSettings, times: CronTimes, nowMs: number): string | null {
  const [first] = times.after(nowMs, 1)
  return enabled && first !== undefined ? at(first) : null
}

/** In the order of the statements above. */
function columnsOf({ name, cron, timeZone, options, enabled, overlap, catchUpMs }: ScheduleSettings): unknown[] {
  return [name, cron, timeZone, JSON.stringify(options), enabled, overlap, catchUpMs]
}

async function lockVersion(sql: Sql, id: string, version: number): Promise<ScheduleRow> {
  const row = await lockSchedule(sql, id)
  if (row === null) throw unknown(id)
  if (row.version === version) return row
  throw new RpcError('stale', `the schedule has version ${row.version} by now`, { version: row.version })
}

/** Settings are written one after the other: names stay unique and their number bounded. */
const oneAtATime = (sql: Sql) => sql.query(`select pg_advisory_xact_lock(hashtextextended('schedules', 0))`)

async function refuseTakenName(sql: Sql, name: string, id: string): Promise<void> {
  const others = await sql.query('select 1 from schedules where name = $1 and id <> $2', [name, id])
  if (others.length > 0) throw new RpcError('conflict', `there is a schedule named '${name}'`, { field: 'name' })
}

const unknown = (id: string) => new RpcError('not-found', `no schedule ${id}`)
