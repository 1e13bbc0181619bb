import { expect, test } from 'vitest'
import { trendOf } from './trend.ts'

const minuteMs = 60_000
const allowance = { share: 0.05, amount: 2 }
const series = (valueAt: (minute: number) => number) =>
  Array.from({ length: 120 }, (_, minute) => ({ atMs: minute * minuteMs, value: valueAt(minute) }))

test('what grows only in the first quarter is flat', () => {
  const trend = trendOf(
    series((minute) => Math.min(100, 40 + 3 * minute)),
    allowance,
  )
  expect(trend).toMatchObject({ isFlat: true, quarters: [83.5, 100, 100, 100] })
})

test('what grows by a tenth an hour is not, and its slope is told', () => {
  const trend = trendOf(
    series((minute) => 100 + minute / 6),
    allowance,
  )
  expect(trend?.isFlat).toBe(false)
  expect(trend?.perHour).toBeCloseTo(10)
})

test('a saw is flat where its teeth are of one size', () => {
  expect(
    trendOf(
      series((minute) => 100 + (minute % 10) * 5),
      allowance,
    ),
  ).toMatchObject({ isFlat: true })
})

test('a small number may move by the amount', () => {
  expect(
    trendOf(
      series((minute) => (minute < 90 ? 3 : 5)),
      allowance,
    )?.isFlat,
  ).toBe(true)
})

test('too few samples say nothing', () => {
  expect(trendOf(series(() => 1).slice(0, 6), allowance)).toBeNull()
})
