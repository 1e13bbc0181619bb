import { expect, test } from 'vitest'
import { makeReportQuota } from './report-quota.ts'

test('so many reports are taken in a minute, the next says how long to wait, and then it begins anew', () => {
  let now = 1_000
  const quota = makeReportQuota(() => now, 2)
  expect([quota.take(), quota.take()]).toEqual([0, 0])
  now = 31_000
  expect(quota.take()).toBe(30_000)
  now = 61_000
  expect(quota.take()).toBe(0)
})
