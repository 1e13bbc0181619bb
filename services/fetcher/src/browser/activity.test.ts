import { makeManualClock } from '@seine/runtime'
import { describe, expect, it } from 'vitest'
import { makeActivity } from './activity.ts'

function started(patienceMs = 5_000) {
  const clock = makeManualClock(1_000)
  const activity = makeActivity(clock)
  const stop = new AbortController()
  let settledAtMs: number | null = null
  const settle = () =>
    void activity.settled({ quietMs: 500, patienceMs }, stop.signal).then(() => {
      settledAtMs = clock.nowMs() - 1_000
    })
  return { clock, activity, stop, settle, settledAtMs: () => settledAtMs }
}

describe('a loaded page has settled', () => {
  it('when it has been quiet for a while', async () => {
    const { clock, settle, settledAtMs } = started()
    settle()
    await clock.advance(499)
    expect(settledAtMs()).toBeNull()
    await clock.advance(30)
    expect(settledAtMs()).toBeLessThanOrEqual(530)
  })

  it('not while a request is under way, and quiet starts anew after it', async () => {
    const { clock, activity, settle, settledAtMs } = started()
    const end = activity.begin()
    settle()
    await clock.advance(20_000)
    expect(settledAtMs()).toBeNull()
    end()
    await clock.advance(400)
    expect(settledAtMs()).toBeNull()
    await clock.advance(130)
    expect(settledAtMs()).not.toBeNull()
  })

  it('when what it began with is answered, though it polls for ever', async () => {
    const { clock, activity, settle, settledAtMs } = started()
    settle()
    for (let i = 0; i < 70 && settledAtMs() === null; i++) {
      const end = activity.begin()
      await clock.advance(100)
      end()
    }
    expect(settledAtMs()).toBeGreaterThanOrEqual(5_000)
    expect(settledAtMs()).toBeLessThanOrEqual(5_700)
  })

  it('or is given up when its time is over', async () => {
    const { clock, activity, stop, settle, settledAtMs } = started()
    activity.begin()
    settle()
    await clock.advance(3_000)
    stop.abort()
    await clock.advance(0)
    expect(settledAtMs()).toBe(3_000)
  })
})
