import { expect, test } from 'vitest'
import { makeAllowance, makeClientQueue } from './client-queue.ts'

const item = (n: number, sizeBytes = 1) => ({ n, sizeBytes })

function queueOf(limits = { maxItems: 10, maxBytes: 1_000 }, onOverflow?: () => void) {
  const queue = makeClientQueue<ReturnType<typeof item>>(makeAllowance(limits), onOverflow)
  queue.open()
  return queue
}

test('items come out in order, all that wait at once, and a reader waits for the next', async () => {
  const queue = queueOf()
  queue.push(item(1))
  queue.push(item(2))
  expect(await queue.next(1_000)).toEqual({ items: [item(1), item(2)] })
  const waiting = queue.next(60_000)
  queue.push(item(3))
  expect(await waiting).toEqual({ items: [item(3)] })
})

test('nothing in time is idle', async () => {
  expect(await queueOf().next(1)).toBe('idle')
})

test('nothing is taken before it is opened', async () => {
  const queue = makeClientQueue<ReturnType<typeof item>>(makeAllowance({ maxItems: 1, maxBytes: 1 }))
  for (const n of [1, 2, 3]) queue.push(item(n))
  queue.open()
  queue.push(item(4))
  expect(await queue.next(1)).toEqual({ items: [item(4)] })
})

test.each([
  ['items', { maxItems: 2, maxBytes: 1_000 }],
  ['bytes', { maxItems: 1_000, maxBytes: 25 }],
])('past its bound of %s a queue overflows, holds nothing and says so at once', async (_, limits) => {
  let overflows = 0
  const queue = queueOf(limits, () => overflows++)
  for (const n of [1, 2, 3, 4]) queue.push(item(n, 10))
  expect(overflows).toBe(1)
  expect(await queue.next(1)).toBe('overflow')
})

test('queues of one client share what may wait for it, and give it back', async () => {
  const allowance = makeAllowance({ maxItems: 2, maxBytes: 100 })
  const [a, b] = [1, 2].map(() => makeClientQueue<ReturnType<typeof item>>(allowance))
  for (const queue of [a!, b!]) queue.open()
  a!.push(item(1))
  a!.push(item(2))
  await a!.next(1)
  b!.push(item(3))
  a!.push(item(4))
  b!.push(item(5))
  expect(await b!.next(1)).toBe('overflow')
  a!.close()
  const c = makeClientQueue<ReturnType<typeof item>>(allowance)
  c.open()
  c.push(item(6))
  c.push(item(7))
  expect(await c.next(1)).toEqual({ items: [item(6), item(7)] })
})

test('closing wakes the reader', async () => {
  const queue = queueOf()
  const waiting = queue.next(60_000)
  queue.close()
  expect(await waiting).toBe('closed')
  queue.push(item(1))
  expect(await queue.next(1)).toBe('closed')
})
