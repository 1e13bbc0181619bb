import { expect, test } from 'vitest'
import { makeManualClock, systemClock } from './clock.ts'

test('a manual clock wakes sleepers in the order of their times', async () => {
  const clock = makeManualClock(1_000)
  const woken: string[] = []
  void clock.sleep(50).then(() => woken.push(`b at ${clock.nowMs()}`))
  void clock.sleep(20).then(() => woken.push(`a at ${clock.nowMs()}`))
  void clock.sleep(500).then(() => woken.push('late'))
  await clock.advance(100)
  expect(woken).toEqual(['a at 1020', 'b at 1050'])
  expect(clock.nowMs()).toBe(1_100)
  expect(clock.sleepers).toBe(1)
})

test('a sleeper that sleeps again is woken again within one advance', async () => {
  const clock = makeManualClock(0)
  let ticks = 0
  void (async () => {
    for (;;) {
      await clock.sleep(10)
      ticks++
    }
  })()
  await clock.advance(100)
  expect(ticks).toBe(10)
})

test.each([
  ['manual', makeManualClock(0)],
  ['system', systemClock],
])('an aborted signal ends a sleep without an error: %s clock', async (_name, clock) => {
  const stop = new AbortController()
  const sleeping = clock.sleep(60_000, stop.signal)
  stop.abort()
  await sleeping
  await clock.sleep(60_000, stop.signal)
})
