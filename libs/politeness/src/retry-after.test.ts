import { describe, expect, it } from 'vitest'
import { parseHttpDate } from './http-date.ts'
import { maxRetryAfterMs, parseRetryAfter } from './retry-after.ts'
import { conformanceJson, conformancePresent } from './testing/conformance.ts'

const nowMs = Date.parse('2019-06-03T11:00:00Z')

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Mon, 03 Jun 2019 11:30:12 GMT', 1_812_000],
    ['Monday, 03-Jun-19 11:30:12 GMT', 1_812_000],
    ['Mon Jun  3 11:30:12 2019', 1_812_000],
  ])('%j is waited for', (value, waitMs) => {
    expect(parseRetryAfter(value, nowMs)).toBe(waitMs)
  })

  it('in the past means now', () => {
    expect(parseRetryAfter('Mon, 03 Jun 2019 10:00:00 GMT', nowMs)).toBe(0)
  })

  it('is cut to the longest wait, by default a day', () => {
    expect(parseRetryAfter('9'.repeat(400), nowMs)).toBe(maxRetryAfterMs)
    expect(parseRetryAfter('Fri, 31 Dec 9999 23:59:59 GMT', nowMs, 60_000)).toBe(60_000)
  })

  it.each([null, undefined, '', 'soon', '-1', '1.0', '1e3', '0x10', '120, 120', '٣'])('%j says nothing', (value) => {
    expect(parseRetryAfter(value, nowMs)).toBeNull()
  })
})

describe('HTTP dates', () => {
  it.each([
    'Sun, 31 Feb 2021 00:00:00 GMT',
    'Mon, 03 Jun 1600 00:00:00 GMT',
    'Mon, 03 Jun 2019 24:00:00 GMT',
    'x'.repeat(1_000),
  ])('refuse %j', (text) => {
    expect(parseHttpDate(text)).toBeNull()
  })

  it('are UTC in whatever zone the process runs', () => {
    const before = process.env.TZ
    try {
      process.env.TZ = 'Asia/Jerusalem'
      expect(parseHttpDate('Mon Jun  3 11:30:12 2019')).toBe(nowMs + 1_812_000)
    } finally {
      if (before === undefined) delete process.env.TZ
      else process.env.TZ = before
    }
  })
})

interface Suite {
  cases: { header: string; now: string; delaySec?: number; invalid?: boolean }[]
  dateCases: { text: string; out: string | null }[]
}

describe.skipIf(!conformancePresent)('Retry-After conformance (skipped without the conformance folder)', () => {
  it('agrees with every value and every date of the suite', () => {
    const { cases, dateCases } = conformanceJson<Suite>('ratelimit/retry-after.json')
    for (const { header, now, delaySec } of cases)
      expect(parseRetryAfter(header, Date.parse(now)), header).toBe(delaySec === undefined ? null : delaySec * 1_000)
    for (const { text, out } of dateCases) expect(parseHttpDate(text), text).toBe(out === null ? null : Date.parse(out))
    expect(cases.length + dateCases.length).toBeGreaterThanOrEqual(41)
  })
})
