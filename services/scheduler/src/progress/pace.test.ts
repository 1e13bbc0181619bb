import { expect, test } from 'vitest'
import { makePace, turnMs } from './pace.ts'

test('a change is due at once, and the next one when the time is up', () => {
  const pace = makePace()
  expect(pace.isDue('a', '1', 1_000, 0)).toBe(true)
  pace.done('a', '1', 0)
  expect(pace.isDue('a', '2', 1_000, 999)).toBe(false)
  expect(pace.isDue('a', '2', 1_000, 1_000)).toBe(true)
})

test('what has not changed is never due, and a change that had to wait is not forgotten', () => {
  const pace = makePace()
  pace.done('a', '1', 0)
  expect(pace.isDue('a', '1', 1_000, 60_000)).toBe(false)
  expect(pace.isDue('a', '2', 1_000, 60_000)).toBe(true)
})

test('what is not kept is forgotten', () => {
  const pace = makePace()
  pace.done('a', '1', 0)
  pace.keep(new Set(['b']))
  expect(pace.isDue('a', '1', 1_000, 1)).toBe(true)
})

test('the more there are, the longer each waits for its turn', () => {
  expect(turnMs(12, 50)).toBe(240)
  expect(turnMs(2_000, 200)).toBe(10_000)
})
