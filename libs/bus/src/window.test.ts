import { expect, test } from 'vitest'
import { makeWindow } from './window.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('who comes when the window is full waits until somebody leaves', async () => {
  const window = makeWindow(2, 1_000)
  const leave = await window.enter(1)
  await window.enter(1)
  let entered = false
  void window.enter(1).then(() => {
    entered = true
  })
  await settled()
  expect(entered).toBe(false)
  leave()
  await settled()
  expect(entered).toBe(true)
  expect(window.inFlight).toBe(2)
})

test('bytes are bounded, but one piece larger than the bound goes alone', async () => {
  const window = makeWindow(10, 100)
  const leave = await window.enter(60)
  const order: string[] = []
  const large = window.enter(500).then((leaveLarge) => {
    order.push('large')
    leaveLarge()
  })
  // Small enough to fit now, but it came later: first come, first served, or the large one would starve.
  const small = window.enter(10).then(() => order.push('small'))
  await settled()
  expect(order).toEqual([])
  leave()
  await Promise.all([large, small])
  expect(order).toEqual(['large', 'small'])
})

test('leaving twice counts once', async () => {
  const window = makeWindow(1, 10)
  const leave = await window.enter(1)
  await Promise.resolve()
  leave()
  leave()
  expect(window.inFlight).toBe(0)
  await window.idle()
})

test('idle waits for those in flight and those that wait', async () => {
  const window = makeWindow(1, 10)
  const leave = await window.enter(1)
  const second = window.enter(1)
  let idle = false
  const waited = window.idle().then(() => {
    idle = true
  })
  leave()
  const leaveSecond = await second
  expect(idle).toBe(false)
  leaveSecond()
  await waited
})
