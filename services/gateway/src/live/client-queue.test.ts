import { expect, test } from 'vitest'
import { makeClientQueue } from './client-queue.ts'

test('items come out in order, and a reader waits for the next', async () => {
  const queue = makeClientQueue<number>(10)
  queue.push(1)
  queue.push(2)
  expect(await queue.next(1_000)).toEqual({ item: 1 })
  expect(await queue.next(1_000)).toEqual({ item: 2 })
  const waiting = queue.next(60_000)
  queue.push(3)
  expect(await waiting).toEqual({ item: 3 })
})

test('nothing in time is idle', async () => {
  expect(await makeClientQueue(1).next(1)).toBe('idle')
})

test('past its bound a queue overflows, holds nothing, and can begin again', async () => {
  const queue = makeClientQueue<number>(2)
  for (const item of [1, 2, 3, 4]) queue.push(item)
  expect(queue.overflowed).toBe(true)
  expect(await queue.next(1)).toBe('overflow')
  queue.clear()
  queue.push(5)
  expect(await queue.next(1)).toEqual({ item: 5 })
})

test('closing wakes the reader', async () => {
  const queue = makeClientQueue<number>(2)
  const waiting = queue.next(60_000)
  queue.close()
  expect(await waiting).toBe('closed')
  queue.push(1)
  expect(await queue.next(1)).toBe('closed')
})
