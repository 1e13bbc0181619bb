import { expect, test } from 'vitest'
import { rowHeightPx, sortRows, windowOf } from './table-window.ts'

test('of a thousand rows those that are seen and a few around them are there', () => {
  const { from, to } = windowOf({ top: 500 * rowHeightPx, height: 20 * rowHeightPx }, 1_000)
  expect(from).toBeLessThan(500)
  expect(to).toBeGreaterThan(520)
  expect(to - from).toBeLessThan(50)
})

test('at either end there are no rows beyond it', () => {
  expect(windowOf({ top: 0, height: 320 }, 5)).toEqual({ from: 0, to: 5 })
  expect(windowOf({ top: 99_999, height: 320 }, 100).to).toBe(100)
  expect(windowOf({ top: 0, height: 0 }, 0)).toEqual({ from: 0, to: 0 })
})

test('rows without a value come last whichever way is sorted', () => {
  const rows = [{ v: 2 }, { v: null }, { v: 1 }]
  expect(sortRows(rows, ({ v }) => v, false).map(({ v }) => v)).toEqual([1, 2, null])
  expect(sortRows(rows, ({ v }) => v, true).map(({ v }) => v)).toEqual([2, 1, null])
})
