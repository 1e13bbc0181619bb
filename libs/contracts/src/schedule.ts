import { z } from 'zod'
import { runOptionsSchema, runStatuses } from './run.ts'

/** What becomes of a tick while the run of an earlier one goes on. `queue`: it waits; one waits at most, the next is refused. */
export const overlapPolicies = ['refuse', 'queue'] as const

/**
 * `queued`: it waits for the run before. `started`: its run was created. `refused`: another run of the schedule was under way.
 * `missed`: no scheduler was there within `catchUpMs`. `failed`: its run could not be planned.
 */
export const tickStates = ['queued', 'started', 'refused', 'missed', 'failed'] as const

const dayMs = 24 * 60 * 60_000

/** When runs start by themselves. */
export const scheduleSettingsSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  /**
   * Five fields (minute, hour, day of month, month, weekday) or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. Where
   * clocks go forward, fixed times inside the gap start when it ends; where they go back, fixed times start once. Times with
   * `*` in minute or hour follow what the clock shows: none in the gap, each of those that come twice.
   */
  cron: z.string().trim().min(1).max(200),
  /** IANA name: `Europe/Berlin`. */
  timeZone: z.string().min(1).max(64).default('UTC'),
  options: runOptionsSchema.prefault({}),
  enabled: z.boolean().default(true),
  overlap: z.enum(overlapPolicies).default('refuse'),
  /**
   * How late a tick may still start, when no scheduler was there at its time. Of several that were missed the latest alone
   * counts. 0: never late, but for the minute that a restart may take.
   */
  catchUpMs: z
    .int()
    .min(0)
    .max(7 * dayMs)
    .default(60 * 60_000),
})

export type ScheduleSettings = z.output<typeof scheduleSettingsSchema>

/** One time at which a schedule was due, and what became of it. */
export const scheduleTickSchema = z.strictObject({
  /** When it was due, or asked for by hand. ISO 8601. */
  at: z.string(),
  state: z.enum(tickStates),
  /** Why it was refused, missed or failed; `by hand`. */
  reason: z.string().nullable(),
  /** Its run and how that stands. Null: none was created. */
  runId: z.uuid().nullable(),
  runStatus: z.enum(runStatuses).nullable(),
})

export type ScheduleTick = z.output<typeof scheduleTickSchema>

export const scheduleSchema = scheduleSettingsSchema.extend({
  id: z.uuid(),
  /** Goes up with every change of the settings. */
  version: z.int().positive(),
  /** The next five times. Empty: it is not enabled, or no such date comes again. */
  nextRuns: z.array(z.string()).max(5),
  /** The latest ticks, newest first, five at most. */
  ticks: z.array(scheduleTickSchema).max(5),
  /** The latest tick that has a run. Null: it has started none. */
  lastRun: scheduleTickSchema.nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type Schedule = z.output<typeof scheduleSchema>

/** Schedules there may be. */
export const maxSchedules = 1_000
