import { policySchema } from '@seine/contracts'
import { classify } from '@seine/politeness'
import { describe, expect, it } from 'vitest'
import { retryOrFail } from './retry-or-fail.ts'

const policy = policySchema.parse({ retry: { maxAttempts: 3, baseMs: 1_000, capMs: 60_000, maxRetryAfterMs: 120_000 } })
const now = { retryAfterMs: null, nowMs: 1_000_000, random: () => 0.5 }

describe('a request that went wrong', () => {
  it('is tried again while its budget lasts', () => {
    const reset = classify({ kind: 'reset' })
    for (const failures of [0, 1])
      expect(retryOrFail({ failures }, policy, reset, now)).toMatchObject({
        outcome: 'deferred',
        reason: 'connection-reset',
        countsAsFailure: true,
      })
    expect(retryOrFail({ failures: 2 }, policy, reset, now)).toEqual({ outcome: 'failed', reason: 'connection-reset' })
  })

  it('fails at once where no second try helps', () => {
    expect(retryOrFail({ failures: 0 }, policy, classify({ kind: 'tls' }), now)).toEqual({
      outcome: 'failed',
      reason: 'tls',
    })
  })

  it('waits as long as the host asks, up to the policy’s limit', () => {
    const throttled = classify({ status: 429 })
    const wait = (retryAfterMs: number) => {
      const ending = retryOrFail({ failures: 0 }, policy, throttled, { ...now, retryAfterMs })
      return (ending.retryAtMs ?? 0) - now.nowMs
    }
    expect(wait(30_000)).toBe(30_000)
    expect(wait(3_600_000)).toBe(120_000)
    expect(wait(0)).toBe(750)
  })

  it('does not use up a try where it was we who gave it up', () => {
    expect(retryOrFail({ failures: 0 }, policy, classify({ kind: 'aborted' }), now)).toMatchObject({
      outcome: 'deferred',
      countsAsFailure: false,
    })
  })
})
