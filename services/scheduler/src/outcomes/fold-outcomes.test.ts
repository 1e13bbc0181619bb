import type { Outcome } from '@seine/contracts'
import { expect, test } from 'vitest'
import { foldOutcomes, reviveCancelled } from './fold-outcomes.ts'

const urlId = '00000000-0000-8000-8000-000000000001'
const outcome = (attempt: number, kind: Outcome['outcome'], reason = ''): Outcome => ({
  urlId,
  attempt,
  kind: 'page',
  outcome: kind,
  reason,
  status: 200,
  announcedBatches: 0,
  durationMs: 1,
  bytes: 1,
})
const fold = (...outcomes: Outcome[]) =>
  foldOutcomes(outcomes.map((each) => ({ runId: 'r', site: 's', outcome: each }))).map((r) => r.outcome)

test('the first final outcome of a URL is kept, whatever its attempt', () => {
  expect(fold(outcome(1, 'ok'), outcome(2, 'failed'))).toEqual([outcome(1, 'ok')])
  expect(fold(outcome(2, 'failed'), outcome(1, 'ok'))).toEqual([outcome(2, 'failed')])
})

test('a final outcome beats deferrals before and after it', () => {
  expect(fold(outcome(3, 'deferred'), outcome(1, 'ok'), outcome(4, 'deferred'))).toEqual([outcome(1, 'ok')])
})

test('of deferrals the one of the latest attempt is kept', () => {
  expect(fold(outcome(1, 'deferred'), outcome(3, 'deferred'), outcome(2, 'deferred'))).toEqual([outcome(3, 'deferred')])
})

test('other URLs are left alone', () => {
  const other = { ...outcome(1, 'ok'), urlId: '00000000-0000-8000-8000-000000000002' }
  expect(fold(outcome(1, 'ok'), other, outcome(1, 'ok'))).toEqual([outcome(1, 'ok'), other])
})

test('a task skipped for a cancel that was taken back only waits', () => {
  expect(reviveCancelled(outcome(1, 'skipped', 'cancelled'), 5_000)).toMatchObject({
    outcome: 'deferred',
    countsAsFailure: false,
    retryAtMs: 6_000,
  })
  expect(reviveCancelled(outcome(1, 'skipped', 'robots'), 5_000)).toEqual(outcome(1, 'skipped', 'robots'))
})
