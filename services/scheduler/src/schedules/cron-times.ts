import { messageOf } from '@seine/runtime'
import { Cron } from 'croner'

/** When something is due. */
export interface CronTimes {
  /** The first `n` times after a moment, Unix ms; fewer where no such date comes again. */
  after(ms: number, n: number): number[]
  /** The last time up to a moment, that moment included. Null: there was none. */
  upTo(ms: number): number | null
}

export type ReadCron = { ok: true; times: CronTimes } | { ok: false; field: 'cron' | 'timeZone'; problem: string }

/** Five fields, or a name for some; `?` would mean the moment of reading. */
const fiveFields = /^(?:@[a-z]+|[^\s?]+(?:\s+[^\s?]+){4})$/i

/** Reads a cron expression and a time zone; what is wrong with them is a value. */
export function readCron(cron: string, timeZone: string): ReadCron {
  if (!isTimeZone(timeZone))
    return {
      ok: false,
      field: 'timeZone',
      problem: `no IANA time zone '${timeZone}'; expected a name such as Europe/Berlin`,
    }
  if (!fiveFields.test(cron))
    return { ok: false, field: 'cron', problem: 'expected five fields: minute, hour, day of month, month, weekday' }
  try {
    // Lists and ranges of fixed times are fixed times too: none is lost where clocks go forward, none doubled where they go back.
    const job = new Cron(cron, { timezone: timeZone, paused: true, mode: '5-part', fixedTimeRule: 'no-wildcard' })
    return { ok: true, times: timesOf(job) }
  } catch (error) {
    return { ok: false, field: 'cron', problem: messageOf(error).replace(/^CronPattern: /, '') }
  }
}

function timesOf(job: Cron): CronTimes {
  return {
    after: (ms, n) => job.nextRuns(n, new Date(ms)).map((time) => time.getTime()),
    // Its own search leaves out the moment it is given.
    upTo: (ms) => job.previousRuns(1, new Date(ms + 1)).map((time) => time.getTime())[0] ?? null,
  }
}

function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are taken by Intl as well, but know no summer.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
