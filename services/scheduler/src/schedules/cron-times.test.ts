import { describe, expect, test } from 'vitest'
import { type CronTimes, readCron } from './cron-times.ts'

const timesOf = (cron: string, timeZone = 'UTC'): CronTimes => {
  const read = readCron(cron, timeZone)
  if (!read.ok) throw new Error(read.problem)
  return read.times
}
const next = (cron: string, timeZone: string, from: string, n: number): string[] =>
  timesOf(cron, timeZone)
    .after(Date.parse(from), n)
    .map((ms) => new Date(ms).toISOString().slice(0, 16))

test('times are those of the zone’s clock', () => {
  expect(next('0 6 * * mon-fri', 'America/New_York', '2026-11-20T12:00:00Z', 2)).toEqual([
    '2026-11-23T11:00',
    '2026-11-24T11:00',
  ])
  expect(next('@daily', 'Asia/Kolkata', '2026-11-20T12:00:00Z', 1)).toEqual(['2026-11-20T18:30'])
})

describe('where clocks go forward', () => {
  test('a time inside the gap starts when the gap ends, once', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ])
    expect(next('30 2,14 * * *', 'America/New_York', '2026-03-08T00:00:00Z', 2)).toEqual([
      '2026-03-08T07:00',
      '2026-03-08T18:30',
    ])
  })

  test('a midnight that does not exist starts the day all the same', () => {
    expect(next('0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00:00Z', 2)).toEqual([
      '2026-04-23T22:00',
      '2026-04-24T21:00',
    ])
  })

  test('every half hour stays every half hour', () => {
    expect(next('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:20:00Z', 3)).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
    ])
  })
})

describe('where clocks go back', () => {
  test('a time that comes twice starts once, the first time', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ])
  })

  test('every hour stays every hour', () => {
    expect(next('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ])
  })
})

test('the last time up to a moment is that moment itself where it is one', () => {
  const times = timesOf('0 * * * *')
  const noon = Date.parse('2026-11-20T12:00:00Z')
  expect(times.upTo(noon)).toBe(noon)
  expect(times.upTo(noon + 59 * 60_000)).toBe(noon)
  expect(times.upTo(noon - 1)).toBe(noon - 60 * 60_000)
  expect(times.after(noon, 1)).toEqual([noon + 60 * 60_000])
})

test('the last time up to a moment is the end of a gap too', () => {
  const gapEnds = Date.parse('2026-03-29T01:00:00Z')
  expect(timesOf('30 2 * * *', 'Europe/Berlin').upTo(gapEnds)).toBe(gapEnds)
})

test('a date that never comes has no times', () => {
  expect(timesOf('0 0 31 2 *').after(0, 5)).toEqual([])
  expect(timesOf('0 0 31 2 *').upTo(Date.parse('2026-01-01'))).toBe(null)
})

test.each([
  ['61 * * * *', 'UTC', 'cron', 'minute'],
  ['* * * *', 'UTC', 'cron', 'five fields'],
  ['* * * * * *', 'UTC', 'cron', 'five fields'],
  ['2027-01-01T00:00:00', 'UTC', 'cron', 'five fields'],
  ['? * * * *', 'UTC', 'cron', 'five fields'],
  ['@sometimes', 'UTC', 'cron', ''],
  ['0 0 * * *', 'Mars/Olympus', 'timeZone', 'Mars/Olympus'],
  ['0 0 * * *', '+02:00', 'timeZone', 'IANA'],
])('%s in %s is refused by field', (cron, timeZone, field, words) => {
  const read = readCron(cron, timeZone)
  expect(read).toMatchObject({ ok: false, field })
  expect(!read.ok && read.problem).toContain(words)
})
