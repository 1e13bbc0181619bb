import { expect, test } from 'vitest'
import { makeActivity, presentMs } from './activity.ts'

test('who has opened the page is there, and away when they have not touched it for a minute', () => {
  let now = 1_000
  const activity = makeActivity(() => now)
  expect(activity.isAway()).toBe(false)
  now += presentMs
  expect(activity.isAway()).toBe(false)
  now += 1
  expect(activity.isAway()).toBe(true)
  activity.note()
  expect(activity.isAway()).toBe(false)
})
