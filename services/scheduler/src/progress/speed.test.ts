import { expect, test } from 'vitest'
import { makeSpeedometer } from './speed.ts'

test('the speed is that of the window, not of the whole run', () => {
  const speedometer = makeSpeedometer(10_000)
  expect(speedometer.observe('a', 0, 0)).toBeNull()
  expect(speedometer.observe('a', 50, 5_000)).toEqual({ pagesPerSecond: 10, pages: 50, overMs: 5_000 })
  expect(speedometer.observe('a', 50, 14_000)?.pagesPerSecond).toBe(0)
})

test('a count that goes back starts the window over', () => {
  const speedometer = makeSpeedometer(10_000)
  speedometer.observe('a', 100, 0)
  expect(speedometer.observe('a', 40, 1_000)).toBeNull()
  expect(speedometer.observe('a', 50, 2_000)?.pagesPerSecond).toBe(10)
})

test('however often it looks, the window stays whole', () => {
  const speedometer = makeSpeedometer(10_000)
  let speed = null
  for (let ms = 0; ms <= 20_000; ms += 10) speed = speedometer.observe('a', ms, ms)
  expect(speed?.pagesPerSecond).toBe(1_000)
  expect(speed?.overMs).toBeGreaterThan(9_000)
})

test('what is not kept is forgotten', () => {
  const speedometer = makeSpeedometer(10_000)
  speedometer.observe('a', 0, 0)
  speedometer.keep(new Set(['b']))
  expect(speedometer.observe('a', 10, 1_000)).toBeNull()
})
