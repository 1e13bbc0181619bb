import { expect, test } from 'vitest'
import { readCron } from './cron-times.ts'
import { decideTick } from './decide-tick.ts'

const minuteMs = 60_000
const noonMs = Date.UTC(2026, 10, 20, 12)
const hourly = readCron('0 * * * *', 'UTC')
if (!hourly.ok) throw new Error(hourly.problem)

const decide = (more: Partial<Parameters<typeof decideTick>[0]> = {}) =>
  decideTick({
    times: hourly.times,
    dueMs: noonMs,
    nowMs: noonMs + 200,
    settings: { catchUpMs: 30 * minuteMs, overlap: 'refuse' },
    activeRunId: null,
    hasQueued: false,
    ...more,
  })

test('a tick that has come starts a run, and the next one is an hour later', () => {
  expect(decide()).toEqual({ atMs: noonMs, act: 'start', reason: null, nextMs: noonMs + 60 * minuteMs })
})

test('of ticks that were missed the latest alone starts a run, within the catch-up window', () => {
  const nowMs = noonMs + 5 * 60 * minuteMs + 20 * minuteMs
  expect(decide({ nowMs })).toMatchObject({
    atMs: noonMs + 5 * 60 * minuteMs,
    act: 'start',
    reason: '20 minutes late: no scheduler was there',
    nextMs: noonMs + 6 * 60 * minuteMs,
  })
})

test('outside of the window it is missed, and said so', () => {
  expect(decide({ nowMs: noonMs + 31 * minuteMs })).toMatchObject({ act: 'miss', atMs: noonMs })
  expect(decide({ nowMs: noonMs + 30 * minuteMs })).toMatchObject({ act: 'start' })
})

test('a window of nothing allows for a restart', () => {
  const settings = { catchUpMs: 0, overlap: 'refuse' } as const
  expect(decide({ settings, nowMs: noonMs + minuteMs })).toMatchObject({ act: 'start', reason: null })
  expect(decide({ settings, nowMs: noonMs + minuteMs + 1 })).toMatchObject({ act: 'miss' })
})

test('while a run of it is under way a tick is refused, or waits; one waits at most', () => {
  const activeRunId = 'r-1'
  expect(decide({ activeRunId })).toMatchObject({ act: 'refuse', reason: 'run r-1 was under way' })
  const settings = { catchUpMs: 0, overlap: 'queue' } as const
  expect(decide({ activeRunId, settings })).toMatchObject({ act: 'queue' })
  expect(decide({ activeRunId, settings, hasQueued: true })).toMatchObject({
    act: 'refuse',
    reason: 'one was waiting already',
  })
})

test('a tick that waited when overlap was changed to refuse goes first', () => {
  expect(decide({ hasQueued: true })).toMatchObject({ act: 'refuse', reason: 'one was waiting already' })
})

test('a date that never comes again is due no more', () => {
  const never = readCron('0 0 31 2 *', 'UTC')
  expect(never.ok && decide({ times: never.times })).toMatchObject({ atMs: noonMs, act: 'start', nextMs: null })
})
