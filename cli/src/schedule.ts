import type { Client, ScheduleInput } from '@seine/client'
import type { Schedule, ScheduleSettings } from '@seine/contracts'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { UsageError, withGateway } from './gateway.ts'
import { readScheduleFlags, type ScheduleAction, type ScheduleFlags, scheduleOptions } from './schedule-flags.ts'
import { scheduleDetail, scheduleTable, timesText } from './schedule-text.ts'

export const command: Command = {
  name: 'schedule',
  summary: 'Start runs by themselves: cron with a time zone',
  usage:
    'seine schedule list | show <name> | next <name|cron> | run <name> | enable <name> | disable <name> | remove <name> | ' +
    'add <name> <cron> [--time-zone zone] [--overlap refuse|queue] [--catch-up minutes] [--disabled] [--sites a,b] [--group name] ' +
    '[--exclude a,b] [--policy name] [--limit n] [--concurrency n] [--dry-run] [--skip-existing]; all: [--json] [--gateway url]',
  examples: [
    'seine schedule add nightly "0 3 * * *" --time-zone Europe/Berlin --skip-existing',
    'seine schedule add shops "*/30 8-18 * * mon-fri" --sites shop,blog --overlap queue',
    'seine schedule list',
    'seine schedule next "30 2 * * *" --time-zone America/New_York',
    'seine schedule run nightly',
  ],
  async run(args, io) {
    const read = readScheduleFlags(command, args, io)
    if (read === null) return exitCodes.usage
    const { action, names, flags } = read
    return withGateway(command, flags.gateway, io, (client) => actions[action]({ client, names, flags, io }))
  },
}

interface Asked {
  readonly client: Client
  /** What stands behind the action, as many as it wants. */
  readonly names: readonly string[]
  readonly flags: ScheduleFlags
  readonly io: CommandIo
}

const actions: Record<ScheduleAction, (asked: Asked) => Promise<number>> = {
  async list({ client, flags, io }) {
    const schedules = await allSchedules(client)
    return tell({ flags, io }, schedules, () => scheduleTable(schedules))
  },
  async add({ client, names: [name = '', cron = ''], flags, io }) {
    const settings: ScheduleInput = {
      name,
      cron,
      options: scheduleOptions(flags),
      enabled: !flags.disabled,
      ...(flags['time-zone'] === undefined ? {} : { timeZone: flags['time-zone'] }),
      ...(flags.overlap === undefined ? {} : { overlap: overlapOf(flags.overlap) }),
      ...(flags['catch-up'] === undefined ? {} : { catchUpMs: catchUpOf(flags['catch-up']) }),
    }
    const schedule = await client.createSchedule(settings)
    return tell({ flags, io }, schedule, () => scheduleDetail(schedule))
  },
  async show({ client, names: [name = ''], flags, io }) {
    const schedule = await findSchedule(client, name)
    return tell({ flags, io }, schedule, () => scheduleDetail(schedule))
  },
  async next({ client, names: [nameOrCron = ''], flags, io }) {
    const isCron = /\s/.test(nameOrCron) || nameOrCron.startsWith('@')
    const timeZone = flags['time-zone'] ?? 'UTC'
    const { nextRuns, zone } = isCron
      ? { ...(await client.previewSchedule(nameOrCron, timeZone)), zone: timeZone }
      : await findSchedule(client, nameOrCron).then((found) => ({ nextRuns: found.nextRuns, zone: found.timeZone }))
    return tell({ flags, io }, nextRuns, () => timesText(nextRuns, zone))
  },
  async run({ client, names: [name = ''], flags, io }) {
    const run = await client.runSchedule((await findSchedule(client, name)).id)
    return tell({ flags, io }, run, () => `Run ${run.id}: "seine tail ${run.id}" shows it\n`)
  },
  enable: (asked) => setEnabled(asked, true),
  disable: (asked) => setEnabled(asked, false),
  async remove({ client, names: [name = ''], flags, io }) {
    const { id, version } = await findSchedule(client, name)
    const removed = await client.removeSchedule(id, version)
    return tell({ flags, io }, removed, () => `${removed.name} is removed; its runs stay\n`)
  },
}

async function setEnabled({ client, names: [name = ''], flags, io }: Asked, enabled: boolean): Promise<number> {
  const found = await findSchedule(client, name)
  const changed = await client.replaceSchedule(found.id, found.version, { ...settingsOf(found), enabled })
  return tell({ flags, io }, changed, () => scheduleDetail(changed))
}

function tell({ flags, io }: Pick<Asked, 'flags' | 'io'>, value: unknown, text: () => string): number {
  io.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : text())
  return exitCodes.ok
}

async function allSchedules(client: Client): Promise<Schedule[]> {
  const schedules: Schedule[] = []
  for (let page = 1; ; page++) {
    const { data, pagination } = await client.listSchedules({ page, perPage: 200 })
    schedules.push(...data)
    if (page >= pagination.total_pages) return schedules
  }
}

/** A schedule by its name, its id or the first letters of that. Throws UsageError where that is none or many. */
async function findSchedule(client: Client, name: string): Promise<Schedule> {
  const schedules = await allSchedules(client)
  const named = schedules.find((schedule) => schedule.name === name)
  if (named !== undefined) return named
  const matching = name.length < 4 ? [] : schedules.filter(({ id }) => id.startsWith(name.toLowerCase()))
  if (matching.length > 1) throw new UsageError(`${matching.length} schedules begin with '${name}'`)
  if (matching[0] === undefined) throw new UsageError(`no schedule '${name}'; "seine schedule list" lists them`)
  return matching[0]
}

function settingsOf({ name, cron, timeZone, options, enabled, overlap, catchUpMs }: Schedule): ScheduleSettings {
  return { name, cron, timeZone, options, enabled, overlap, catchUpMs }
}

function overlapOf(text: string): ScheduleSettings['overlap'] {
  if (text === 'refuse' || text === 'queue') return text
  throw new UsageError(`--overlap: expected refuse or queue, got '${text}'`)
}

const maxCatchUpMinutes = 7 * 24 * 60

function catchUpOf(text: string): number {
  const minutes = Number(text)
  if (/^\d+$/.test(text) && minutes <= maxCatchUpMinutes) return minutes * 60_000
  throw new UsageError(`--catch-up: expected minutes from 0 to ${maxCatchUpMinutes}, got '${text}'`)
}
