import { expect, test } from 'vitest'
import { afterAttempt, giveUpAfterMs, maxFailures, maxPauseMs } from './after-attempt.ts'

const dayMs = 24 * 60 * 60_000

const after = (more: {
  result?: Partial<Parameters<typeof afterAttempt>[0]['result']>
  delivery?: Partial<Parameters<typeof afterAttempt>[0]['delivery']>
  webhook?: Partial<Parameters<typeof afterAttempt>[0]['webhook']>
  nowMs?: number
}) =>
  afterAttempt({
    result: { status: 500, error: null, retryAfterMs: null, ...more.result },
    delivery: { isTest: false, failures: 0, giveUpAtMs: giveUpAfterMs, ...more.delivery },
    webhook: { failures: 0, failingSinceMs: null, ...more.webhook },
    nowMs: more.nowMs ?? 0,
    basePauseMs: 5_000,
    random: () => 0,
  })

test.each([200, 201, 204, 299])('%d is delivered', (status) => {
  expect(after({ result: { status } })).toEqual({ delivery: { to: 'delivered' }, error: null, disable: null })
})

test.each([
  [500, 'answered 500'],
  [404, 'answered 404'],
  [302, 'answered 302: redirects are not followed'],
])('%d is tried again later', (status, error) => {
  expect(after({ result: { status } })).toEqual({ delivery: { to: 'waiting', nextMs: 2_500 }, error, disable: null })
})

test('no answer is tried again later', () => {
  const error = 'connect-refused: nobody there'
  expect(after({ result: { status: 0, error } })).toMatchObject({ delivery: { to: 'waiting' }, error })
})

test('pauses double up to four hours, half of each is chance', () => {
  const pauses = [0, 1, 2, 11, 15].map((failures) => after({ delivery: { failures } }).delivery)
  expect(pauses).toEqual([2_500, 5_000, 10_000, 5_120_000, maxPauseMs / 2].map((nextMs) => ({ to: 'waiting', nextMs })))
})

test('a pause that the receiver asks for is kept, up to four hours', () => {
  expect(after({ result: { status: 429, retryAfterMs: 60_000 } }).delivery).toEqual({ to: 'waiting', nextMs: 60_000 })
  expect(after({ result: { status: 503, retryAfterMs: dayMs } }).delivery).toEqual({
    to: 'waiting',
    nextMs: maxPauseMs,
  })
})

test('it is given up after so many failures, or when its time is over', () => {
  expect(after({ delivery: { failures: maxFailures - 2 } }).delivery.to).toBe('waiting')
  expect(after({ delivery: { failures: maxFailures - 1 } }).delivery.to).toBe('failed')
  expect(after({ nowMs: giveUpAfterMs - 2_500 }).delivery.to).toBe('waiting')
  expect(after({ nowMs: giveUpAfterMs - 2_499 }).delivery.to).toBe('failed')
})

test('a test is tried once', () => {
  expect(after({ delivery: { isTest: true } })).toEqual({
    delivery: { to: 'failed' },
    error: 'answered 500',
    disable: null,
  })
})

test('a receiver that is gone is told no more', () => {
  expect(after({ result: { status: 410 } })).toMatchObject({
    delivery: { to: 'failed' },
    disable: expect.stringContaining('410'),
  })
})

test('a webhook that failed for three days and ten times is disabled, not one of the two', () => {
  const nowMs = 3 * dayMs
  const delivery = { giveUpAtMs: nowMs + giveUpAfterMs }
  expect(after({ nowMs, delivery, webhook: { failures: 9, failingSinceMs: 0 } }).disable).toBe(
    'every one of 10 attempts in 3 days failed, the last with: answered 500',
  )
  expect(after({ nowMs, delivery, webhook: { failures: 8, failingSinceMs: 0 } }).disable).toBe(null)
  expect(after({ nowMs, delivery, webhook: { failures: 500, failingSinceMs: 1 } }).disable).toBe(null)
})
