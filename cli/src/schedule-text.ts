import type { Schedule, ScheduleTick } from '@seine/contracts'
import { table } from './table.ts'

/** Schedules for people, one a line. */
export function scheduleTable(schedules: readonly Schedule[]): string {
  if (schedules.length === 0) return 'There are no schedules; "seine schedule add" adds one.\n'
  const rows = schedules.map((schedule) => [
    schedule.name,
    schedule.cron,
    schedule.timeZone,
    schedule.enabled ? clockTime(schedule.nextRuns[0], schedule.timeZone) : 'disabled',
    schedule.ticks[0] === undefined ? '' : clockTime(schedule.ticks[0].at, schedule.timeZone),
    schedule.ticks[0] === undefined ? '' : outcomeOf(schedule.ticks[0]),
  ])
  return table(['name', 'cron', 'time zone', 'next', 'last', 'what became of it'], rows)
}

/** One schedule for people. */
export function scheduleDetail(schedule: Schedule): string {
  const { name, cron, timeZone, enabled, overlap, catchUpMs, options, nextRuns, ticks } = schedule
  const lines = [
    `${name}: ${cron} (${timeZone})${enabled ? '' : ', disabled'}`,
    `  runs      ${optionWords(options)}`,
    `  overlap   ${overlap === 'refuse' ? 'refused while a run of it goes on' : 'one waits for the end of the run before'}`,
    `  catch up  ${catchUpMs === 0 ? 'no' : `up to ${Math.round(catchUpMs / 60_000)} minutes late, the latest alone`}`,
  ]
  if (nextRuns.length > 0) lines.push('next:', ...timeLines(nextRuns, timeZone))
  else if (enabled) lines.push('no such date comes again')
  if (ticks.length > 0)
    lines.push('last:', ...ticks.map((tick) => `  ${clockTime(tick.at, timeZone)}  ${outcomeOf(tick)}`))
  return `${lines.join('\n')}\n`
}

/** Times, one a line, on the clock of their zone and in UTC. */
export function timesText(times: readonly string[], timeZone: string): string {
  return times.length === 0 ? 'No time to come.\n' : `${timeLines(times, timeZone).join('\n')}\n`
}

const timeLines = (times: readonly string[], timeZone: string): string[] =>
  times.map((time) => {
    const utc = `${time.slice(0, 16).replace('T', ' ')} UTC`
    return timeZone === 'UTC' ? `  ${utc}` : `  ${clockTime(time, timeZone)} ${timeZone}  (${utc})`
  })

/** `2026-03-29 03:00` as a clock in the zone shows it. */
function clockTime(time: string | undefined, timeZone: string): string {
  if (time === undefined) return 'never'
  // Swedish dates are ISO 8601's.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(time))
}

function outcomeOf({ state, reason, runId, runStatus }: ScheduleTick): string {
  const words = runId === null ? state : `run ${runId} ${runStatus ?? 'is gone'}`
  return reason === null ? words : `${words} (${reason})`
}

function optionWords(options: Schedule['options']): string {
  const { sites, group, exclude, policy, limit, concurrency, skip_existing: skips, dry_run: isDry } = options
  const words = [sites === undefined ? 'all enabled sites' : sites.join(', ')]
  if (group !== undefined) words.push(`group ${group}`)
  if (exclude !== undefined) words.push(`without ${exclude.join(', ')}`)
  if (policy !== undefined) words.push(`policy ${policy}`)
  if (limit !== undefined) words.push(`${limit} pages a site`)
  if (concurrency !== undefined) words.push(`${concurrency} sites at once`)
  if (skips) words.push('fresh pages skipped')
  if (isDry) words.push('dry run')
  return words.join('; ')
}
