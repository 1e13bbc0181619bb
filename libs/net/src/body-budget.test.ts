import { expect, it } from 'vitest'
import { makeBodyBudget, maxFreeBodyBytes } from './body-budget.ts'

const large = maxFreeBodyBytes * 2

function bodies(count: number, maxBytes: number) {
  const budget = makeBodyBudget(maxBytes)
  const woken: number[] = []
  const shares = Array.from({ length: count }, (_, i) => budget.open(() => woken.push(i)))
  return { shares, woken }
}

it('lets bodies read on while there is room', () => {
  const { shares, woken } = bodies(2, large * 2)
  expect(shares.map((share) => share.take(large))).toEqual([true, true])
  expect(woken).toEqual([])
})

it('never holds up a small body, however full it is', () => {
  const { shares } = bodies(3, large)
  const [a, b, small] = shares
  a!.take(large)
  b!.take(large)
  expect(small!.take(maxFreeBodyBytes)).toBe(true)
  expect(small!.take(1)).toBe(false)
})

it('past its limit lets one body read on and the others wait, one after the other', () => {
  const { shares, woken } = bodies(3, large)
  const [a, b, c] = shares
  expect([a!.take(large), b!.take(large), c!.take(large), b!.take(large)]).toEqual([true, true, false, true])
  expect(a!.take(1)).toBe(false)
  b!.close()
  expect(woken).toEqual([2])
  expect(c!.take(1)).toBe(true)
  c!.close()
  expect(woken).toEqual([2, 0])
})

it('wakes everyone once there is room again', () => {
  const { shares, woken } = bodies(4, large * 2)
  const [a, b, c, d] = shares
  a!.take(large * 2)
  b!.take(large)
  expect([c!.take(maxFreeBodyBytes + 1), d!.take(maxFreeBodyBytes + 1)]).toEqual([false, false])
  b!.close()
  a!.close()
  expect(woken.sort()).toEqual([2, 3])
})

it('wakes a body that is closed while it waits, and counts it no more', () => {
  const { shares, woken } = bodies(3, large)
  const [a, b, c] = shares
  a!.take(large)
  b!.take(large)
  expect(c!.take(large)).toBe(false)
  c!.close()
  c!.close()
  expect(c!.take(large)).toBe(true)
  expect(woken).toEqual([2])
  b!.close()
  expect(a!.take(0)).toBe(true)
})
