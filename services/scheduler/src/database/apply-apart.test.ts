import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeApplyApart } from './apply-apart.ts'

const refusal = (code: string) => Object.assign(new Error('refused'), { code })

function applying(failsOn: (item: number) => Error | null) {
  const entered: number[] = []
  const left: unknown[] = []
  const apart = makeApplyApart<number, number>({
    apply: async (items) => {
      for (const item of items) {
        const failure = failsOn(item)
        if (failure !== null) throw failure
      }
      entered.push(...items)
      return items.length
    },
    about: (item) => {
      left.push(item)
      return {}
    },
    log: silentLogger,
  })
  return { apart, entered, left }
}

test.each([refusal('22P05'), refusal('22003'), new RangeError('Invalid time value')])(
  'what can not be entered is left out and holds up no other: %s',
  async (failure) => {
    const { apart, entered, left } = applying((item) => (item === 3 || item === 7 ? failure : null))
    const results = await apart([0, 1, 2, 3, 4, 5, 6, 7, 8], 0)
    expect(entered).toEqual([0, 1, 2, 4, 5, 6, 8])
    expect(left).toEqual([3, 7])
    expect(results.reduce((sum, n) => sum + n, 0)).toBe(7)
  },
)

test.each([refusal('40P01'), refusal('57P03'), refusal('ECONNREFUSED'), new Error('Connection terminated')])(
  'where the database is at fault nothing is left out: %s',
  async (failure) => {
    const { apart, entered, left } = applying((item) => (item === 3 ? failure : null))
    await expect(apart([1, 2, 3], 0)).rejects.toBe(failure)
    expect({ entered, left }).toEqual({ entered: [], left: [] })
  },
)
