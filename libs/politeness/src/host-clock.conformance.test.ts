import { describe, expect, it } from 'vitest'
import { reserve } from './host-clock.ts'
import { conformanceJson, conformancePresent } from './testing/conformance.ts'

interface Suite {
  quota: { ratePerSec: number; maxBurst: number; limit: number }
  cases: {
    n: number
    nowMs: number
    volume: number
    remaining: number
    resetAfterMs: number
    retryAfterMs: number | null
    limited: boolean
  }[]
}

describe.skipIf(!conformancePresent)('GCRA conformance (skipped without the conformance folder)', () => {
  it('agrees with every row of the table', () => {
    const { quota, cases } = conformanceJson<Suite>('ratelimit/gcra-throttled.json')
    const policy = { ratePerSecond: quota.ratePerSec, burst: quota.limit }
    const startMs = 1_800_000_000_000
    let state: unknown = null

    const slotsAt = (nowMs: number, wanted: number, maxWaitMs: number) => {
      const answer = reserve(state, { ...policy, wanted, maxWaitMs }, nowMs)
      if ('blockedUntilMs' in answer) throw new Error(answer.reason)
      return answer
    }

    for (const row of cases) {
      const nowMs = startMs + row.nowMs
      // The table takes all of a volume or none of it: what is granted in part is not written.
      const now = slotsAt(nowMs, row.volume, 0)
      const limited = now.slotsMs.length < row.volume
      const last = slotsAt(nowMs, row.volume, 60_000).slotsMs.at(-1)
      const retryAfterMs = limited && row.volume <= quota.limit && last !== undefined ? last - nowMs : null
      if (!limited && row.volume > 0) state = now.state
      const remaining = slotsAt(nowMs, quota.limit + 1, 0).slotsMs.length
      // The bucket is full again when its whole burst is there.
      const lastOfBurst = slotsAt(nowMs, quota.limit, 60_000).slotsMs.at(-1) ?? nowMs
      expect({ ...row, remaining, resetAfterMs: lastOfBurst - nowMs, retryAfterMs, limited }, `row ${row.n}`).toEqual(
        row,
      )
    }
    expect(cases).toHaveLength(16)
  })
})
